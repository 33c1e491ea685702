// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@Suite struct ValueTests {
    @Test func `identifiers sort as they were made and come back from their text`() {
        let early = JobID(now: Timestamp(milliseconds: 1_700_000_000_000))
        let late = JobID(now: Timestamp(milliseconds: 1_700_000_000_001))
        #expect(early.description < late.description)
        #expect(early.description.hasPrefix("job_"))
        #expect(early.description.utf8.count == 30)
        #expect(JobID(early.description) == early)
        #expect(Set((0..<1000).map { _ in JobID() }).count == 1000)
    }

    @Test(arguments: [
        "", "job_", "job_01jd3", "msg_01m82dr1f8ek993z1fyxqmn9cr", "job_01M82DR1F8EK993Z1FYXQMN9CR",
        "job_01m82dr1f8ek993z1fyxqmn9cu", "job_z1m82dr1f8ek993z1fyxqmn9cr",
        "job_01m82dr1f8ek993z1fyxqmn9cr0",
    ])
    func `what is no identifier of a job is refused`(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test func `an identifier holds version 7 and the variant of its standard`() {
        let digits = Array(JobID(now: Timestamp(milliseconds: 0)).uuid.text)
        // The time is 0, so the first ten digits (and two bits more) are.
        #expect(digits.prefix(9).allSatisfy { $0 == "0" })
    }

    @Test func `every moment comes back from its text to the millisecond`() throws {
        for milliseconds in stride(from: Int64(1_795_334_400_000), to: 1_795_334_402_000, by: 1) {
            let moment = Timestamp(milliseconds: milliseconds)
            let bytes = try JSONText().encode([moment])
            let back = try JSONDecoder().decode([Timestamp].self, from: Data(bytes))
            guard back == [moment] else {
                Issue.record("\(milliseconds) came back as \(back[0].milliseconds)")
                return
            }
        }
        #expect(
            Timestamp(milliseconds: 1_795_334_400_123).description == "2026-11-22T08:00:00.123Z"
        )
    }

    @Test func `a size is written in the largest unit that divides it`() {
        #expect(ByteCount.mebibytes(16).description == "16MiB")
        #expect(ByteCount.gibibytes(2).description == "2GiB")
        #expect(ByteCount(bytes: 1536).description == "1536B")
        #expect(ByteCount(bytes: 0).description == "0B")
    }

    @Test func `seconds are a number to the microsecond, and absurd ones are refused`() throws {
        let bytes = try JSONText().encode([Seconds(.nanoseconds(1_234_567_890))])
        #expect(String(decoding: bytes, as: UTF8.self) == "[1.234568]")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([Seconds].self, from: Data("[1e300]".utf8))
        }
    }

    @Test func `output that lost its middle says how much`() {
        let output = CapturedOutput(head: Array("head".utf8), tail: Array("tail".utf8), dropped: 5)
        #expect(
            String(decoding: output.bytes, as: UTF8.self) == "head\n[... 5 bytes dropped ...]\ntail"
        )
        #expect(output.summary.written.bytes == 13)
        #expect(output.summary.kept.bytes == 8)
    }

    @Test func `severities are ordered`() {
        #expect(Severity.allCases.sorted() == [.note, .warning, .error])
    }
}
