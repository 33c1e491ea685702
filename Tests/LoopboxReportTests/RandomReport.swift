// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

@testable import LoopboxReport

/// Reports with texts that are meant to break whatever writes or reads them.
enum RandomReport {
    /// Source: S. Vigna, "splitmix64".
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }
    }

    private static let pieces: [String] = [
        "no", "NO", "yes", "y", "null", "~", "true", "1e5", "1e-05", "0x1F", "0o7", "1_000",
        "12:30",
        "2026-01-01", ".inf", ".nan", "-", "- ", "? ", ": ", ":", "#", " #", "a: b", "{", "}", "[",
        "]",
        ",", "&a", "*a", "!!str", "|", ">", "%", "%0A", "%25", "@", "`", "'", "\"", "\\", "\\n",
        "<<",
        "=", "---", "...", "\n", "\n\n", "\r", "\r\n", "\t", " ", "  ", "\u{0}", "\u{1}", "\u{8}",
        "\u{B}", "\u{C}", "\u{1B}[31m", "\u{1B}]0;x\u{7}", "\u{1C}", "\u{7F}", "\u{85}",
        "\u{9B}31m",
        "\u{A0}", "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{200B}", "\u{FEFF}",
        String(Unicode.Scalar(0xFDD0 as UInt32)!),
        String(Unicode.Scalar(0xFFFE as UInt32)!), String(Unicode.Scalar(0xFFFF as UInt32)!),
        String(Unicode.Scalar(0x1FFFE as UInt32)!), String(Unicode.Scalar(0x10FFFF as UInt32)!),
        "\u{E000}", "\u{FFFD}", "e\u{301}", "日本",
        "👩‍👩‍👧", "]]>", "<![CDATA[", "<!--", "&amp;", "&#0;", "<b a='1'>", "::error::x",
        "\n::set-output name=a::b", "##[error]x", "::stop-commands::x", "[x](1)", "[x](http://y)",
        "{0}", "{{", "${{ x }}", "/", "../", "file://", "a b", "#1", "é", "Norway",
        String(repeating: "long ", count: 300),
        String(decoding: [0xC3, 0x28, 0xED, 0xA0], as: UTF8.self),
    ]

    static func report(seed: UInt64) -> Report {
        var dice = Dice(state: seed)
        func text() -> String {
            (0..<Int.random(in: 0...4, using: &dice))
                .map { _ in pieces.randomElement(using: &dice) ?? "" }.joined()
        }
        func location() -> Location {
            let path = ["main.py", "/usr/lib/x.py", "<string>", text(), "a" + text()]
            let column = Bool.random(using: &dice) ? Int.random(in: 0...9, using: &dice) : nil
            return Location(
                path: path.randomElement(using: &dice) ?? "",
                line: Int.random(in: 0...20, using: &dice),
                column: column,
                endColumn: column == nil ? nil : Int.random(in: 0...12, using: &dice),
                function: text(),
                snippet: text()
            )
        }
        func frames() -> [Location] {
            (0..<Int.random(in: 0...3, using: &dice)).map { _ in location() }
        }
        func exception(_ depth: Int) -> ExceptionReport {
            let isDeep = depth < 3 && Bool.random(using: &dice)
            return Crafted.exception(
                text(),
                text(),
                frames(),
                cause: isDeep ? exception(depth + 1) : nil,
                group: isDeep ? [exception(depth + 1), exception(depth + 1)] : []
            )
        }
        func finding(_ number: Int, run: Int) -> Finding {
            let rule =
                Rule.all.filter { $0.category != "limit" }.randomElement(using: &dice)?.id ?? ""
            var finding = Crafted.finding(
                Bool.random(using: &dice) ? rule : "own-" + text(),
                Severity.allCases.randomElement(using: &dice) ?? .note,
                text(),
                fix: text(),
                at: Bool.random(using: &dice) ? location() : nil,
                stack: frames(),
                creation: frames(),
                exception: Bool.random(using: &dice) ? exception(0) : nil,
                task: Bool.random(using: &dice) ? TaskReport(name: text(), coroutine: text()) : nil,
                took: Bool.random(using: &dice) ? .microseconds(7) : nil,
                count: Int.random(in: 1...3, using: &dice)
            )
            finding.id = "f\(number)"
            finding.run = run
            finding.raw = text()
            finding.doc = text()
            return finding
        }
        let runs = (1...Int.random(in: 1...2, using: &dice)).map { run in
            Crafted.run(
                (0..<Int.random(in: 0...5, using: &dice)).map { finding($0 + 1, run: run) },
                run: run,
                runtime: text(),
                outcome: Outcome.allCases.randomElement(using: &dice) ?? .exited,
                exit: Bool.random(using: &dice) ? Int.random(in: 0...255, using: &dice) : nil,
                signal: Bool.random(using: &dice) ? text() : nil,
                ending: text(),
                report: Bool.random(using: &dice) ? .complete : .incomplete
            )
        }
        var spec = JobSpec(
            program: .init(files: ["main.py": .text("")], start: .entry("a" + text()))
        )
        spec.name = text()
        spec.labels = [text(): text(), "k" + text(): text()]
        let template = Crafted.job(runs)
        var job = Job(id: template.id, spec: spec, state: .completed, createdAt: template.createdAt)
        job.outcome = .exited
        job.startedAt = template.startedAt
        job.endedAt = template.endedAt
        var report = Report(.job(ReportedJob(job, runs: runs)), version: "0.1.0")
        report.webhookSecrets = [String(repeating: "https://example.com/", count: 70): text()]
        for run in runs {
            let bytes = Array(text().utf8) + [0xFF, 0xC3, 0x00] + Array(text().utf8)
            report.outputs[run.run] = .init(stdout: .init(head: bytes), stderr: .init(head: bytes))
        }
        return report
    }
}
