// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension TextReport {
    /// Groups of tasks, and threads, that are shown; JSON has all of them.
    static let standingMax = 12

    /// Adds where tasks and threads stood when the run was ended.
    static func write(_ standing: Standing, outcome: Outcome, to page: inout ReportPage) {
        let why = outcome == .deadlocked ? "when nothing could go on" : "when the time was over"
        let total = standing.tasksTotal
        page.line(
            total == 0
                ? "Where its threads stood \(why):"
                : "Where it stood \(why): \(total) task\(total == 1 ? "" : "s") not done."
        )
        for tasks in standing.tasks.prefix(standingMax) { write(tasks, to: &page) }
        writeRest(standing.tasks.count, "kinds of tasks", to: &page)
        // In select() a loop waits for its tasks.
        let threads = standing.threads.filter { !$0.stack.isEmpty && $0.function != "select" }
        for thread in threads.prefix(standingMax) {
            let who =
                thread.name.isEmpty
                ? "a thread" : "thread \(SafeText.start(of: thread.name, columns: ruleMax))"
            page.line("  \(who) is in \(name(of: thread.function))")
            write(stack: thread.stack, to: &page)
        }
        writeRest(threads.count, "threads", to: &page)
    }

    private static func write(_ tasks: Standing.Tasks, to page: inout ReportPage) {
        let coroutine = name(of: tasks.coroutine)
        let who =
            tasks.count == 1
            ? "\(SafeText.start(of: tasks.names.first ?? "", columns: ruleMax)), running \(coroutine),"
            : "\(tasks.count) tasks running \(coroutine)"
        let isOne = tasks.count == 1
        let what = SafeText.start(of: tasks.waitsFor, columns: ruleMax)
        let does =
            what.isEmpty
            ? isOne ? "is next in turn, or runs" : "are next in turn"
            : "\(isOne ? "waits" : "wait") for \(what)"
        page.line("  \(who) \(does)")
        write(stack: tasks.stack, to: &page)
        // Of the main task everybody knows it.
        if let creation = tasks.creation, creation.function != "<module>" {
            page.line(["    created"] + place(creation))
        }
    }

    /// Adds the innermost frame and who called it.
    private static func write(stack: [Frame], to page: inout ReportPage) {
        guard let last = stack.last else { return }
        page.line(["    at"] + place(last, preposition: ""))
        write(callers: stack.dropLast(), "    ", to: &page)
    }

    private static func writeRest(_ count: Int, _ what: String, to page: inout ReportPage) {
        if count > standingMax { page.line("  … \(count - standingMax) more \(what)") }
    }
}
