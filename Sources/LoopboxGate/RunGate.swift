// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Holds one run against what is expected of each.
struct RunGate {
    private let expect: Expectations

    /// Findings named in a reason; the report has them all.
    static let findingsShown = 3

    init(_ expect: Expectations) { self.expect = expect }

    /// What does not hold, in no special order.
    func failures(of run: RunReport, output: Report.Output) -> [GateFailure] {
        guard Report.wasCarriedOut(run) else {
            return [.notRun("there is nothing to judge: \(reason(for: run))", runs: [run.run])]
        }
        var failures = endFailures(run) + findingFailures(run) + usageFailures(run)
        for (name, text, stream) in [
            ("stdout", expect.stdout, output.stdout), ("stderr", expect.stderr, output.stderr),
        ] {
            guard let text else { continue }
            let mismatch = TextMismatch(of: stream, with: text, name: name)
            if let mismatch {
                failures.append(
                    GateFailure(
                        expect.textItem(name, text),
                        mismatch.detail,
                        run: run.run,
                        diff: mismatch.diff
                    )
                )
            }
        }
        return failures
    }

    // MARK: The end

    private func endFailures(_ run: RunReport) -> [GateFailure] {
        var failures: [GateFailure] = []
        let isExpected =
            switch expect.exit {
            case .any: true
            case .statuses(let statuses): run.exit.map(statuses.contains) ?? false
            case .signal(let name): run.signal == name
            }
        if !isExpected {
            let detail = "expected \(expect.exit), but the program \(reason(for: run))"
            failures.append(GateFailure(expect.exitItem, detail, run: run.run))
        }
        if expect.timeout != (run.outcome == .timedOut) {
            let detail =
                expect.timeout
                ? "expected that its time runs out, but the program \(reason(for: run))"
                : "the program \(reason(for: run))"
            failures.append(GateFailure(expect.timeoutItem, detail, run: run.run))
        }
        return failures
    }

    private func reason(for run: RunReport) -> String { Report.reason(for: run) }

    // MARK: Findings

    private func findingFailures(_ run: RunReport) -> [GateFailure] {
        let own = FindingGate(expect, isOfJob: false)
        var failures = own.countFailures(run.findings).map {
            GateFailure($0.item, $0.detail, run: run.run)
        }
        let failing = run.findings.filter(own.isFailing)
        if !failing.isEmpty {
            failures.append(GateFailure(expect.failOnItem, detail(of: failing), run: run.run))
        }
        return failures
    }

    private func detail(of failing: [Finding]) -> String {
        let threshold = expect.findings.failOn.rawValue
        // Below the threshold there is but this one, which says that others may be missing.
        let grave = failing.filter { $0.rule != FindingGate.incomplete }
        guard !grave.isEmpty else {
            return "the program's own report broke off, so there may be findings at or above "
                + "\(threshold) that it lacks; where that is meant, allow \(FindingGate.incomplete)"
        }
        let shown = grave.prefix(Self.findingsShown).map { finding in
            finding.rule + (finding.location.map { " at \($0.path):\($0.line)" } ?? "")
        }
        let more = grave.count > shown.count ? " and \(grave.count - shown.count) more" : ""
        let count = "\(grave.count) finding\(grave.count == 1 ? "" : "s")"
        return "\(count) at or above \(threshold): \(shown.joined(separator: ", "))\(more)"
    }

    // MARK: Usage

    private func usageFailures(_ run: RunReport) -> [GateFailure] {
        var failures: [GateFailure] = []
        func check(_ used: Seconds, _ limit: Seconds?, _ item: Expectations.Item, _ what: String) {
            guard let limit, used > limit else { return }
            let detail = "\(TextReport.time(used)) \(what), more than \(TextReport.time(limit))"
            failures.append(GateFailure(item, detail, run: run.run))
        }
        check(run.times.wall, expect.duration, expect.durationItem, "by the clock")
        check(run.usage.cpu, expect.cpu, expect.cpuItem, "of processor time")
        if let limit = expect.memory, run.usage.maxRSS > limit {
            let used = run.usage.maxRSS.bytes >> 10
            let detail = "\(used)KiB of memory in one process, more than \(limit)"
            failures.append(GateFailure(expect.memoryItem, detail, run: run.run))
        }
        return failures
    }
}
