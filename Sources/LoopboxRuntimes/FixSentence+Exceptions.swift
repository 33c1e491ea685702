// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension FixSentence {
    /// `exception` was raised by the code at `location`, and the program's own end says nothing
    /// better of it; nil where the rule's remedy says it all.
    static func raised(
        _ rule: String,
        _ exception: WireException,
        at location: Location,
        ofGroupAt group: Location?
    ) -> String? {
        if let sentence = refused(rule, location) { return sentence }
        if isForWantOfLoop(exception) { return withoutLoop(rule, location) }
        if exception.message.contains("only works in main thread") {
            return offMainThread(location)
        }
        return rule == "uncaught-exception"
            ? uncaught(exception.type, at: location, ofGroupAt: group) : nil
    }

    /// The change by which a thread hands its callback over, where that is a matter of the name.
    static func threadsafeEdit(
        _ rule: String,
        _ location: Location,
        in source: ProgramSource
    ) -> SourceEdit? {
        guard rule == "wrong-thread-call",
            let call = CallExpression(of: "call_soon", in: location.snippet)
        else { return nil }
        let new = "\(call.callee)_threadsafe(\(call.arguments))"
        return Cure.edit(writing: new, inPlaceOf: call, at: location, of: source)
    }

    /// Whether asyncio looked for the loop of the running thread, and there is none.
    static func isForWantOfLoop(_ exception: WireException) -> Bool {
        exception.type == "RuntimeError"
            && (exception.message == "no running event loop"
                || exception.message.hasPrefix("There is no current event loop"))
    }

    private static func withoutLoop(_ rule: String, _ location: Location) -> String {
        let isInThread = rule == "thread-exception"
        for method in ["create_task", "ensure_future"] {
            guard let call = CallExpression(of: method, in: location.snippet),
                let coroutine = call.argumentList.first
            else { continue }
            guard isInThread else {
                return
                    "No loop runs here: move `\(call.text)` into a coroutine that `asyncio.run()` runs."
            }
            return
                "Write `asyncio.run_coroutine_threadsafe(\(coroutine), loop).result()`; `loop` is what"
                + " `asyncio.get_running_loop()` gives where this thread is started."
        }
        return isInThread
            ? "No loop runs in this thread: hand it the loop of the thread that has one, and use"
                + " `asyncio.run_coroutine_threadsafe()` or `loop.call_soon_threadsafe()`."
            : "No loop runs here: move this line into a coroutine that `asyncio.run()` runs."
    }

    private static func offMainThread(_ location: Location) -> String {
        let call = ["add_signal_handler", "signal"].lazy.compactMap {
            CallExpression(of: $0, in: location.snippet)
        }.first
        guard let call else {
            return "Python hears signals in its main thread only: run this line there."
        }
        return call.callee.hasSuffix("add_signal_handler")
            ? "Python hears signals in its main thread only: write `\(call.text)` in a coroutine that"
                + " the main thread runs by `asyncio.run()`."
            : "Python hears signals in its main thread only: write `\(call.text)` there."
    }

    private static func uncaught(
        _ type: String,
        at location: Location,
        ofGroupAt group: Location?
    ) -> String {
        let isRaised =
            location.snippet.drop(while: \.isWhitespace).prefix(while: \.isLetter) == "raise"
        let mending =
            isRaised
            ? "mend what leads to this `raise`"
            : "mend `\(code(at: location))`, which raises \(type)"
        if let group {
            return
                "Write `try:` and `except* \(type):` round line \(group.line),"
                + " `\(group.snippet.drop(while: \.isWhitespace))`, or \(mending)."
        }
        let place =
            isRaised && !location.function.isEmpty && !location.function.hasPrefix("<")
            ? " where \(location.function)() is called" : ""
        return "Catch it with `try:` and `except \(type):`\(place), or \(mending)."
    }

    /// The generator of the function `name` took its first step at `location`, where no loop runs.
    static func begunOutside(_ name: String?, at location: Location) -> String {
        "Move `\(code(at: location))` into a coroutine that `asyncio.run()` runs, within"
            + " `async with contextlib.aclosing(\(name.map { "\($0)()" } ?? "…")) as …:`."
    }

    /// The generator of the function at `location` was left in the middle, and failed when
    /// `asyncio.run()` closed it in the end.
    static func leftEarly(_ location: Location?) -> String {
        "Close the generator where it is left: iterate over it within"
            + " `async with contextlib.aclosing(\(location.map { "\($0.function)(…)" } ?? "…")) as …:`."
    }

    /// An object with a `close()` was made in the line at `location` and forgotten.
    static func unclosed(_ location: Location) -> String? {
        let parts = location.snippet.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let call = CallExpression(statement: parts[1]) else { return nil }
        let names = parts[0].split(separator: ",").map { part in
            part.filter { !$0.isWhitespace }
        }
        guard
            names.allSatisfy({ name in
                name.first?.isNumber == false
                    && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
            })
        else { return nil }
        return names.count == 1
            ? "Write `with \(call.text) as \(names[0]):` round its use, or call `\(names[0]).close()`"
                + " in the end."
            : "Write `with \(names.joined(separator: ", ")):` round their use, or call close() on each"
                + " in the end."
    }

    /// What stands at the columns of `location`, or the whole line.
    private static func code(at location: Location) -> String {
        if let start = location.column, let end = location.endColumn, start < end {
            return String(location.snippet.dropFirst(start - 1).prefix(end - start))
        }
        return String(location.snippet.drop(while: \.isWhitespace))
    }
}
