// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A report's text with everything in it replaced that differs from run to run or from machine to
/// machine: identities, measured times, the interpreter's patch release, where its library is.
func normalised(_ text: String) -> String {
    let replacements: [(pattern: String, by: String)] = [
        (#"\bjob_[0-9a-z]{26}\b"#, "job_ID"),
        (#"completed in [0-9.]+s"#, "completed in TIME"),
        (#"\bpython3\.(\d+)\.\d+\b"#, "python3.$1.x"),
        (#"/[^\s:"]*/lib/python3\.\d+/([^\s:"]+):\d+"#, "LIB/$1:LINE"),
        (#"/[^\s:"]*/lib/python3\.\d+/"#, "LIB/"),
        (#"http://127\.0\.0\.1:\d+/"#, "SERVER/"),
        (#"0x[0-9a-f]{6,}"#, "ADDRESS"),
        (#"\b\d+\.\d+ ?s(econds)?\b"#, "TIME"),
        // Of a run that took too long: what its loops did.
        (#"busy \d+ % of TIME, \d+ callbacks"#, "busy SHARE of TIME, N callbacks"),
        (#"(?m)^  the longest: .*"#, "  the longest: PLACE, TIME"),
        // Of several runs: how far their times lie apart, and so how wide a column is.
        (#"TIME to TIME"#, "TIME"),
        (#"(?m)^(  .*\b(time|TIME)) {2,}"#, "$1  "),
        (#"(?m)^(  .*\b(runtime|python3\.\d+\.x)) {2,}"#, "$1  "),
        (#"(fastest|slowest) TIME \(run \d+\)"#, "$1 TIME (run N)"),
    ]
    var text = text
    for replacement in replacements {
        text = text.replacingOccurrences(
            of: replacement.pattern,
            with: replacement.by,
            options: .regularExpression
        )
    }
    return text
}

/// The specs of `Specs/`, by name.
enum Specimens {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Specs")

    static let names = entries(folder.path).filter { $0.hasSuffix(".yaml") }
        .map { String($0.dropLast(5)) }

    /// Those of which the report differs from machine to machine, or from time to time.
    static let unsteady: Set<String> = ["gate-versions", "flaky"]

    /// Those that give the same report each time.
    static let steady = names.filter { !unsteady.contains($0) }

    static func path(_ name: String) -> String { "\(folder.path)/\(name).yaml" }

    /// The spec `name`, for the interpreter called `runtime`.
    static func text(_ name: String, runtime: String) throws -> String {
        let text = try #require(contents(path(name)))
        return text.replacingOccurrences(
            of: "\nprogram:\n",
            with: "\nprogram:\n  runtime: \(runtime)\n"
        )
    }
}
