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
            } else if rule == "callback-exception", let handle = fact.handle?.name {
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
        } else if fact.task?.coroutine?.name == "async_generator_athrow" {
            draft.finding.fix = FixSentence.leftEarly(place)
        }
        return draft
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
        return draft
    }

    func slow(_ fact: Fact) -> Draft? {
        let seconds = fact.seconds ?? 0
        guard seconds >= 0, seconds < 1e6 else { return nil }
        let stack = source.own(fact.stack)
        let stands = source.own(fact.task?.coroutine?.stands)
        let defined = fact.task?.coroutine?.definition ?? fact.handle?.definition
        let name = fact.task?.coroutine?.name ?? fact.handle?.name ?? "a callback"
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
        if !stack.isEmpty { draft.finding.take(FixSentence.slow(stack, in: source)) }
        return draft
    }
}
