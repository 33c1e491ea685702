// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

// What no hook sees: the interpreter's last words, and those of its helpers.

extension Drafter {
    /// Lines kept of a crash: the stacks of a few threads.
    private static let crashLinesMax = 60

    /// Findings that stand in what the program wrote to its standard error and nowhere else.
    ///
    /// Anybody can write such lines. That the interpreter crashed is believed only where it did.
    ///
    /// - Parameter hasCrashed: whether it died of a signal that was not ours.
    func findings(inStderr text: String, hasCrashed: Bool) -> [Draft] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var drafts: [Draft] = []
        for (number, line) in lines.enumerated() {
            guard let rule = Rule.recognized(by: String(line), on: .stderr)?.id else { continue }
            let rest = lines[(number + 1)...]
            switch rule {
            case "fatal-error" where hasCrashed: drafts.append(fatalError(line, rest))
            case "atexit-exception": drafts.append(failedAtExit(rest))
            case "leaked-ipc-objects":
                let start = line.firstRange(of: "There appear")?.lowerBound ?? line.startIndex
                drafts.append(draft(rule, String(line[start...]), raw: String(line), stack: []))
            default: break
            }
        }
        return drafts
    }

    /// `Fatal Python error: Segmentation fault`, then the stacks of the threads, innermost first.
    private func fatalError(
        _ line: Substring,
        _ rest: ArraySlice<Substring>
    ) -> Draft {
        let isCurrent = rest.drop { !$0.hasPrefix("Current thread") && !$0.hasPrefix("Thread") }
        let frames = isCurrent.dropFirst().prefix { $0.hasPrefix("  File ") }.compactMap(
            WireFrame.init(line:)
        )
        let what = line.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
        return draft(
            "fatal-error",
            "the interpreter crashed: \(Self.trimmed(what))",
            raw: ([line] + rest.prefix(Self.crashLinesMax)).joined(separator: "\n"),
            stack: source.own(frames.reversed())
        )
    }

    /// A traceback, which ends with the first line that is not indented.
    private func failedAtExit(_ rest: ArraySlice<Substring>) -> Draft {
        let body = rest.dropFirst().prefix { $0.hasPrefix(" ") }
        let what = rest.dropFirst(1 + body.count).first.map(String.init) ?? ""
        let shown = rest.prefix(2 + body.count).joined(separator: "\n")
        return draft(
            "atexit-exception",
            what,
            raw: "Error in atexit._run_exitfuncs:\n\(shown)",
            stack: source.own(body.compactMap(WireFrame.init(line:)))
        )
    }

    private func draft(_ rule: String, _ message: String, raw: String, stack: [Location]) -> Draft {
        var draft = make(rule, message: message, source: .stderr, location: stack.last)
        draft.finding.stack = stack
        draft.finding.raw = raw
        return draft
    }
}
