// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The report for people.
enum PlainReport: ReportRenderer {
    static let mediaTypes = ["text/plain"]

    static func render(_ report: Report) -> [UInt8] { Array(text(report).utf8) }

    static func text(_ report: Report) -> String {
        let runs = report.runs
        // Of several runs the one is shown that failed, as it is the one to be explained.
        let shown = report.conclusion.failures.first?.runs.first ?? runs.last?.run
        let output: TextReport.Output =
            shown.flatMap { report.outputs[$0] }.map {
                .tail(lines: outputLines, stdout: $0.stdout, stderr: $0.stderr)
            } ?? .none
        let isSelected = report.selection.map { !$0.isAll } ?? false
        switch report.subject {
        case .job(var job):
            job.runs = runs
            return TextReport(
                job: job,
                more: report.more,
                color: report.color,
                output: output,
                isSelection: isSelected
            ).text
        case .run(_, let name, let spec):
            return TextReport(
                run: runs[0],
                name: name,
                debug: spec.debug,
                more: report.more,
                color: report.color,
                output: output,
                isSelection: isSelected
            ).text
        case .runs(_, let verdict, let conclusion, let name, let spec):
            return TextReport(
                runs: runs,
                verdict: verdict,
                conclusion: conclusion,
                name: name,
                debug: spec.debug,
                more: report.more,
                color: report.color,
                output: output,
                isSelection: isSelected
            ).text
        }
    }

    /// Lines shown of what a program wrote: the end of a traceback fits, and the findings above it
    /// stay in sight.
    static let outputLines = 20
}
