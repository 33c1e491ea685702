// SPDX-License-Identifier: Apache-2.0

import LoopboxRuntimes

/// Ranges of versions of Python, as `3.9-3.11.6, 3.13-`: a range without an end is open, and a
/// version without its last number has all that begin with it.
struct Versions: Sendable {
    private typealias Version = PythonRuntime.Version

    private var ranges: [ClosedRange<PythonRuntime.Version>] = []

    static let all = Versions("3.0-")

    init(_ text: String) {
        for range in text.split(separator: ",") {
            let bounds = range.split(separator: "-", omittingEmptySubsequences: false).map { part in
                part.split(whereSeparator: { $0 == "." || $0 == " " }).compactMap { Int($0) }
            }
            let last = bounds[bounds.count - 1]
            let upper =
                last.isEmpty
                ? Version(.max, 0, 0) : Version(last[0], last[1], last.count > 2 ? last[2] : .max)
            let first = bounds[0]
            ranges.append(Version(first[0], first[1], first.count > 2 ? first[2] : 0)...upper)
        }
    }

    func contains(_ version: PythonRuntime.Version) -> Bool {
        ranges.contains { $0.contains(version) }
    }
}
