// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

// What the event loop reported: lost exceptions, records of its logger, slow callbacks.

extension Drafter {
    func context(_ fact: Fact) -> Draft? {
        // Both end the program with their own report; the task's is an echo.
        if let type = fact.exception?.type, type == "SystemExit" || type == "KeyboardInterrupt" {
            return nil
        }
        let message = fact.message ?? ""
        let created = source.own(fact.created ?? fact.task?.created ?? fact.future?.created)
        let raised = fact.exception.map { Self.telling($0, source) }
        let special = raised.flatMap(specialRule)
        let first = String(message.prefix { $0 != "\n" })
        var rule = Rule.recognized(by: first, on: .context)?.id ?? "asyncio-log"
        let makers = fact.created ?? fact.task?.created ?? []
        if rule == "task-exception-never-retrieved",
            makers.last(where: { !$0.file.hasSuffix("/asyncio/base_events.py") })?.function
                == "connection_made"
        {
            // What newer versions call by its name.
            rule = "stream-handler-exception"
        }
        if let special, Self.saysOnlyWhere.contains(rule) { rule = special }
        let allocated = source.own(fact.allocated)
        let stands = source.own(fact.task?.coroutine?.stands)
        let place: Location?
        if rule == "task-destroyed-pending" {
            place = created.last ?? stands.first ?? definition(fact.task?.coroutine?.definition)
        } else if rule == "task-entered-twice" {
            place = source.own(fact.stack).last ?? created.last
        } else {
            place =
                raised.flatMap { source.own($0.frames).last } ?? created.last ?? stands.last
                ?? allocated.last
                ?? definition(fact.task?.coroutine?.definition ?? fact.generator?.definition)
        }
        var said = message
        if let exception = fact.exception {
            said = Self.described(exception)
            if rule == "task-exception-never-retrieved", let task = fact.task {
                said = "\(task.coroutine?.name ?? "a task")() failed and nobody looked: \(said)"
            } else if rule == "stream-handler-exception" {
                said = "the handler of a connection failed: \(said)"
            } else if rule == "callback-exception", let handle = calledName(fact, raised) {
                said = "callback \(handle)() raised \(said)"
            } else if special == nil {
                said = "\(message): \(said)"
            }
        } else if rule == "task-destroyed-pending", let name = fact.task?.coroutine?.name {
            said = "the task of \(name)() was destroyed before it finished"
        }
        var draft = make(rule, fact, message: said, source: .exceptionHandler, location: place)
        draft.finding.creation = created.isEmpty ? allocated : created
        draft.finding.stack = raised.map { source.own($0.frames) } ?? stands
        draft.coroutine = fact.task?.coroutine
        draft.madeAt = created.last
        draft.finding.raw = message + (fact.exception.map { "\n" + rawText($0) } ?? "")
        if rule == "task-exception-never-retrieved" || rule == "task-destroyed-pending" {
            draft.finding.fix = FixSentence.lostTask(created.last, rule: rule)
        } else if rule == "future-exception-never-retrieved",
            let made = created.last, let cure = FixSentence.lostGather(made, in: source)
        {
            draft.finding.location = withCall(of: "gather", made)
            draft.finding.message =
                "nobody awaited what gather() gave"
                + (fact.exception.map { ": \(Self.described($0))" } ?? "")
            draft.finding.take(cure)
        } else if rule == "coroutine-as-callback", source.own(raised?.frames).isEmpty {
            takeGiver(&draft, created.last)
        } else if rule == "callback-exception", let exception = fact.exception,
            let function = draft.finding.stack.first?.function, !function.hasPrefix("<")
        {
            draft.finding.fix =
                "Catch \(exception.type) in \(function)(): the loop calls it, and nobody else can."
        } else if rule == "incoming-connection-error", let exception = fact.exception,
            draft.finding.stack.isEmpty
        {
            draft.finding.fix =
                FixSentence.brokenHandshake(exception.type) ?? draft.finding.fix
        } else if fact.task?.coroutine?.name == "async_generator_athrow" {
            draft.finding.fix = FixSentence.leftEarly(place)
        }
        return draft
    }

    /// The function of the program that the loop called, by itself or through one of the library's,
    /// as `datagram_received`; else what its handle holds.
    private func calledName(_ fact: Fact, _ raised: WireException?) -> String? {
        if definition(fact.handle?.definition) == nil,
            let function = source.own(raised?.frames).first?.function, !function.hasPrefix("<")
        {
            return function
        }
        return fact.handle?.name
    }

    /// asyncio refused a done callback when it was due: who gave it is not in the stack.
    private func takeGiver(_ draft: inout Draft, _ made: Location?) {
        guard let made,
            let given = source.callOfCoroutineFunction(of: "add_done_callback", in: made.path)
        else { return }
        let place = WireFrame(file: made.path, line: given, function: "")
        draft.finding.location = withCall(of: "add_done_callback", source.location(place))
        draft.finding.fix =
            draft.finding.location.flatMap {
                FixSentence.refused("coroutine-as-callback", $0, in: source)
            } ?? draft.finding.fix
    }

    /// Rules that say where an exception was lost, which matters less than what it means.
    private static let saysOnlyWhere: Set = [
        "task-exception-never-retrieved", "future-exception-never-retrieved",
        "shutdown-unhandled-exception", "callback-exception", "stream-handler-exception",
        "taskgroup-orphan-error",
    ]

    func log(_ fact: Fact) -> Draft? {
        let stack = source.own(fact.stack)
        let message = fact.message ?? ""
        let first = String(message.prefix { $0 != "\n" })
        let allocated = source.own(fact.allocated)
        let rule = Rule.recognized(by: first, on: .log)?.id ?? "asyncio-log"
        let raised = fact.exception.flatMap { source.own($0.frames).last }
        let place: Location?
        switch rule {
        case "child-status-already-read", "child-watcher-loop-closed":
            // Noticed by a watcher, long after.
            place = allocated.last ?? stack.last
        case "tls-eof-return-ignored": place = definition(fact.handle?.definition) ?? stack.last
        case "server-address-skipped": place = stack.last ?? raised
        default: place = raised ?? stack.last ?? allocated.last
        }
        var draft = make(rule, fact, message: first, source: .log, location: place)
        draft.finding.stack = stack
        draft.finding.creation = allocated
        draft.finding.raw = message
        if rule == "server-address-skipped", let exception = fact.exception,
            FixSentence.isForWantOfNetwork(exception)
        {
            draft.finding.fix = FixSentence.noNetwork
        }
        return draft
    }

    /// A callback that held not only its loop until the time was over, but the interpreter: else the
    /// watcher would have told; nil: `thread` runs none.
    func endless(_ thread: StackDump.Thread) -> Draft? {
        guard let base = thread.frames.lastIndex(where: { $0.function == "_run_once" }) else {
            return nil
        }
        let stack = source.own(Array(thread.frames[base...]))
        guard let first = stack.first, let last = stack.last else { return nil }
        var draft = make(
            "slow-callback",
            message: "\(first.function)() held the event loop until the time was over",
            source: .watchdog,
            location: last
        )
        draft.finding.stack = stack
        let code = FixSentence.statement(last.snippet)
        draft.finding.fix =
            "`\(code)` runs in C and lets nothing else run, not even other threads: have it do less, or use"
            + " a ProcessPoolExecutor."
        return draft
    }

    /// The loop's selector was asked to wait until a timer is due, and did not come back then.
    func overslept(_ fact: Fact) -> Draft? {
        let seconds = fact.seconds ?? 0
        guard seconds >= 0, seconds < 1e6 else { return nil }
        let stack = source.own(fact.stack)
        var draft = make(
            "slow-selector-poll",
            fact,
            message:
                "the selector still waited \((seconds * 10).rounded() / 10) s after a timer was due",
            source: .watchdog,
            location: stack.last
        )
        draft.finding.seconds = Seconds(.microseconds(Int64((seconds * 1e6).rounded())))
        draft.finding.stack = stack
        draft.finding.raw = draft.finding.message
        return draft
    }

    func slow(_ fact: Fact) -> Draft? {
        let seconds = fact.seconds ?? 0
        guard seconds >= 0, seconds < 1e6 else { return nil }
        let stack = source.own(fact.stack)
        let stands = source.own(fact.task?.coroutine?.stands)
        let defined = fact.task?.coroutine?.definition ?? fact.handle?.definition
        let name =
            fact.task?.coroutine?.name ?? fact.handle?.name ?? stack.first?.function ?? "a callback"
        let shown = "\((seconds * 1000).rounded() / 1000)"
        let hasEnded = fact.kind == .slow
        let location = stack.last ?? definition(defined) ?? stands.last
        var draft = make(
            "slow-callback",
            fact,
            message: hasEnded
                ? "\(name)() held the event loop for \(shown) s"
                : "\(name)() still held the event loop after \(shown) s",
            source: hasEnded ? .log : .watchdog,
            location: location
        )
        draft.finding.seconds = Seconds(.microseconds(Int64((seconds * 1e6).rounded())))
        draft.finding.stack = stack
        draft.finding.creation = source.own(fact.task?.created ?? fact.created)
        draft.handleID = fact.handleID
        draft.finding.raw = draft.finding.message
        if !stack.isEmpty {
            let frames = fact.stack ?? []
            let inner = frames.lastIndex(where: source.isProgram).map { frames[($0 + 1)...] }?.first
            let cure = FixSentence.slow(stack, calling: inner, in: source)
            draft.finding.take(cure)
        }
        return draft
    }
}
