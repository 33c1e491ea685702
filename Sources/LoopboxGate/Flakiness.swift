// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Finds repetitions of one and the same thing that disagree.
///
/// Runs with other settings may differ: that is what a matrix is for. What a program writes may
/// differ as well, as times and identities do; that is in the comparison, and no finding.
enum Flakiness {
    /// Findings named in a message.
    private static let findingsShown = 3

    /// Adds a finding to the first run of each combination that is not as the ones before it.
    static func note(in runs: inout [RunReport], of spec: JobSpec) {
        guard spec.repetition.count > 1 else { return }
        let groups = Dictionary(grouping: runs.indices) {
            (runs[$0].run - 1) / spec.repetition.count
        }
        for places in groups.values {
            let repetitions = places.sorted().filter { Report.wasCarriedOut(runs[$0]) }
            guard let first = repetitions.first,
                let odd = repetitions.first(where: { !isAlike(runs[first], runs[$0]) })
            else { continue }
            let finding = finding(of: repetitions.map { runs[$0] }, in: runs[odd])
            runs[odd].findings.append(finding)
        }
    }

    private static func isAlike(_ one: RunReport, _ other: RunReport) -> Bool {
        one.outcome == other.outcome && one.exit == other.exit && one.signal == other.signal
            && Set(one.findings.map(\.identity)) == Set(other.findings.map(\.identity))
    }

    private static func finding(of runs: [RunReport], in odd: RunReport) -> Finding {
        var differences: [String] = []
        let ends = Comparison.ends(of: runs)
        if ends.count > 1 {
            differences += ends.map { end in
                let words = TextReport.words(for: end.outcome, end.exit, end.signal)
                return "\(words) in \(RunNumbers.text(end.runs))"
            }
        }
        let findings = Comparison.findingDifferences(of: runs)
        differences += findings.prefix(findingsShown).map { finding in
            let place = finding.path.map { " at \($0):\(finding.line ?? 0)" } ?? ""
            return "\(finding.rule)\(place) only in \(RunNumbers.text(finding.runs))"
        }
        if findings.count > findingsShown {
            differences.append("\(findings.count - findingsShown) more findings")
        }
        let message =
            "\(RunNumbers.text(runs.map(\.run))) of the same program with the same settings disagree: "
            + differences.joined(separator: "; ")
        let settings = odd.cell?.settings.map { "\($0.key)=\($0.value)" } ?? []
        return Finding(
            "flaky",
            message,
            run: odd.run,
            at: odd.times.wall,
            fingerprint: Fingerprint.of(["flaky"] + settings)
        )
    }
}
