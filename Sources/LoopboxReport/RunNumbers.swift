// SPDX-License-Identifier: Apache-2.0

/// Numbers of runs in words.
package enum RunNumbers {
    /// `run 3`, `runs 1-6 and 9`; `runs` is in order and has one at least.
    package static func text(_ runs: [Int]) -> String {
        "run\(runs.count == 1 ? "" : "s") \(list(runs))"
    }

    /// `3`, `1-6 and 9`, `1, 3, 5 and 7`.
    private static func list(_ runs: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for run in runs {
            if let last = ranges.last, run == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...run
            } else {
                ranges.append(run...run)
            }
        }
        let parts = ranges.flatMap { range in
            range.count > 2
                ? ["\(range.lowerBound)-\(range.upperBound)"] : range.map { "\($0)" }
        }
        guard let last = parts.last, parts.count > 1 else { return parts.joined() }
        return "\(parts.dropLast().joined(separator: ", ")) and \(last)"
    }
}
