// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension FixSentence {
    /// asyncio refused the call at `location`; nil where the rule's remedy says it all.
    static func refused(
        _ rule: String,
        _ location: Location,
        in source: ProgramSource
    ) -> String? {
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
        case "coroutine-as-callback": return coroutineGiven(line)
        case "nested-run": return runTwice(location, in: source)
        default: return nil
        }
    }

    /// `line` gives a coroutine, or a function that makes one, to what calls a plain function.
    private static func coroutineGiven(_ line: String) -> String? {
        /// What the `arguments` of a call give: `tick, 3` and `tick(3)` are both `tick(3)`.
        func coroutine(_ arguments: some Collection<String>) -> String? {
            guard let first = arguments.first else { return nil }
            if first.hasSuffix(")") { return first }
            return "\(first)(\(arguments.dropFirst().joined(separator: ", ")))"
        }
        for (method, skipped) in [
            ("call_soon_threadsafe", 0), ("call_soon", 0), ("call_later", 1), ("call_at", 1),
            ("add_signal_handler", 1), ("run_in_executor", 1), ("add_done_callback", 0),
        ] {
            guard let call = CallExpression(of: method, in: line),
                let made = coroutine(call.argumentList.dropFirst(skipped))
            else { continue }
            let loop = call.callee.dropLast(method.count + 1)
            switch method {
            case "call_soon":
                return
                    "Write `\(loop).create_task(\(made))` in place of `\(call.text)`, and keep the task."
            case "call_soon_threadsafe":
                return
                    "Write `asyncio.run_coroutine_threadsafe(\(made), \(loop))` in place of `\(call.text)`."
            case "run_in_executor":
                return
                    "A thread would only make the coroutine: write `await \(made)` in place of"
                    + " `\(awaited(call, in: line))`."
            case "add_done_callback":
                let function = call.arguments
                return
                    "`\(function)` is a coroutine function, which nobody would await: make it a plain"
                    + " function, or await `\(loop)` in a coroutine and then `\(function)(\(loop))`."
            default:
                let given =
                    (call.argumentList.prefix(skipped)
                    + ["lambda: \(loop).create_task(\(made))"]).joined(separator: ", ")
                return
                    "A coroutine has to be made a task, which somebody keeps: write"
                    + " `\(call.callee)(\(given))`."
            }
        }
        return nil
    }

    /// The code at `location` starts a loop within one.
    private static func runTwice(_ location: Location, in source: ProgramSource) -> String? {
        let call = ["run", "run_until_complete"].lazy.compactMap {
            CallExpression(of: $0, in: location.snippet)
        }.first
        guard let call, let coroutine = call.argumentList.first else { return nil }
        let function = source.definition(around: location.line, of: location.path)
        let mending =
            function.map { $0.isAsync ? "" : "make `\($0.name)` an `async def` and " } ?? ""
        return
            "The loop runs already: \(mending)write `await \(coroutine)` in place of `\(call.text)`."
    }
}
