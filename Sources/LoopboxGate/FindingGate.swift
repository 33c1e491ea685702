// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Holds findings against `expect.findings`: those of one run or, for what only several runs
/// together show, those of the whole job.
struct FindingGate {
    private let expect: Expectations
    private let isOfJob: Bool

    /// The rule that says that a report is not whole. Whatever its own weight, a gate that looks for
    /// findings must not pass for want of them.
    static let incomplete = "report-incomplete"
    /// The category of what only several runs together show.
    static let ofJob = "comparison"

    init(_ expect: Expectations, isOfJob: Bool) {
        self.expect = expect
        self.isOfJob = isOfJob
    }

    /// Whether `finding` by itself fails its run: it is neither allowed nor required.
    func isFailing(_ finding: Finding) -> Bool {
        guard let threshold = expect.findings.failOn.severity else { return false }
        return (finding.severity >= threshold || finding.rule == Self.incomplete)
            && !expect.findings.allow.contains { Self.isMeant(finding, $0.rule, $0.path, nil) }
            && !expect.findings.require.contains {
                Self.isMeant(finding, $0.rule, $0.path, $0.line)
            }
    }

    /// The entries of which `findings` have too few or too many.
    func countFailures(_ findings: [Finding]) -> [(item: Expectations.Item, detail: String)] {
        var failures: [(item: Expectations.Item, detail: String)] = []
        func count(_ rule: String, _ path: String?, _ line: Int?) -> Int {
            findings.reduce(0) { $0 + (Self.isMeant($1, rule, path, line) ? max($1.count, 1) : 0) }
        }
        for (place, entry) in expect.findings.allow.enumerated() where isOurs(entry.rule) {
            let found = count(entry.rule, entry.path, nil)
            guard let most = entry.max, found > most else { continue }
            failures.append(
                (expect.allowItem(place), "\(found) of \(entry.rule), expected \(most) at most")
            )
        }
        for (place, entry) in expect.findings.require.enumerated() where isOurs(entry.rule) {
            let found = count(entry.rule, entry.path, entry.line)
            let isTooFew = found < entry.min
            guard isTooFew || found > entry.max ?? .max else { continue }
            let bound = isTooFew ? "\(entry.min) at least" : "\(entry.max ?? 0) at most"
            let line = entry.line.map { ":\($0)" } ?? ""
            let subject = entry.rule + (entry.path.map { " at \($0)\(line)" } ?? "")
            let count = found == 0 ? "no" : "\(found) of"
            failures.append((expect.requireItem(place), "\(count) \(subject), expected \(bound)"))
        }
        return failures
    }

    /// Whether `rule`, or all rules of that category, tell of several runs.
    static func isOfJob(_ rule: String) -> Bool {
        rule == ofJob || Rule.named(rule)?.category == ofJob
    }

    private func isOurs(_ rule: String) -> Bool {
        let isOfJob = Self.isOfJob(rule)
        return isOfJob == self.isOfJob
    }

    private static func isMeant(
        _ finding: Finding,
        _ rule: String,
        _ path: String?,
        _ line: Int?
    ) -> Bool {
        (Rule.named(finding.rule)?.isMeant(by: rule) ?? (finding.rule == rule))
            && (path == nil || finding.location?.path == path)
            && (line == nil || finding.location?.line == line)
    }
}

/// Holds all runs together against what is expected of findings that only they together show.
struct JobGate {
    private let findings: FindingGate

    init(_ expect: Expectations) { findings = FindingGate(expect, isOfJob: true) }

    /// What does not hold; it is said of all runs.
    func failures(of runs: [RunReport]) -> [GateFailure] {
        findings.countFailures(runs.flatMap(\.findings)).map { failure in
            GateFailure(
                expect: failure.item.name,
                detail: failure.detail,
                pointer: failure.item.pointer,
                runs: runs.map(\.run)
            )
        }
    }
}
