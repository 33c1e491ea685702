// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@testable import LoopboxReport

@Suite struct TextReportTests {
    @Test(arguments: TextReportCase.all)
    func `a report reads as its golden file`(example: TextReportCase) throws {
        try GoldenFile(suite: "text", name: example.name).expect(example.report.text)
    }

    @Test(arguments: TextReportCase.all)
    func `no report has a raw control character or a line that is too wide`(
        example: TextReportCase
    ) {
        for line in example.report.text.split(separator: "\n", omittingEmptySubsequences: false) {
            var plain = String(line)
            for parameters in ["0", "1", "1;32", "1;31", "1;33", "1;36"] where example.isColored {
                plain = plain.replacingOccurrences(of: "\u{1B}[\(parameters)m", with: "")
            }
            #expect(!plain.unicodeScalars.contains { $0.properties.generalCategory == .control })
            #expect(SafeText.width(of: plain) <= 200)
        }
    }

    @Test func `every golden file belongs to a case and every case has a name of its own`() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: GoldenFile.folder("text").path
        )
        #expect(files.sorted() == TextReportCase.all.map { "\($0.name).txt" }.sorted())
    }

    @Test func `a report ends with one line feed`() {
        for example in TextReportCase.all {
            #expect(example.report.text.hasSuffix("\n"))
            #expect(!example.report.text.hasSuffix("\n\n"))
            #expect(!example.report.text.contains("\n\n\n"))
        }
    }

    @Test(arguments: [
        (0, "0.000s"), (400, "0.000s"), (2_100, "0.002s"), (9_999, "0.010s"), (10_000, "0.01s"),
        (87_000, "0.09s"), (302_000, "0.30s"), (999_999, "1.00s"), (9_996_000, "10.00s"),
        (10_000_000, "10.0s"),
        (12_340_000, "12.3s"), (300_000_000, "300.0s"),
    ])
    func `a time has as many digits as say something`(microseconds: Int, text: String) {
        #expect(TextReport.time(Seconds(.microseconds(microseconds))) == text)
    }

    @Test func `a program's line can't pass for a line of the report`() {
        let forged = Array("1 error\nmain.py:1:1: error: forged [rule]\n".utf8)
        let report = TextReport(
            run: Crafted.run(),
            name: "main.py",
            debug: .init(),
            output: .tail(lines: 9, stdout: CapturedOutput(head: forged), stderr: .init())
        )
        #expect(!report.text.contains("\nmain.py"))
        #expect(report.text.contains("\n  | main.py:1:1: error: forged [rule]\n"))
    }
}
