// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Says what to do in the words of the program's own code.
enum FixSentence {
    /// What runs a function in a thread, in the words of asyncio and of executors.
    static let threadMethods = ["to_thread", "run_in_executor", "submit"]

    /// A coroutine of the function `name`, which is the library's or the program's own, was made at
    /// `location`, or nobody knows where and `location` is its function.
    static func unawaited(
        _ location: Location?,
        name: String?,
        isLibrary: Bool = false,
        in source: ProgramSource
    ) -> Cure {
        let remedy = Rule.named("coroutine-never-awaited")?.remedy ?? ""
        guard let location, let last = name?.split(separator: ".").last else { return Cure(remedy) }
        if source.isDefinition(location.line, of: location.path) {
            return Cure(
                source.call(of: threadMethods, handingOver: last).flatMap { inThread($0.call) }
                    ?? remedy
            )
        }
        // It may be known here by another name.
        guard
            let call = CallExpression(of: String(last), in: location.snippet)
                ?? CallExpression(only: location.snippet)
        else { return Cure(remedy) }
        let text = call.text
        if location.function == "<lambda>" {
            let outer = threadMethods.lazy.compactMap {
                CallExpression(of: $0, in: location.snippet)
            }.first
            return Cure(
                outer.map {
                    "A thread would only make the coroutine: write `await \(text)` in place of"
                        + " `\(Self.awaited($0, in: location.snippet))`."
                }
                    ?? "A lambda can't await: have it give `asyncio.create_task(\(text))`, and keep the"
                    + " task."
            )
        }
        let function = source.definition(around: location.line, of: location.path)
        func edit(_ new: String) -> SourceEdit? {
            Cure.edit(writing: new, inPlaceOf: call, at: location, of: source)
        }
        guard let function else {
            return Cure(
                "Write `asyncio.run(\(text))`: calling `\(call.callee)` only makes the coroutine.",
                edit: edit("asyncio.run(\(text))")
            )
        }
        guard function.isAsync else {
            return Cure(
                "Calling `\(text)` only makes the coroutine: make `\(function.name)` an `async def` and"
                    + " write `await \(text)`."
            )
        }
        let next = location.snippet.dropFirst(call.offset + text.count).first
        if next == "." || next == "[" {
            return Cure(
                "Write `(await \(text))`: calling `\(call.callee)` only makes the coroutine."
            )
        }
        return Cure(
            isLibrary
                ? "Write `await \(text)`: calling `\(call.callee)` only makes the coroutine."
                : "Write `await \(text)`, or keep the task of `asyncio.create_task(\(text))` and await"
                    + " it.",
            edit: edit("await \(text)")
        )
    }

    /// `call` has a thread run a coroutine function.
    private static func inThread(_ call: CallExpression) -> String? {
        // `to_thread(work, 3)` and `submit(work, 3)`, but `run_in_executor(None, work, 3)`.
        let given = call.argumentList.dropFirst(call.callee.hasSuffix("run_in_executor") ? 1 : 0)
        guard let function = given.first else { return nil }
        let arguments = given.dropFirst().joined(separator: ", ")
        return
            "A thread would only make the coroutine: write `await \(function)(\(arguments))` in place"
            + " of `\(call.text)`."
    }

    /// `call` with the `await` before it, if there is one.
    static func awaited(_ call: CallExpression, in line: String) -> String {
        line.prefix(call.offset).hasSuffix("await ") ? "await \(call.text)" : call.text
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

    /// The future of a `gather()` at `location` was lost.
    static func lostGather(_ location: Location, in source: ProgramSource) -> Cure? {
        guard let call = CallExpression(of: "gather", in: location.snippet) else { return nil }
        return Cure(
            "Write `await \(call.text)`: nobody waits for what it gathers.",
            edit: Cure.edit(
                writing: "await \(call.text)",
                inPlaceOf: call,
                at: location,
                of: source
            )
        )
    }
}
