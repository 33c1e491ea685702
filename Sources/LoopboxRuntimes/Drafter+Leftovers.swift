// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

// What outlives the program, and what can never end.

extension Drafter {
    func leakedTask(_ fact: Fact) -> Draft? {
        let created = source.own(fact.task?.created)
        let name = fact.task?.coroutine?.name ?? "a task"
        var draft = make(
            "leaked-task",
            fact,
            message: "the task of \(name)() was still running when the program's main coroutine"
                + " returned, and was cancelled",
            source: .exit,
            location: created.last
        )
        draft.finding.creation = created
        draft.finding.stack = source.own(fact.task?.coroutine?.stands)
        draft.finding.fix = FixSentence.leakedTask(created.last)
        draft.coroutine = fact.task?.coroutine
        return draft
    }

    func leakedThread(_ fact: Fact) -> Draft? {
        let made = source.own(fact.allocated)
        let name = fact.thread ?? "a thread"
        var draft = make(
            "leaked-thread",
            fact,
            message: "\(name) was still running when the main thread had ended, and Python waited"
                + " for it",
            source: .exit,
            location: made.last
        )
        draft.finding.creation = made
        return draft
    }

    /// Shared memory or a semaphore that is still there when the program is gone.
    func leakedObject(_ fact: Fact) -> Draft? {
        let made = source.own(fact.allocated)
        let kind = fact.category == "semaphore" ? "a semaphore" : "shared memory"
        var draft = make(
            "leaked-ipc-objects",
            fact,
            message: "\(kind) was made and never unlinked",
            source: .exit,
            location: made.last
        )
        draft.finding.creation = made
        draft.finding.raw = "\(fact.category ?? ""): \(fact.message ?? "")"
        if let place = made.last {
            draft.finding.fix = FixSentence.unlinked(place) ?? draft.finding.fix
        }
        return draft
    }

    /// nil: it is told because the time is over, which is no finding.
    func deadlock(_ fact: Fact) -> Draft? {
        guard fact.reason == "deadlock" else { return nil }
        let builder = StandingBuilder(source: source)
        let cycle = builder.cycle(among: fact.tasks ?? [])
        let standing = builder.standing(fact)
        // Who waits for other tasks only passes on their trouble.
        let tasks = fact.tasks ?? []
        let stuck = tasks.filter { $0.waitedFor == nil && $0.call != "TaskGroup.__aexit__" }
        let leaves = !cycle.isEmpty ? cycle : stuck.isEmpty ? tasks : stuck
        let names = Set(leaves.map(\.name))
        let first =
            standing.tasks.first { !$0.stack.isEmpty && !names.isDisjoint(with: $0.names) }
            ?? standing.tasks.first { $0.creation != nil && !names.isDisjoint(with: $0.names) }
            ?? standing.tasks.first { !$0.stack.isEmpty }
        var message = "nothing can ever wake the event loop"
        if !cycle.isEmpty {
            let names = (cycle + cycle.prefix(1)).map { "\($0.coroutine?.name ?? "a task")()" }
            message += ": \(names[0]) waits for "
            message += names.dropFirst().joined(separator: ", which waits for ")
        } else if let first {
            message +=
                first.waitsFor.isEmpty
                ? ": \(first.coroutine)() steps it from inside"
                : first.waitsFor == "\(first.coroutine)()"
                    ? ": \(first.waitsFor) has no end"
                    : ": \(first.coroutine)() waits for \(first.waitsFor)"
            let others =
                leaves.filter(\.waits).count - (first.waitsFor.isEmpty ? 0 : first.count)
            if others > 0 {
                message += ", and \(others) more task\(others == 1 ? " waits" : "s wait"), too"
            }
        }
        var draft = make(
            "deadlock",
            fact,
            message: message,
            source: .watchdog,
            location: first?.stack.last ?? first?.creation
        )
        draft.finding.stack = first?.stack ?? []
        if !cycle.isEmpty {
            draft.finding.fix =
                "Let one of them go on without the other: a task must not wait for one"
                + " that waits for it."
        } else if let first, first.waitsFor.isEmpty {
            draft.finding.fix = Rule.named("task-entered-twice")?.remedy ?? draft.finding.fix
        } else if let first {
            draft.finding.fix =
                FixSentence.deadlock(first.waitsFor, count: first.count) ?? draft.finding.fix
        }
        return draft
    }
}
