// SPDX-License-Identifier: Apache-2.0

import Glibc

extension EventLoop {
    /// Every task that has not ended: its name, who made it, what it waits for. A task that another
    /// one waits for stands below that one. On the loop.
    ///
    /// ```
    /// Task 'main' created at App/Main.swift:12
    /// └── waits for Task 'fetch' created at App/Main.swift:20
    ///     └── waits for <Future pending created at App/Client.swift:33>
    /// ```
    ///
    /// Source: `asyncio.print_call_graph`, Python 3.14.
    public var taskTree: String {
        let tasks = unsafe core.pointee.tasks.all
        guard !tasks.isEmpty else { return "no task is left" }
        let awaited = Set(
            tasks.compactMap { task in task.taskState.waitsFor.map { ObjectIdentifier($0) } }
        )
        var shown: Set<ObjectIdentifier> = []
        var lines: [String] = []
        func show(_ task: any TaskListMember, prefix: String, lead: String) {
            lines.append("\(prefix)\(lead)Task '\(task.name)' created at \(task.place)")
            guard shown.insert(ObjectIdentifier(task)).inserted else {
                lines[lines.count - 1] += " (see above)"
                return
            }
            let deeper = prefix.isEmpty && lead.isEmpty ? "" : prefix + "    "
            let branch = "└── waits for "
            switch task.taskState.waitsFor {
            case let next as any TaskListMember where !next.isDone:
                show(next, prefix: deeper, lead: branch)
            case let future?: lines.append("\(deeper)\(branch)\(future.shown)")
            case nil: break
            }
        }
        for task in tasks where !awaited.contains(ObjectIdentifier(task)) {
            show(task, prefix: "", lead: "")
        }
        // Those that wait for each other in a ring.
        for task in tasks where !shown.contains(ObjectIdentifier(task)) {
            show(task, prefix: "", lead: "")
        }
        return lines.joined(separator: "\n")
    }

    /// Writes ``taskTree`` to stderr. On the loop.
    public func printTaskTree() { writeToStandardError(taskTree + "\n") }
}

extension EventLoop {
    /// Whether nothing can ever wake the loop again: every task waits for a future, and nothing is
    /// left that could bring one. Asked in debug mode, when the loop is about to wait without end.
    ///
    /// A thread that the loop does not know could call it at any time, so where there is one the
    /// answer is no.
    var isDeadlocked: Bool {
        let tasks = unsafe core.pointee.tasks.all
        guard !tasks.isEmpty, tasks.allSatisfy({ $0.taskState.waitsFor != nil }),
            unsafe core.pointee.watches.count == core.pointee.ownWatchCount,
            currentThreadIsMain
        else { return false }
        return threadCount() == 1 + (unsafe core.pointee.monitor?.threadCount ?? 0)
    }

    private var currentThreadIsMain: Bool { getpid() == threadOfLoop }
}

/// How many threads the process has.
///
/// Source: /proc/self/task in proc(5).
private func threadCount() -> Int {
    guard let folder = unsafe opendir("/proc/self/task") else { return .max }
    defer { unsafe closedir(folder) }
    var count = 0
    while let entry = unsafe readdir(folder) {
        // Safety: d_name is never empty, and the entry is valid until the next readdir.
        if unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count
}
