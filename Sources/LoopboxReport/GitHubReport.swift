// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The report as commands that GitHub's runner takes from a step's output: each finding becomes an
/// annotation on its line in the pull request. The report for people follows, folded.
///
/// The gravest come first, because the runner shows the first 10 errors, 10 warnings and 10 notices
/// of a step and drops the rest; the folded report has them all.
///
/// Nothing of the program's making begins a line outside of the folded part, and within it the runner
/// obeys no command but one that ends it, whose name stands nowhere in that part.
///
/// Source: GitHub, "Workflow commands for GitHub Actions"; actions/toolkit, `core/src/command.ts`.
enum GitHubReport: ReportRenderer {
    static let mediaTypes = ["text/x-github-workflow-commands"]

    /// Columns of a message: an annotation shows some lines, and the report beside it has the rest.
    static let messageMax = 1000

    static func render(_ report: Report) -> [UInt8] {
        var lines: [String] = []
        let isWhole = report.selection?.isAll ?? true
        if let reason = report.whyThereIsNone {
            lines.append(command(.error, ["title": "no-result"], reason))
        }
        let runs = report.runs
        for failure in report.conclusion.failures where isWhole {
            let name = failure.expect.isEmpty ? "gate" : "expect.\(failure.expect)"
            let ofRuns =
                runs.count == 1 || failure.runs.isEmpty
                ? "" : "\(RunNumbers.text(failure.runs)): "
            lines.append(command(.error, ["title": name], ofRuns + failure.detail))
        }
        for run in runs where isWhole {
            let name = runs.count == 1 ? "" : "run \(run.run), \(run.runtime): "
            // An error that was found says why a program ended with another status.
            let isTold =
                run.outcome == .exited && run.findings.contains { $0.severity == .error }
            // Whether a program may end so is for the spec to say, where it says anything.
            if report.verdict == nil, !Report.isPlain(run), !isTold {
                let text = name + Report.reason(for: run)
                lines.append(command(.error, ["title": "run-ended"], text))
            }
            if run.reportState == .incomplete {
                let text = "\(name)the program's own report broke off: findings may be missing"
                lines.append(command(.warning, ["title": "report-incomplete"], text))
            }
        }
        let folded = report.foldedFindings
        for severity in Severity.allCases.reversed() {
            for found in folded where found.finding.severity == severity {
                let isEverywhere = found.runs.count == runs.count
                let name = isEverywhere ? "" : " (\(RunNumbers.text(found.runs)))"
                let finding = report.placed(found.finding)
                lines.append(annotation(finding, title: "\(finding.rule)\(name)"))
            }
        }
        var whole = report
        whole.color = false
        let text = PlainReport.text(whole)
        let token = self.token(for: text)
        lines.append("::group::Loopbox report")
        lines.append("::stop-commands::\(token)")
        return Array((lines.joined(separator: "\n") + "\n\(text)::\(token)::\n::endgroup::\n").utf8)
    }

    private static func annotation(_ finding: Finding, title: String) -> String {
        var properties: [(String, String)] = []
        if let location = finding.location, location.isOnDisk {
            properties.append(("file", location.path))
            properties.append(("line", String(location.line)))
            // Columns are taken only from one and the same line.
            if let column = location.column {
                properties.append(("endLine", String(location.line)))
                properties.append(("col", String(column)))
                if let end = location.endColumn, end > column {
                    properties.append(("endColumn", String(end)))
                }
            }
        }
        properties.append(("title", title))
        let fix = finding.fix.isEmpty ? [] : ["fix: \(finding.fix)"]
        return command(finding.severity, properties, [finding.message] + fix)
    }

    private static func command(
        _ severity: Severity,
        _ properties: KeyValuePairs<String, String>,
        _ message: String
    ) -> String {
        command(severity, properties.map { ($0, $1) }, [message])
    }

    /// `::error file=main.py,line=4::message`, the lines of the message in one.
    private static func command(
        _ severity: Severity,
        _ properties: [(String, String)],
        _ message: [String]
    ) -> String {
        let name =
            switch severity {
            case .error: "error"
            case .warning: "warning"
            case .note: "notice"
            }
        let items = properties.map { "\($0.0)=\(escaped($0.1, isProperty: true))" }
        let lines = message.map {
            escaped(SafeText.start(of: $0, columns: messageMax), isProperty: false)
        }
        return "::\(name) \(items.joined(separator: ","))::\(lines.joined(separator: "%0A"))"
    }

    /// `text` as the runner reads it back; what a terminal would obey becomes U+FFFD.
    static func escaped(_ text: String, isProperty: Bool) -> String {
        var escaped = String.UnicodeScalarView()
        func add(_ text: String) { escaped.append(contentsOf: text.unicodeScalars) }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": add("%25")
            case "\r": add("%0D")
            case "\n": add("%0A")
            case ":" where isProperty: add("%3A")
            case "," where isProperty: add("%2C")
            case _ where scalar.isDisruptive: escaped.append("\u{FFFD}")
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// A name that stands nowhere in `text`, the same each time for the same text.
    private static func token(for text: String) -> String {
        var hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        while text.contains("loopbox-\(String(hash, radix: 16))") { hash &+= 1 }
        return "loopbox-\(String(hash, radix: 16))"
    }
}
