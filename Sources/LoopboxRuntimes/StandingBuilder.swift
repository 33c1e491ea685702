// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Says of tasks and threads where they stand and what they wait for.
struct StandingBuilder: Sendable {
    let source: ProgramSource

    /// Names told of tasks that stand together.
    private static let namesMax = 5

    func standing(_ fact: Fact) -> Standing {
        let tasks = fact.tasks ?? []
        let byID = Dictionary(tasks.map { ($0.id, $0) }) { first, _ in first }
        var places: [Key: Int] = [:]
        var groups: [Standing.Tasks] = []
        for task in tasks {
            let stack = source.own(task.coroutine?.stands)
            let coroutine = task.coroutine?.name ?? ""
            let waitsFor = self.waitsFor(task, byID)
            let key = Key(coroutine: coroutine, waitsFor: waitsFor, place: stack.last)
            if let place = places[key] {
                groups[place].count += 1
                if groups[place].names.count < Self.namesMax {
                    groups[place].names.append(task.name)
                }
            } else {
                places[key] = groups.count
                groups.append(
                    Standing.Tasks(
                        names: [task.name],
                        count: 1,
                        coroutine: coroutine,
                        waitsFor: waitsFor,
                        stack: stack,
                        creation: source.own(task.created).last
                    )
                )
            }
        }
        return Standing(
            tasks: groups,
            tasksTotal: max(fact.tasksTotal ?? 0, tasks.count),
            threads: (fact.threads ?? []).map { thread in
                Standing.Thread(
                    name: thread.name,
                    function: thread.stack.last?.function ?? "",
                    stack: source.own(thread.stack)
                )
            }
        )
    }

    /// What a dump knows: nothing of tasks.
    func standing(_ dump: StackDump) -> Standing {
        Standing(
            tasks: [],
            tasksTotal: 0,
            threads: dump.threads.map { thread in
                Standing.Thread(
                    name: thread.name,
                    function: thread.frames.last?.function ?? "",
                    stack: source.own(thread.frames)
                )
            }
        )
    }

    /// In the program's words where the library's function has a name there, else in ours.
    private func waitsFor(_ task: WireStandingTask, _ byID: [Int: WireStandingTask]) -> String {
        if !task.waits { return "" }
        if task.call == "BaseEventLoop.shutdown_default_executor" {
            return "the threads of the executor to end"
        }
        if let call = task.call { return "\(call)()" }
        if let calls = task.executor, calls > 0 {
            return calls == 1 ? "a call in an executor" : "\(calls) calls in an executor"
        }
        guard let others = task.waitedFor else { return "a future" }
        let known = others.compactMap { byID[$0] }
        guard let first = known.first else { return "another task" }
        if others.count == 1 { return "\(first.coroutine?.name ?? "")(), which is \(first.name)" }
        let names = Set(known.compactMap { $0.coroutine?.name })
        return "\(others.count) tasks of "
            + names.sorted().map { "\($0)()" }.joined(separator: ", ")
    }

    private struct Key: Hashable {
        let coroutine: String
        let waitsFor: String
        let place: Location?
    }

    /// Tasks that wait for one another, each for the next and the last for the first; empty: none.
    ///
    /// - Complexity: each task is passed once, whatever the program sends.
    func cycle(among tasks: [WireStandingTask]) -> [WireStandingTask] {
        let byID = Dictionary(tasks.map { ($0.id, $0) }) { first, _ in first }
        var passed: Set<Int> = []
        var inCycles: [Int: [WireStandingTask]] = [:]
        for start in tasks where !passed.contains(start.id) {
            var path: [WireStandingTask] = []
            var places: [Int: Int] = [:]
            var current = byID[start.id]
            while let task = current, passed.insert(task.id).inserted {
                places[task.id] = path.count
                path.append(task)
                current = task.waitedFor?.first.flatMap { byID[$0] }
            }
            guard let last = current, let place = places[last.id], path.count - place > 1 else {
                continue
            }
            let cycle = Array(path[place...])
            for task in cycle { inCycles[task.id] = cycle }
        }
        // It begins with the one of its tasks that was reported first.
        guard let first = tasks.first(where: { inCycles[$0.id] != nil }),
            let cycle = inCycles[first.id],
            let place = cycle.firstIndex(where: { $0.id == first.id })
        else { return [] }
        return Array(cycle[place...] + cycle[..<place])
    }
}
