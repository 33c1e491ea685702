// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A finding with all runs of a job that have it.
struct FoldedFinding {
    /// As the first run has it; counted over all of them.
    var finding: Finding
    /// In order.
    var runs: [Int]

    /// The findings of `runs`, in the order in which they are first met. One that is there twice in a
    /// run stands for itself.
    static func all(in runs: [RunReport]) -> [FoldedFinding] {
        var folded: [FoldedFinding] = []
        var places: [String: Int] = [:]
        for run in runs {
            var seen: [String: Int] = [:]
            for finding in run.findings {
                // The second one of a run belongs to the second one of another.
                let number = seen[finding.identity, default: 0]
                seen[finding.identity] = number + 1
                let identity = "\(number) \(finding.identity)"
                if let place = places[identity] {
                    folded[place].runs.append(run.run)
                    folded[place].finding.count += finding.count
                } else {
                    places[identity] = folded.count
                    folded.append(FoldedFinding(finding: finding, runs: [run.run]))
                }
            }
        }
        return folded
    }
}

extension Finding {
    /// The same for the same finding in another run.
    package var identity: String {
        fingerprint ?? "\(rule) \(location?.path ?? "") \(location?.line ?? 0) \(message)"
    }
}
