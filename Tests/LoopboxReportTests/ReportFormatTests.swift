// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@testable import LoopboxReport

@Suite struct ReportFormatTests {
    private func text(_ report: Report, _ format: ReportFormat) -> String {
        String(decoding: report.bytes(as: format), as: UTF8.self)
    }

    @Test(arguments: FormatCase.all, ReportFormat.allCases)
    func `a report reads as its golden file in every format`(
        example: FormatCase,
        format: ReportFormat
    ) throws {
        try GoldenFile(suite: "formats", name: example.name, extension: format.rawValue)
            .expect(text(example.report, format))
    }

    @Test func `every golden file belongs to a case and a format`() throws {
        let files = try FileManager.default.contentsOfDirectory(
            atPath: GoldenFile.folder("formats").path
        )
        let expected = FormatCase.all.flatMap { example in
            ReportFormat.allCases.map { "\(example.name).\($0.rawValue)" }
        }
        #expect(files.sorted() == expected.sorted())
    }

    @Test func `no media type means two formats, and an answer says its own`() {
        let types = ReportFormat.allCases.flatMap(\.mediaTypes)
        #expect(Set(types).count == types.count)
        #expect(types.allSatisfy { $0 == $0.lowercased() && $0.split(separator: "/").count == 2 })
        #expect(ReportFormat.text.contentType == "text/plain; charset=utf-8")
        #expect(ReportFormat.sarif.contentType == "application/sarif+json")
    }

    @Test(arguments: ReportFormat.allCases)
    func `every format ends with a line feed and says the same each time`(format: ReportFormat) {
        for example in FormatCase.all {
            // A list of findings may have no line.
            #expect(text(example.report, format).hasSuffix("\n"), "\(example)")
            #expect(text(example.report, format) == text(example.report, format))
        }
    }

    @Test(arguments: ReportFormat.allCases)
    func `no format has an escape sequence of the program's making`(format: ReportFormat) {
        for report in [FormatCase.rich, RandomReport.report(seed: 1)] {
            let controls = text(report, format).unicodeScalars.filter {
                $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t"
            }
            #expect(controls.isEmpty)
        }
    }

    @Test func `a selection leaves out the other findings and does not call that clear`() {
        var report = FormatCase.rich
        report.selection = FindingSelection()
        #expect(text(report, .text) == text(FormatCase.rich, .text))
        report.selection?.severity = .note
        #expect(text(report, .jsonl).split(separator: "\n").count == 1)
        #expect(text(report, .jsonl).contains(#""rule":"deprecation-warning""#))
        report.selection = FindingSelection()
        report.selection?.path = "elsewhere.py"
        #expect(text(report, .text).contains("No such findings."))
        #expect(text(report, .jsonl) == "")
        #expect(text(report, .json) == "{\n  \"items\": [],\n  \"next_cursor\": null\n}\n")
        #expect(!text(report, .github).contains("::error"))
        report.selection?.path = nil
        report.selection?.rule = "slow-callback"
        report.selection?.run = 1
        #expect(text(report, .jsonl).split(separator: "\n").count == 1)
        report.selection?.run = 2
        #expect(text(report, .jsonl) == "")
    }

    @Test func `a repository's paths are those of the program behind the prefix`() {
        var report = FormatCase.rich
        for prefix in ["src", "src/"] {
            report.pathPrefix = prefix
            #expect(text(report, .sarif).contains(#""uri": "src/board.py""#))
            #expect(text(report, .sarif).contains(#""uri": "file:///usr/lib/python3.13/"#))
            #expect(text(report, .github).contains("::error file=src/main.py,line=4,"))
            #expect(text(report, .junit).contains(#"message="src/main.py:4: coroutine"#))
        }
    }

    // MARK: Limits

    private func report(_ findings: [Finding]) -> Report {
        Report(.job(Crafted.job([Crafted.run(findings)])), version: "0.1.0")
    }

    @Test func `SARIF keeps the gravest results where there are too many, and says so`() {
        let few = Array(repeating: TextReportCase.deprecated, count: SARIFReport.resultsMax)
        let all = text(report(few), .sarif)
        #expect(!all.contains("results-dropped"))
        let kept = text(report(few + [TextReportCase.neverAwaited]), .sarif)
        #expect(kept.contains("1 findings of less weight are left out."))
        #expect(kept.contains("\"ruleId\": \"coroutine-never-awaited\""))
    }

    @Test func `SARIF has the innermost frames of a recursion, and the first exceptions`() throws {
        let frames = (1...SARIFReport.framesMax + 1).map { Crafted.at($0, "walk", "walk()") }
        let members = (1...SARIFReport.exceptionsMax).map {
            Crafted.exception("E\($0)", "", [Crafted.at(1, "f")])
        }
        var finding = TextReportCase.group
        finding.stack = frames
        finding.exception?.frames = frames
        finding.exception?.group = members
        let bytes = report([finding]).bytes(as: .sarif)
        let log = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        )
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let result = try #require((run["results"] as? [[String: Any]])?.first)
        let stacks = try #require(result["stacks"] as? [[String: Any]])
        #expect(stacks.count == SARIFReport.exceptionsMax)
        #expect((stacks[0]["frames"] as? [Any])?.count == SARIFReport.framesMax)
        let flows = try #require(result["codeFlows"] as? [[String: Any]])
        let thread = try #require((flows[0]["threadFlows"] as? [[String: Any]])?.first)
        #expect((thread["locations"] as? [Any])?.count == SARIFReport.framesMax)
    }

    @Test func `JUnit has the end of a long output, and says how much is missing`() {
        var report = FormatCase.rich
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: JUnitReport.outputMax)
        report.outputs[1] = .init(stdout: .init(head: long), stderr: .init())
        #expect(!text(report, .junit).contains("left out"))
        report.outputs[1]?.stdout.head.append(UInt8(ascii: "y"))
        #expect(
            text(report, .junit).contains(
                "<system-out>[... 1 bytes before this are left out ...]\nxx"
            )
        )
        #expect(text(report, .junit).contains("xy</system-out>"))
    }

    @Test func `an annotation has the beginning of a long message`() {
        for count in [GitHubReport.messageMax, GitHubReport.messageMax + 1] {
            let message = String(repeating: "x", count: count)
            let lines = text(report([Crafted.finding("slow-callback", .warning, message)]), .github)
            let shown = lines.prefix { $0 != "\n" }
            #expect(shown.hasSuffix("…") == (count > GitHubReport.messageMax))
            #expect(
                shown.count == "::warning title=slow-callback::".count + GitHubReport.messageMax
            )
        }
    }
}
