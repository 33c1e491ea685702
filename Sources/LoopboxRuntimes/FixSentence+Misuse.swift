// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

// Exceptions by which Python says that `await`, `async` or a pair of brackets is missing, or is one
// too many.

extension FixSentence {
    /// What to write instead of the code at `location`, which raised `exception`; nil: it is about
    /// something else.
    static func misuse(
        _ exception: WireException,
        at location: Location,
        in source: ProgramSource
    ) -> Cure? {
        guard ["TypeError", "AttributeError", "ValueError"].contains(exception.type) else {
            return nil
        }
        let said = exception.message
        let code = operand(at: location)
        func has(_ words: String...) -> Bool { words.allSatisfy(said.contains) }
        if has("can't be used in 'await' expression") || has("object can't be awaited") {
            return awaitedInVain(said, at: location)
        }
        if has("'async for' requires") {
            return Cure(
                "Write `for` in place of `async for`: `\(code)` is no asynchronous iterable."
            )
        }
        if has("'async_generator' object is not iterable") {
            return Cure(
                "Write `async for` in place of `for`: `\(code)` is an asynchronous generator."
            )
        }
        if let cure = withoutAsync(said, code: code, at: location) { return cure }
        if has("a coroutine was expected, got <function")
            || has("An asyncio.Future, a coroutine or an awaitable is required")
        {
            return notMade(at: location)
        }
        if has("a coroutine was expected, got ") { return notAsync(said, at: location, in: source) }
        if has("Passing coroutines is forbidden") {
            return Cure(
                "Make tasks of them, each by `asyncio.create_task(…)`, or write `asyncio.gather(…)` where"
                    + " all results are wanted."
            )
        }
        if has("unhashable type: 'list'"),
            let call = CallExpression(of: "gather", in: location.snippet)
        {
            let new = "\(call.callee)(*\(call.arguments))"
            return Cure("Write `\(new)` in place of `\(call.text)`: it takes them one by one.")
        }
        if has("object is not callable") { return called(at: location) }
        if has("'coroutine' object") {
            return Cure(
                "Write `await` before the call that made the coroutine, in brackets with it."
            )
        }
        return nil
    }

    /// What a `for` iterates over or a `with` enters; where no columns tell it, as before 3.13, by the
    /// words around it.
    static func operand(at location: Location) -> String {
        let code = code(at: location)
        var rest = Substring(code)
        if rest.last != ":" { return code }
        if rest.hasPrefix("async ") { rest = rest.dropFirst(6) }
        if rest.hasPrefix("with ") {
            rest = rest.dropFirst(5).dropLast()
            return String(rest[..<(rest.firstRange(of: " as ")?.lowerBound ?? rest.endIndex)])
        }
        guard rest.hasPrefix("for "), let start = rest.firstRange(of: " in ")?.upperBound else {
            return code
        }
        return String(rest[start...].dropLast())
    }

    /// `await` of what is no coroutine.
    private static func awaitedInVain(_ said: String, at location: Location) -> Cure {
        let line = location.snippet
        guard let start = line.firstRange(of: "await ")?.upperBound,
            let call = CallExpression(only: line),
            call.offset == line.distance(from: line.startIndex, to: start)
        else {
            return Cure("Take away the `await`, or await what is a coroutine, a task or a future.")
        }
        return Cure(
            "Write `\(call.text)` without `await`: \(call.callee)() is no coroutine function"
                + (said.contains("NoneType") ? ", and returned None." : "."),
            // An expression stays one without it.
            edit: SourceEdit(
                path: location.path,
                line: location.line,
                column: call.offset + 1 - "await ".count,
                endColumn: call.offset + 1,
                text: ""
            )
        )
    }

    /// `with` where `async with` is meant, or the other way round.
    private static func withoutAsync(_ said: String, code: String, at location: Location) -> Cure? {
        let line = location.snippet.drop(while: \.isWhitespace)
        let isAsync = line.hasPrefix("async with ")
        guard isAsync || line.hasPrefix("with ") else { return nil }
        let isOther =
            ["__aenter__", "__aexit__", "__enter__", "__exit__"].contains { said.contains($0) }
            || said.contains("context manager protocol")
        guard isOther else { return nil }
        // Before 3.11 nothing says what it is but its name.
        let isClass =
            said.contains("'type' object")
            || said.hasPrefix("__a") && code.first?.isUppercase == true && !code.contains("(")
        if isAsync, isClass {
            return Cure("Write `\(code)()`: an object is needed here, and `\(code)` is its class.")
        }
        return isAsync
            ? Cure("Write `with` in place of `async with`: `\(code)` has nothing to be awaited.")
            : Cure("Write `async with` in place of `with`: entering `\(code)` has to be awaited.")
    }

    /// A function is given where the coroutine that it makes is wanted.
    private static func notMade(at location: Location) -> Cure? {
        for method in ["run", "create_task", "ensure_future", "gather", "wait_for", "shield"] {
            guard let call = CallExpression(of: method, in: location.snippet),
                let function = call.argumentList.first, !function.hasSuffix(")")
            else { continue }
            let rest = call.argumentList.dropFirst().map { ", " + $0 }.joined()
            return Cure(
                "Write `\(call.callee)(\(function)()\(rest))` in place of `\(call.text)`: `\(function)` is"
                    + " the function, and calling it makes the coroutine."
            )
        }
        return nil
    }

    /// What a plain function returned is given where a coroutine is wanted.
    private static func notAsync(
        _ said: String,
        at location: Location,
        in source: ProgramSource
    ) -> Cure? {
        let got = said.firstRange(of: "got ").map { said[$0.upperBound...] } ?? ""
        for method in ["run", "create_task", "run_until_complete"] {
            guard let call = CallExpression(of: method, in: location.snippet),
                let given = call.argumentList.first, given.hasSuffix(")")
            else { continue }
            let name = given.prefix { $0 != "(" }
            return Cure(
                "Make `\(name)` an `async def`, or write `\(given)` without `\(call.callee)()`: it is a"
                    + " plain function, and returned \(got.prefix(40))."
            )
        }
        return nil
    }

    /// The function for a thread is called on the spot, and the thread gets its result.
    private static func called(at location: Location) -> Cure? {
        for method in threadMethods {
            guard let call = CallExpression(of: method, in: location.snippet),
                let given = call.argumentList.last, let inner = CallExpression(statement: given)
            else { continue }
            let arguments = [inner.callee] + inner.argumentList
            let new = (call.argumentList.dropLast() + arguments).joined(separator: ", ")
            return Cure(
                "Write `\(call.callee)(\(new))` in place of `\(call.text)`: `\(given)` is called before"
                    + " the thread is there."
            )
        }
        return nil
    }

    /// What to write instead of the code at `location`, which does not compile; nil: it is not about
    /// `await` and `async`.
    static func syntax(
        _ said: String,
        at location: Location,
        in source: ProgramSource
    ) -> Cure? {
        let function = source.definition(around: location.line, of: location.path)
        if let function, !function.isAsync, said.contains("outside async function") {
            return Cure("Make `\(function.name)` an `async def`: nothing else can await.")
        }
        guard function == nil, said.hasPrefix("'await' outside") else { return nil }
        let line = location.snippet
        guard line.hasPrefix("await "), let call = CallExpression(statement: line.dropFirst(6))
        else {
            return Cure("Move it into an `async def` that `asyncio.run()` runs.")
        }
        let new = "asyncio.run(\(call.text))"
        return Cure(
            "Write `\(new)`: `await` stands in an `async def` only.",
            edit: source.imports("asyncio", in: location.path)
                ? SourceEdit(
                    path: location.path,
                    line: location.line,
                    column: 1,
                    endColumn: 7 + call.text.count,
                    text: new
                ) : nil
        )
    }
}
