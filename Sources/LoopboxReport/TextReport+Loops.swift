// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension TextReport {
    /// Adds, for a run that was ended because it took too long, how busy its event loops were: whether
    /// it calculated or waited is what a person asks first. Elsewhere it would be noise; JSON has it.
    static func write(_ loops: [LoopTimings], of run: RunReport, to page: inout ReportPage) {
        guard run.outcome == .timedOut || run.outcome == .cpuExceeded, !loops.isEmpty else {
            return
        }
        page.blank()
        for loop in loops.prefix(loopsMax) {
            let which = loops.count > 1 ? "event loop \(loop.loop)" : "event loop"
            let share = Int((loop.busyShare * 100).rounded())
            let busy = "busy \(share) % of \(time(loop.running)), \(loop.callbacks) callbacks"
            page.line("\(which): \(busy), up to \(time(loop.lag.max)) late")
            guard let longest = loop.longest.first else { continue }
            let place = longest.definition.map {
                " in \(SafeText.end(of: $0.path, columns: nameMax)):\($0.line)"
            }
            page.line(
                "  the longest: \(name(of: longest.name))\(place ?? ""), \(time(longest.seconds))"
            )
        }
    }

    /// Loops that are shown.
    private static let loopsMax = 3
}
