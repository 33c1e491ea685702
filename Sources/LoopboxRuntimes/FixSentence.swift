// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Says what to do in the words of the program's own code.
enum FixSentence {
    /// A coroutine of the function `name` was made at `location`, which lies in `function`.
    static func unawaited(
        _ location: Location?,
        name: String?,
        in source: ProgramSource
    ) -> Cure {
        let remedy = Rule.named("coroutine-never-awaited")?.remedy ?? ""
        guard let location, let last = name?.split(separator: ".").last,
            let call = CallExpression(of: String(last), in: location.snippet)
        else { return Cure(remedy) }
        let function = source.definition(around: location.line, of: location.path)
        let text = call.text
        func edit(_ new: String) -> SourceEdit? {
            Cure.edit(writing: new, inPlaceOf: call, at: location, of: source)
        }
        if function?.isAsync == true {
            return Cure(
                "Write `await \(text)`, or keep the task of `asyncio.create_task(\(text))` and await"
                    + " it.",
                edit: edit("await \(text)")
            )
        }
        guard let function else {
            return Cure(
                "Write `asyncio.run(\(text))`: calling `\(call.callee)` only makes the coroutine.",
                edit: edit("asyncio.run(\(text))")
            )
        }
        return Cure(
            "Calling `\(text)` only makes the coroutine: make `\(function.name)` an `async def` and"
                + " write `await \(text)`."
        )
    }

    /// A task made at `location` was lost, with its exception or before its end.
    static func lostTask(_ location: Location?, rule: String) -> String {
        let remedy = Rule.named(rule)?.remedy ?? ""
        guard let location else { return remedy }
        for maker in ["create_task", "ensure_future"] {
            guard let call = CallExpression(of: maker, in: location.snippet) else { continue }
            return
                "Keep the task of `\(call.text)` (line \(location.line)) and await it, or start it in a"
                + " TaskGroup."
        }
        return remedy
    }

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
    static func deadlock(_ call: String) -> String? {
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
        case ("Lock", _), ("Semaphore", _), ("BoundedSemaphore", _):
            return
                "Whoever holds it never lets go: take it with `async with`, and never twice in one"
                + " task."
        case ("Condition", _): return "Call notify() in a task that can still run."
        case ("Barrier", _): return "Start as many tasks that wait as the barrier has parties."
        default: return nil
        }
    }

    /// `stack` of `source`, innermost last, blocks the loop.
    ///
    /// What can be awaited is changed in the innermost function that can await; in a plain function
    /// below it, `await` would be no Python.
    static func slow(_ stack: [Location], in source: ProgramSource) -> Cure {
        let remedy = Rule.named("slow-callback")?.remedy ?? ""
        guard let innermost = stack.last else { return Cure(remedy) }
        let index = stack.lastIndex { location in
            source.definition(around: location.line, of: location.path)?.isAsync == true
        }
        guard let index, let call = call(at: stack[index], into: stack[(index + 1)...].first),
            canRunInThread(call, at: stack[index], of: source)
        else {
            let text = innermost.snippet.drop(while: \.isWhitespace)
            return Cure(text.isEmpty ? remedy : "`\(text)` blocks the loop. \(remedy)")
        }
        let place = index == stack.count - 1 ? "" : " (line \(stack[index].line))"
        let arguments = call.arguments.isEmpty ? "" : ", \(call.arguments)"
        let new =
            call.callee == "time.sleep" || call.callee == "sleep"
            ? "await asyncio.sleep(\(call.arguments))"
            : "await asyncio.to_thread(\(call.callee)\(arguments))"
        return Cure(
            "Write `\(new)` in place of `\(call.text)`\(place).",
            edit: Cure.edit(writing: new, inPlaceOf: call, at: stack[index], of: source)
        )
    }

    /// Whether a thread could run `call` for a coroutine: a coroutine's call does nothing there but
    /// make the coroutine, and what schedules one belongs into the loop's thread.
    private static func canRunInThread(
        _ call: CallExpression,
        at location: Location,
        of source: ProgramSource
    ) -> Bool {
        let before = location.snippet.prefix(call.offset).split(separator: " ").last
        return !call.callee.hasPrefix("asyncio.") && before != "await"
            && before?.hasSuffix("(await") != true
            && !call.namesCalled.contains(where: source.definesCoroutine)
    }

    /// The call at `location`, by its columns or, where those are not known, by the name of the
    /// function that it led `into`, or of `sleep`.
    private static func call(at location: Location, into next: Location? = nil) -> CallExpression? {
        if let start = location.column, let end = location.endColumn, start < end,
            let call = CallExpression(in: location.snippet, columns: start..<end)
        {
            return call
        }
        return CallExpression(of: next?.function ?? "sleep", in: location.snippet)
    }

    /// asyncio refused the call at `location`; nil where the rule's remedy says it all.
    static func refused(_ rule: String, _ location: Location) -> String? {
        let line = location.snippet
        switch rule {
        case "wrong-thread-call":
            for method in ["create_task", "ensure_future"] {
                guard let call = CallExpression(of: method, in: line),
                    let coroutine = call.argumentList.first
                else { continue }
                let owner = call.callee.dropLast(method.count + 1)
                let loop = owner.isEmpty || owner == "asyncio" ? "loop" : owner
                return
                    "Write `asyncio.run_coroutine_threadsafe(\(coroutine), \(loop))`"
                    + " in place of `\(call.text)`."
            }
            for method in ["call_soon", "call_later", "call_at"] {
                guard let call = CallExpression(of: method, in: line) else { continue }
                if method == "call_soon" {
                    return
                        "Write `\(call.callee)_threadsafe(\(call.arguments))` in place of `\(call.text)`."
                }
                let loop = call.callee.dropLast(method.count + 1)
                return
                    "Write `\(loop).call_soon_threadsafe(\(call.callee), \(call.arguments))` in place of"
                    + " `\(call.text)`."
            }
            // Anything else that wakes somebody: cancel(), set_result(), put_nowait().
            guard let call = Self.call(at: location) ?? CallExpression(statement: line) else {
                return nil
            }
            let callback =
                call.hasNamedArguments
                ? "lambda: \(call.text)"
                : ([call.callee] + call.argumentList).joined(separator: ", ")
            return
                "Write `loop.call_soon_threadsafe(\(callback))` in place of `\(call.text)`; `loop` is"
                + " the one whose thread it is."
        case "coroutine-as-callback":
            for method in ["call_soon_threadsafe", "call_soon"] {
                guard let call = CallExpression(of: method, in: line) else { continue }
                let loop = call.callee.dropLast(method.count + 1)
                guard call.arguments.hasSuffix(")") else { return nil }
                return method == "call_soon"
                    ? "Write `\(loop).create_task(\(call.arguments))` in place of `\(call.text)`, and keep the task."
                    : "Write `asyncio.run_coroutine_threadsafe(\(call.arguments), \(loop))` in place of"
                        + " `\(call.text)`."
            }
            return nil
        case "nested-run":
            guard let call = CallExpression(of: "run", in: line) else { return nil }
            return
                "The loop runs already: write `await \(call.arguments)` in place of `\(call.text)`."
        default: return nil
        }
    }
}
