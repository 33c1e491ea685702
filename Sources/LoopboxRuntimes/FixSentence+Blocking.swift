// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

extension FixSentence {
    /// `stack` of `source`, innermost last, blocks the loop.
    ///
    /// What can be awaited is changed in the innermost function that can await; in a plain function
    /// below it, `await` would be no Python.
    ///
    /// - Parameter inner: the library's frame that the innermost place called, if it did.
    static func slow(
        _ stack: [Location],
        calling inner: WireFrame? = nil,
        in source: ProgramSource
    ) -> Cure {
        let remedy = Rule.named("slow-callback")?.remedy ?? ""
        guard let innermost = stack.last else { return Cure(remedy) }
        let index = stack.lastIndex { location in
            source.definition(around: location.line, of: location.path)?.isAsync == true
        }
        guard let index else { return Cure(inCallback(stack)) }
        if index == stack.count - 1 {
            if let inner, inner.function == "__exit__" { return Cure(atEnd(of: innermost, inner)) }
            if let sentence = heldLock(innermost) { return Cure(sentence) }
        }
        let next = stack[(index + 1)...].first?.function ?? inner?.function
        guard let call = call(at: stack[index], into: next),
            canRunInThread(call, at: stack[index], of: source)
        else {
            let text = statement(innermost.snippet)
            return Cure(text.isEmpty ? remedy : "`\(text)` blocks the loop. \(remedy)")
        }
        if let inner = stack[(index + 1)...].first,
            source.isGenerator(around: inner.line, of: inner.path)
        {
            return Cure(
                "`\(call.text)` (line \(stack[index].line)) does its work as its items are taken: write"
                    + " `await asyncio.to_thread(list, \(call.text))` in its place."
            )
        }
        let place = index == stack.count - 1 ? "" : " (line \(stack[index].line))"
        let arguments = call.arguments.isEmpty ? "" : ", \(call.arguments)"
        let new =
            if call.callee == "time.sleep" || call.callee == "sleep" {
                "await asyncio.sleep(\(call.arguments))"
            } else if call.callee.hasSuffix(".result"), call.arguments.isEmpty {
                // A future of asyncio never blocks.
                "await asyncio.wrap_future(\(call.callee.dropLast(7)))"
            } else {
                "await asyncio.to_thread(\(call.callee)\(arguments))"
            }
        return Cure(
            "Write `\(new)` in place of `\(call.text)`\(place).",
            edit: Cure.edit(writing: new, inPlaceOf: call, at: stack[index], of: source)
        )
    }

    /// The loop itself called the outermost function of `stack`, which can't await.
    private static func inCallback(_ stack: [Location]) -> String {
        let code = stack.last.map { statement($0.snippet) } ?? ""
        let name = stack.first.map { "\($0.function)()" } ?? "it"
        return
            "`\(code)` blocks the loop, which calls \(name): have \(name) start a task of a coroutine"
            + " that awaits, or give the slow part to `loop.run_in_executor()`."
    }

    /// What blocks is the end of a `with`, by `exit`. Before 3.10, `location` is the last line in it.
    private static func atEnd(of location: Location, _ exit: WireFrame) -> String {
        let isHead = location.snippet.drop(while: \.isWhitespace).hasPrefix("with ")
        let name = isHead ? "`with \(operand(at: location)):`" : "this `with` block"
        if exit.file.hasSuffix("/subprocess.py") {
            return
                "The end of \(name) waits for the process: start it by"
                + " `await asyncio.create_subprocess_exec(…)`, and await its `wait()` or `communicate()`."
        }
        if exit.file.contains("/concurrent/futures/") {
            return
                "The end of \(name) waits for all work of the executor: await each of its"
                + " `loop.run_in_executor()` within it."
        }
        return "The end of \(name) blocks the loop: leave it in a function that a thread runs."
    }

    /// `location` waits for a lock of `threading`; nil: it does something else.
    private static func heldLock(_ location: Location) -> String? {
        let line = location.snippet.drop(while: \.isWhitespace)
        guard line.hasPrefix("with ") else { return nil }
        let lock = operand(at: location)
        guard lock.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }) else {
            return nil
        }
        return
            "`\(lock)` stops the whole loop while another thread has it, and for ever where a task"
            + " keeps it over an `await`: make it an `asyncio.Lock()` and write `async with \(lock):`."
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
    /// function that it led `into`, or of `sleep`, or because it is the only one.
    static func call(at location: Location, into next: String? = nil) -> CallExpression? {
        if let start = location.column, let end = location.endColumn, start < end,
            let call = CallExpression(in: location.snippet, columns: start..<end)
        {
            return call
        }
        return CallExpression(of: next ?? "sleep", in: location.snippet)
            ?? CallExpression(only: location.snippet)
    }
}
