// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension TextReport {
    /// Adds the last lines of what the program wrote, each behind a bar, so that nothing a program
    /// writes can pass for a line of the report.
    static func write(
        tail lines: Int,
        stdout: CapturedOutput,
        stderr: CapturedOutput,
        to page: inout ReportPage
    ) {
        if stdout.bytes.isEmpty, stderr.bytes.isEmpty {
            page.line("The program wrote nothing.")
        }
        for (name, stream) in [("stdout", stdout), ("stderr", stderr)] {
            let bytes = stream.bytes
            guard !bytes.isEmpty else { continue }
            let (tail, isAll) = lastLines(lines, of: bytes)
            page.line(isAll ? "\(name):" : "\(name), the last \(tail.count) lines:")
            for line in tail { page.line("  | \(String(decoding: line, as: UTF8.self))") }
        }
    }

    /// The last `count` lines of `bytes` without their ends, and whether that is all of them.
    private static func lastLines(
        _ count: Int,
        of bytes: [UInt8]
    ) -> (lines: [ArraySlice<UInt8>], isAll: Bool) {
        let lineFeed = UInt8(ascii: "\n")
        var rest = bytes[...]
        if rest.last == lineFeed { rest.removeLast() }
        var lines: [ArraySlice<UInt8>] = []
        while lines.count < count {
            guard let end = rest.lastIndex(of: lineFeed) else {
                lines.append(rest)
                return (lines.reversed(), true)
            }
            lines.append(rest[(end + 1)...])
            rest = rest[..<end]
        }
        return (lines.reversed(), false)
    }
}
