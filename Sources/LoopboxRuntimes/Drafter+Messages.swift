// SPDX-License-Identifier: Apache-2.0

// What a message says of tasks and futures.

extension Drafter {
    private static let states = ["pending", "finished", "cancelled", "cancelling"]

    /// `message` with short names in place of what asyncio shows of tasks and futures, which is mostly
    /// paths: `Task-2 (save())` and `<Future pending>`.
    static func shortened(_ message: String) -> String {
        let ends = closings(message)
        guard !ends.isEmpty else { return message }
        var result = ""
        var rest = Substring(message)
        while let start = rest.firstIndex(of: "<") {
            result += rest[..<start]
            rest = rest[start...]
            let words = rest.prefix(80).split(separator: " ", maxSplits: 2)
            guard words.count > 1,
                let state = states.first(where: { words[1].hasPrefix($0) }),
                let end = ends[start]
            else {
                result.append(rest.removeFirst())
                continue
            }
            result += name(ofTask: rest[...end]) ?? "\(words[0]) \(state)>"
            rest = rest[end...].dropFirst()
        }
        return result + rest
    }

    /// Where each bracket of `text` closes, by where it opens. One pass: a hostile program sends
    /// thousands that never do.
    private static func closings(_ text: String) -> [String.Index: String.Index] {
        var open: [String.Index] = []
        var ends: [String.Index: String.Index] = [:]
        for index in text.indices {
            if text[index] == "<" { open.append(index) }
            if text[index] == ">", let start = open.popLast() { ends[start] = index }
        }
        return ends
    }

    /// Of `<Task pending name='Task-2' coro=<save() running at …> …>`; nil: of a future.
    private static func name(ofTask shown: Substring) -> String? {
        guard let start = shown.firstRange(of: " name='")?.upperBound,
            let coroutine = shown.firstRange(of: "' coro=<")
        else { return nil }
        let function = shown[coroutine.upperBound...].prefix { $0 != "(" && $0 != " " }
        return "\(shown[start..<coroutine.lowerBound]) (\(function)())"
    }
}
