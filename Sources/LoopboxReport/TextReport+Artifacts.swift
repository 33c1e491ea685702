// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension TextReport {
    /// Adds the files that were kept, and those that were asked for and were not.
    static func write(_ artifacts: Artifacts, to page: inout ReportPage) {
        if artifacts.kept.isEmpty, artifacts.skipped.isEmpty {
            page.line("No file matched the spec's artifacts.")
        }
        for kept in artifacts.kept { page.line("artifact \(kept.path) (\(kept.size.bytes) bytes)") }
        for skipped in artifacts.skipped {
            page.line("not kept: \(skipped.path): \(skipped.reason)")
        }
    }
}
