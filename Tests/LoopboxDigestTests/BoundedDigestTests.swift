// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxReport
import Testing

@testable import LoopboxDigest

@Suite struct BoundedDigestTests {
    /// `count` findings of `rule`, each with a message of `length` characters.
    static func findings(_ rule: String, _ count: Int, length: Int = 1) -> [Finding] {
        let message = String(repeating: "m", count: length)
        return (0..<count).map { number in
            var finding = Finding(rule, message, run: 1, at: Seconds(.milliseconds(number)))
            finding.id = "f\(number + 1)"
            return finding
        }
    }

    private static func decoded(_ digest: BoundedDigest) throws -> RunDigest {
        try JSONDecoder().decode(RunDigest.self, from: Data(digest.bytes))
    }

    @Test func `what fits is listed as it is, and its bytes are its JSON`() throws {
        let whole = RunDigest(
            unseen: ["deadlock"],
            findings: Self.findings("slow-callback", 3) + Self.findings("deadlock", 1)
        )
        let digest = BoundedDigest(whole, bytesMax: RunDigest.bytesMax, run: 1)
        #expect(digest.digest == whole)
        #expect(try digest.bytes == JSONText().encode(whole))
        #expect(try Self.decoded(digest) == whole)
    }

    @Test func `none is listed as none`() throws {
        let digest = BoundedDigest(RunDigest(), bytesMax: RunDigest.bytesMax, run: 1)
        #expect(try Self.decoded(digest) == RunDigest())
    }

    @Test func `of more findings than are listed, the gravest are, and the rest is counted`() throws
    {
        let notes = Self.findings("output-truncated", RunDigest.findingsMax)
        let errors = Self.findings("deadlock", 5)
        let whole = RunDigest(findings: notes + errors)
        let digest = BoundedDigest(whole, bytesMax: .max >> 1, run: 1).digest
        #expect(digest.findings.count == RunDigest.findingsMax)
        #expect(digest.findings.count { $0.rule == "deadlock" } == 5)
        let last = try #require(digest.findings.last)
        #expect(last.rule == "findings-omitted")
        #expect(last.message == "6 more findings are not listed: output-truncated (6)")
    }

    @Test func `what takes more bytes than there are is counted by rule`() throws {
        let whole = RunDigest(
            findings: Self.findings("deadlock", 40, length: 2000)
                + Self.findings("slow-callback", 60, length: 2000)
        )
        let bytesMax = 200_000
        let digest = BoundedDigest(whole, bytesMax: bytesMax, run: 1)
        #expect(digest.bytes.count <= bytesMax)
        let listed = try Self.decoded(digest).findings
        #expect(listed == digest.digest.findings)
        let last = try #require(listed.last)
        let omitted = 100 - listed.count + 1
        #expect(
            last.message == "\(omitted) more findings are not listed: slow-callback (\(omitted))"
        )
    }

    @Test func `where everything stood gives way where it alone is too large`() throws {
        let thread = Standing.Thread(
            name: String(repeating: "t", count: 100_000),
            function: "f",
            stack: []
        )
        let standing = Standing(tasks: [], tasksTotal: 0, threads: [thread])
        let whole = RunDigest(standing: standing, findings: Self.findings("deadlock", 1))
        let digest = BoundedDigest(whole, bytesMax: 100_000, run: 1).digest
        #expect(digest.standing == nil)
        #expect(digest.findings == whole.findings)
    }

    @Test func `reasons that are too long are cut`() throws {
        let text = String(repeating: "x", count: 10_000)
        let failure = GateFailure(
            expect: "stdout",
            detail: text,
            pointer: "/e",
            runs: [1],
            diff: text
        )
        let small = Conclusion(failures: [failure])
        #expect(small.bounded == small)
        let large = Conclusion(failures: Array(repeating: failure, count: 1000))
        #expect(try JSONText().encode(large.bounded).count <= Conclusion.bytesMax)
        #expect(large.bounded.failures.count == 500)
    }
}
