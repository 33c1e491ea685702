// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

extension FixSentence {
    /// A task made at `location` outlived the main coroutine.
    static func leakedTask(_ location: Location?) -> String {
        let remedy = Rule.named("leaked-task")?.remedy ?? ""
        guard let location else { return remedy }
        for maker in ["create_task", "ensure_future"] {
            guard let call = CallExpression(of: maker, in: location.snippet) else { continue }
            return
                "Await or cancel the task of `\(call.text)` before the main coroutine returns, or"
                + " start it in a TaskGroup."
        }
        return remedy
    }

    /// A loop is stuck because a task waits for `call`, for ever; nil: nothing better than the
    /// rule's remedy is known.
    ///
    /// - Parameter count: how many tasks wait so.
    static func deadlock(_ call: String, count: Int) -> String? {
        let method = call.split(separator: ".").last ?? ""
        switch (call.split(separator: ".").first ?? "", method) {
        case ("Queue", "get()"), ("PriorityQueue", "get()"), ("LifoQueue", "get()"):
            return "Have somebody put an item, or tell the consumer that no more will come: put a"
                + " sentinel, or cancel its task."
        case ("Queue", "put()"):
            return "The queue is full and nobody gets from it: start the consumer before, or raise"
                + " maxsize."
        case ("Queue", "join()"):
            return "Call task_done() once for each item that was got."
        case ("Event", _): return "Call set() in a task that can still run."
        case ("Lock", _) where count > 1:
            return
                "They wait for one another's locks: have all take the locks in the same order, with"
                + " `async with`."
        case ("Lock", _), ("Semaphore", _), ("BoundedSemaphore", _):
            return
                "Whoever holds it never lets go: take it with `async with`, and never twice in one"
                + " task."
        case ("Condition", _): return "Call notify() in a task that can still run."
        case ("Barrier", _): return "Start as many tasks that wait as the barrier has parties."
        default: return nil
        }
    }

    /// An object that `rule` is about was made in the line at `location` and forgotten.
    static func unclosed(_ rule: String, _ location: Location) -> String? {
        let parts = location.snippet.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let names = parts[0].split(separator: ",").map { part in
            part.filter { !$0.isWhitespace }
        }
        guard
            names.allSatisfy({ name in
                name.first?.isNumber == false
                    && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
            })
        else { return nil }
        // Its arguments may stand in the lines below.
        if parts[1].contains(".create_subprocess_") {
            return
                "Write `await \(names[0]).wait()` or `await \(names[0]).communicate()` before the loop"
                + " ends."
        }
        guard
            let call = CallExpression(statement: parts[1])
                ?? parts[1].firstRange(of: "await ").flatMap({
                    CallExpression(statement: parts[1][$0.upperBound...])
                })
        else { return nil }
        if rule == "unclosed-stream-writer" || call.callee.hasSuffix("open_connection") {
            return names.last.map {
                "Call `\($0).close()` and `await \($0).wait_closed()` in the end."
            }
        }
        if rule == "unclosed-transport", names.count == 2 {
            return call.callee.hasSuffix("subprocess_exec")
                || call.callee.hasSuffix("subprocess_shell")
                ? "Await the process before the loop ends: its protocol's process_exited() can set a"
                    + " future."
                : "Call `\(names[0]).close()` before the loop ends."
        }
        guard rule == "unclosed-socket" || rule == "unclosed-file" else { return nil }
        // A loop has sockets, and is no context manager.
        if call.callee.hasSuffix("new_event_loop") {
            return "Call `\(names[0]).close()` in the end, in a `finally:`."
        }
        return names.count == 1
            ? "Write `with \(call.text) as \(names[0]):` round its use, or call `\(names[0]).close()`"
                + " in the end."
            : "Write `with \(names.joined(separator: ", ")):` round their use, or call close() on each"
                + " in the end."
    }

    /// Shared memory was made in the line at `location` and stays; nil: what has it is no name.
    static func unlinked(_ location: Location) -> String? {
        let parts = location.snippet.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, CallExpression(of: "SharedMemory", in: parts[1]) != nil else {
            return nil
        }
        let name = parts[0].filter { !$0.isWhitespace }
        guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }) else {
            return nil
        }
        return
            "Call `\(name).close()` and then `\(name).unlink()` once nobody needs it any more, in a"
            + " `finally:`."
    }

    /// The coroutine function of a server at `location` leaves the writer that it was given open;
    /// nil: it is a method of a protocol, or its parameters are not in this line.
    static func unclosed(by location: Location) -> String? {
        guard location.snippet.drop(while: \.isWhitespace).hasPrefix("async def "),
            let head = CallExpression(of: location.function, in: location.snippet),
            let last = head.argumentList.last
        else { return nil }
        let writer = last.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return
            "Call `\(writer).close()` and `await \(writer).wait_closed()` where \(location.function)()"
            + " ends, in a `finally:`."
    }
}
