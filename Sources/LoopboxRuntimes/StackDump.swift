// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The stacks of an interpreter's threads, as faulthandler writes them.
///
/// Source: `_Py_DumpTracebackThreads`; since 3.14 it has the threads' names.
struct StackDump {
    struct Thread {
        let name: String
        /// Outermost first.
        let frames: [WireFrame]
    }

    /// Without those that wait for work of an executor.
    let threads: [Thread]

    init(_ text: String) {
        var threads: [Thread] = []
        let blocks = text.split(separator: "\n").reduce(into: [[Substring]]()) { blocks, line in
            if line.contains("hread 0x") {
                blocks.append([line])
            } else if !blocks.isEmpty {
                blocks[blocks.count - 1].append(line)
            }
        }
        for (number, block) in blocks.enumerated() {
            let frames = block.dropFirst().compactMap(WireFrame.init(line:))
            guard let innermost = frames.first, innermost.function != "_worker",
                !frames.contains(where: { $0.file.hasSuffix("/loopbox_inside.py") })
            else { continue }
            let name = block[0].split(separator: "[").dropFirst().first?.prefix { $0 != "]" }
            // The oldest comes last.
            let isMain = number == blocks.count - 1
            threads.append(
                Thread(
                    name: name.map(String.init) ?? (isMain ? "MainThread" : ""),
                    frames: frames.reversed()
                )
            )
        }
        self.threads = threads
    }
}

extension WireFrame {
    /// A line of a traceback, `  File "main.py", line 3, in main`; a crash has no comma before `in`.
    init?(line: Substring) {
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == "  File ", let tail = parts.last else { return nil }
        let words = tail.split { $0 == " " || $0 == "," }
        guard words.count >= 2, words[0] == "line", let number = Int(words[1]) else { return nil }
        self.init(
            file: parts[1..<(parts.count - 1)].joined(separator: "\""),
            line: number,
            function: words.count >= 4 ? words[3...].joined(separator: " ") : ""
        )
    }
}
