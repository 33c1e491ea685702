// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

extension FixSentence {
    /// `exception` was raised by the code at `location`, and the program's own end says nothing
    /// better of it; nil where the rule's remedy says it all.
    static func raised(
        _ rule: String,
        _ exception: WireException,
        at location: Location,
        ofGroupAt group: Location?,
        in source: ProgramSource
    ) -> Cure? {
        if let sentence = refused(rule, location, in: source) {
            return Cure(sentence, edit: threadsafeEdit(rule, location, in: source))
        }
        if isForWantOfLoop(exception) { return Cure(withoutLoop(rule, location)) }
        if exception.message.contains("only works in main thread") {
            return Cure(offMainThread(location))
        }
        if rule == "event-loop-closed", let sentence = closedBefore(location) {
            return Cure(sentence)
        }
        if let sentence = confined(exception, at: location) { return Cure(sentence) }
        if let cure = misuse(exception, at: location, in: source) { return cure }
        return rule == "uncaught-exception"
            ? Cure(uncaught(exception.type, at: location, ofGroupAt: group)) : nil
    }

    /// The code at `location` uses a loop that is closed; nil: not by a method of its own.
    private static func closedBefore(_ location: Location) -> String? {
        for method in ["run_until_complete", "run_forever", "create_task", "call_soon"] {
            guard let call = CallExpression(of: method, in: location.snippet) else { continue }
            let loop = call.callee.dropLast(method.count + 1)
            if loop.isEmpty || loop == "asyncio" { continue }
            return
                "Do this before `\(loop).close()`, or use another loop: `asyncio.run()` makes one each"
                + " time."
        }
        return nil
    }

    /// The change by which a thread hands its callback over, where that is a matter of the name.
    private static func threadsafeEdit(
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
        // As it is written: `asyncio.exceptions.TimeoutError` is where it is defined.
        let type = type.replacing("asyncio.exceptions.", with: "asyncio.")
        let isRaised =
            location.snippet.drop(while: \.isWhitespace).prefix(while: \.isLetter) == "raise"
        let mending =
            isRaised
            ? "mend what leads to this `raise`"
            : "mend `\(code(at: location))`, which raises \(type)"
        if let group {
            return
                "Write `try:` and `except* \(type):` round line \(group.line),"
                + " `\(statement(group.snippet))`, or \(mending)."
        }
        if type.hasSuffix("TimeoutError"),
            let call = ["wait_for", "timeout", "timeout_at"].lazy.compactMap({
                CallExpression(of: $0, in: location.snippet)
            }).first
        {
            return "Catch it with `try:` and `except \(type):`, or give `\(call.text)` more time."
        }
        let place =
            isRaised && !location.function.isEmpty && !location.function.hasPrefix("<")
            ? " where \(location.function)() is called" : ""
        return "Catch it with `try:` and `except \(type):`\(place), or \(mending)."
    }

    /// A connection came to nothing by an exception of this `type`, which the program's code has no
    /// part in; nil: it is none of a handshake.
    static func brokenHandshake(_ type: String) -> String? {
        if type.hasPrefix("ssl.") { return Rule.named("tls-handshake-failed")?.remedy }
        guard type.hasPrefix("Connection") else { return nil }
        return
            "The client left during the TLS handshake, as one does that does not trust the server's"
            + " certificate: its own error says why."
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

    /// What stands at the columns of `location`, or the whole line.
    static func code(at location: Location) -> String {
        if let start = location.column, let end = location.endColumn, start < end {
            return String(location.snippet.dropFirst(start - 1).prefix(end - start))
        }
        return statement(location.snippet)
    }

    /// What `line` has to say: without its indentation and the comment at its end.
    static func statement(_ line: String) -> String {
        var text = ""
        var quote: Character?
        var isEscaped = false
        for character in line {
            if let mark = quote {
                if !isEscaped, character == mark { quote = nil }
                isEscaped = !isEscaped && character == "\\"
            } else if character == "#" {
                break
            } else if character == "\"" || character == "'" {
                quote = character
            }
            text.append(character)
        }
        return Drafter.trimmed(text)
    }
}
