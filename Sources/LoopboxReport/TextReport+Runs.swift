// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// What the report of several runs, or of one that was judged, has beside that of one.
extension TextReport {
    /// Failures and differences that are shown of each kind; JSON has all of them.
    static let differencesShown = 10
    /// Columns of a value of the matrix.
    static let valueMax = 40

    /// `python3.13.0   exit 0`, `3 runs`, `7 of 25 runs`.
    static func end(of runs: [RunReport], _ conclusion: Conclusion) -> String {
        let planned = conclusion.comparison?.planned ?? runs.count
        if planned == 1, let run = runs.first { return end(of: run) }
        return planned == runs.count ? "\(planned) runs" : "\(runs.count) of \(planned) runs"
    }

    /// `   verdict: failed (1 error)`; nothing where there is none.
    static func words(for verdict: Verdict?, _ runs: [RunReport]) -> String {
        guard let verdict else { return "" }
        let findings = FoldedFinding.all(in: runs).map(\.finding)
        let count = findings.isEmpty ? "" : " (\(summary(of: findings)))"
        return "   verdict: \(verdict.rawValue)\(count)"
    }

    /// Adds what became of `runs`: what was expected and did not hold, then the runs, what they have
    /// found, and how they differ.
    func write(
        _ runs: [RunReport],
        _ conclusion: Conclusion,
        debug: JobSpec.DebugOptions,
        to page: inout ReportPage
    ) {
        let isOnly = conclusion.comparison == nil && runs.count == 1
        Self.write(conclusion.failures, isOnly: isOnly, to: &page)
        if isOnly { return write(runs[0], debug: debug, to: &page) }
        page.blank()
        Self.writeTable(of: runs, to: &page)
        for folded in FoldedFinding.all(in: runs) {
            page.blank()
            write(folded.finding, to: &page)
            let isEverywhere = folded.runs.count == runs.count
            page.line(
                isEverywhere
                    ? "  in all \(runs.count) runs" : "  only in \(RunNumbers.text(folded.runs))"
            )
        }
        writeRemarks(on: runs, debug: debug, to: &page)
        if let comparison = conclusion.comparison { Self.write(comparison, to: &page) }
        if case .tail(let lines, let stdout, let stderr) = output {
            let run = conclusion.failures.first?.runs.first ?? runs.last?.run ?? 1
            page.blank()
            page.line("What run \(run) wrote:")
            Self.write(tail: lines, stdout: stdout, stderr: stderr, to: &page)
        }
        let findings = FoldedFinding.all(in: runs).map(\.finding)
        if !findings.isEmpty {
            page.blank()
            page.line("\(Self.summary(of: findings))")
        }
    }

    // MARK: The gate

    private static func write(
        _ failures: [GateFailure],
        isOnly: Bool,
        to page: inout ReportPage
    ) {
        if !failures.isEmpty {
            page.blank()
            page.line("Not as expected:")
        }
        for failure in failures.prefix(differencesShown) {
            let name = failure.expect.isEmpty ? "" : "expect.\(failure.expect): "
            let runs = isOnly || failure.runs.isEmpty ? "" : " (\(RunNumbers.text(failure.runs)))"
            page.line("  \(name)\(failure.detail)\(runs)")
            if let diff = failure.diff {
                for line in diff.split(separator: "\n", omittingEmptySubsequences: false) {
                    page.line("    | \(line)")
                }
            }
        }
        let more = failures.count - differencesShown
        if more > 0 { page.line("  … \(more) more") }
    }

    // MARK: The runs

    /// Adds a line for all runs that had the same settings, ended alike, and found as much.
    private static func writeTable(of runs: [RunReport], to page: inout ReportPage) {
        // The interpreter has a column of its own.
        let keys = (runs.first?.cell?.settings ?? []).map(\.key).filter { $0 != "program.runtime" }
        var rows = [["run", "runtime"] + keys + ["time", "end", "findings"]]
        var groups: [[String]: [RunReport]] = [:]
        var order: [[String]] = []
        for run in runs {
            let values = keys.map { key in
                let value = run.cell?.value(of: key)?.description ?? ""
                return SafeText.start(of: value, columns: valueMax)
            }
            let found = summary(of: run.findings)
            let kind =
                [run.runtime] + values + [words(for: run.outcome, run.exit, run.signal), found]
            if groups[kind] == nil { order.append(kind) }
            groups[kind, default: []].append(run)
        }
        for kind in order {
            guard let group = groups[kind] else { continue }
            let times = group.map(\.times.wall)
            let least = time(times.min() ?? Seconds(.zero))
            let most = time(times.max() ?? Seconds(.zero))
            let span = least == most ? least : "\(least) to \(most)"
            let numbers = RunNumbers.text(group.map(\.run)).drop { !$0.isNumber }
            rows.append([String(numbers)] + kind.dropLast(2) + [span] + kind.suffix(2))
        }
        let widths = rows[0].indices.map { column in
            rows.map { SafeText.width(of: $0[column]) }.max() ?? 0
        }
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() where column < row.count - 1 || !cell.isEmpty {
                let space = widths[column] - SafeText.width(of: cell)
                line += "  \(cell)" + String(repeating: " ", count: space)
            }
            while line.last == " " { line.removeLast() }
            page.line("\(line)")
        }
    }

    /// Adds what there is to say of single runs, once for all of which it is said.
    private func writeRemarks(
        on runs: [RunReport],
        debug: JobSpec.DebugOptions,
        to page: inout ReportPage
    ) {
        var remarks: [(text: String, runs: [Int])] = []
        for run in runs {
            for text in Self.remarks(on: run, debug: debug, isSelection: isSelection) {
                if let place = remarks.firstIndex(where: { $0.text == text }) {
                    remarks[place].runs.append(run.run)
                } else {
                    remarks.append((text, [run.run]))
                }
            }
        }
        // The table says of single runs that they have none.
        remarks.removeAll { $0.runs.count < runs.count && Self.isOfNoFindings($0.text) }
        if !remarks.isEmpty { page.blank() }
        for remark in remarks.prefix(Self.differencesShown) {
            let isAll = remark.runs.count == runs.count
            page.line("\(isAll ? "" : "\(RunNumbers.text(remark.runs)): ")\(remark.text)")
        }
        let more = remarks.count - Self.differencesShown
        if more > 0 { page.line("… \(more) more remarks on single runs") }
        // Each run would tell its own story at such length.
        if let stuck = runs.first(where: { $0.standing != nil }), let standing = stuck.standing {
            page.blank()
            page.line("Of run \(stuck.run):")
            Self.write(standing, outcome: stuck.outcome, to: &page)
        }
        for run in runs.filter({ $0.artifacts != nil }).prefix(Self.differencesShown) {
            guard let artifacts = run.artifacts else { continue }
            page.blank()
            page.line("Of run \(run.run):")
            Self.write(artifacts, to: &page)
        }
    }

    // MARK: The comparison

    private static func write(_ comparison: Comparison, to page: inout ReportPage) {
        page.blank()
        let isAlike =
            comparison.ends.count < 2 && comparison.findings.isEmpty && comparison.outputs.isEmpty
        page.line(
            isAlike ? "The runs do not differ, but for their times:" : "How the runs differ:"
        )
        if comparison.ends.count > 1 {
            let ends = comparison.ends.prefix(differencesShown).map { end in
                "\(words(for: end.outcome, end.exit, end.signal)) in \(RunNumbers.text(end.runs))"
            }
            page.line("  end: \(ends.joined(separator: ", "))")
        }
        for finding in comparison.findings.prefix(differencesShown) {
            let place = finding.path.map { path in
                " at \(SafeText.end(of: path, columns: nameMax)):\(finding.line ?? 0)"
            }
            let rule = SafeText.start(of: finding.rule, columns: ruleMax)
            let with = RunNumbers.text(finding.runs)
            let without = RunNumbers.text(finding.missing)
            page.line("  finding: \(rule)\(place ?? "") in \(with), not in \(without)")
        }
        for output in comparison.outputs.prefix(differencesShown) {
            let cut = output.isCut ? ", as far as it was kept" : ""
            let runs = "\(RunNumbers.text(output.runs)), unlike run \(output.against)"
            page.line("  \(output.stream): \(runs), in line \(output.line)\(cut):")
            if let other = output.other { page.line("    | -\(other)") }
            if let text = output.text { page.line("    | +\(text)") }
        }
        let more =
            comparison.omitted + max(comparison.findings.count - differencesShown, 0)
            + max(comparison.outputs.count - differencesShown, 0)
        if more > 0 { page.line("  … \(more) more differences") }
        for (name, spread) in [("time", comparison.wall), ("processor time", comparison.cpu)] {
            guard let spread else { continue }
            let least = "fastest \(time(spread.min)) (run \(spread.fastest))"
            let middle = "median \(time(spread.median)), p95 \(time(spread.p95))"
            let most = "slowest \(time(spread.max)) (run \(spread.slowest))"
            page.line("  \(name): \(least), \(middle), \(most)")
        }
    }
}
