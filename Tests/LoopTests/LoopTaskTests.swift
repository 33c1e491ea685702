// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

private struct Oops: Error {}

@Suite struct LoopTaskTests {
    @Test func `run gives the result of its operation`() throws {
        let result = try EventLoop.run { loop in
            try await loop.sleep(for: .milliseconds(1))
            return 42
        }
        #expect(result == 42)
    }

    @Test func `run throws what its operation throws`() {
        #expect(throws: Oops.self) { try EventLoop.run { _ in throw Oops() } }
    }

    @Test func `tasks take turns where they wait and nowhere else`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            let tasks = ["a", "b"].map { (name: String) in
                loop.createTask(name: name) {
                    for step in 1...2 {
                        journal.note("\(name)\(step)")
                        try await loop.sleep(for: .zero)
                    }
                }
            }
            for task in tasks { try await task.value }
        }
        #expect(journal.entries == ["a1", "b1", "a2", "b2"])
    }

    @Test func `a task runs on the loop's thread before and after it waits`() throws {
        try EventLoop.run { loop in
            try await loop.createTask {
                #expect(loop.isOnLoop)
                try await loop.sleep(for: .milliseconds(1))
                #expect(loop.isOnLoop)
                await loop.runInExecutor { #expect(!loop.isOnLoop) }
                #expect(loop.isOnLoop)
            }.value
        }
    }

    @Test func `a sleeping task that is cancelled ends with a cancellation`() throws {
        try EventLoop.run { loop in
            let task = loop.createTask { try await loop.sleep(for: .seconds(3600)) }
            try await loop.sleep(for: .zero)
            #expect(task.cancel())
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(task.isCancelled)
        }
    }

    @Test func `a task that is cancelled before it began never begins`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            let task = loop.createTask {
                journal.note("began")
                try await loop.sleep(for: .seconds(3600))
                journal.note("not reached")
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(journal.entries.isEmpty)
    }

    @Test func `the error of a task that nobody awaits is told when the task goes`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            loop.exceptionHandler = { journal.note("\($0.message) \($0.object ?? "")") }
            loop.createTask(name: "bug") { throw Oops() }
            try await loop.sleep(for: .zero)
            try await loop.sleep(for: .zero)
        }
        #expect(journal.entries.count == 1)
        #expect(
            journal.entries[0].hasPrefix(
                "Task exception was never retrieved future: <Task finished name='bug'"
                    + " exception=Oops() created at LoopTests/LoopTaskTests.swift:"
            )
        )
    }

    @Test func `the error of a task that was awaited is told to nobody else`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            loop.exceptionHandler = { journal.note($0.message) }
            let task = loop.createTask { throw Oops() }
            await #expect(throws: Oops.self) { try await task.value }
        }
        #expect(journal.entries.isEmpty)
    }

    @Test func `tasks left at the end of run are cancelled and awaited`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            loop.createTask {
                do {
                    try await loop.sleep(for: .seconds(3600))
                } catch {
                    journal.note("cleaned up: \(type(of: error))")
                    throw error
                }
            }
            try await loop.sleep(for: .zero)
        }
        #expect(journal.entries == ["cleaned up: CancellationError"])
    }

    @Test func `a future's callbacks come in their order in the iteration after it is done`() throws
    {
        let loop = try EventLoop()
        let journal = Journal()
        let future = Future<Int>(on: loop)
        for number in 1...3 { future.addDoneCallback { _ in journal.note("\(number)") } }
        try future.setResult(7)
        #expect(journal.entries.isEmpty)
        try loop.callSoon { loop.stop() }
        try loop.runForever()
        #expect(journal.entries == ["1", "2", "3"])
        #expect(throws: LoopError.self) { try future.setResult(8) }
    }

    @Test func `the result of a blocking call comes back with its error`() throws {
        try EventLoop.run { loop in
            #expect(await loop.runInExecutor { 6 * 7 } == 42)
            await #expect(throws: Oops.self) {
                try await loop.runInExecutor { () throws(Oops) in throw Oops() }
            }
        }
    }

    @Test func `a pool has no more threads than it may and does all its work`() throws {
        let pool = ThreadPoolExecutor(name: "two", threads: 2)
        let threads = Journal()
        try EventLoop.run { loop in
            let tasks = (0..<50).map { _ in
                loop.createTask { await loop.runInExecutor(pool) { currentThreadID() } }
            }
            for task in tasks { threads.note("\(try await task.value)") }
        }
        #expect(threads.entries.count == 50)
        #expect(Set(threads.entries).count <= 2)
        pool.shutDown()
        #expect(throws: LoopError.self) { try pool.submit {} }
    }

    @Test func `awaiting from outside the loop resumes where the caller was`() async throws {
        let loop = try EventLoop()
        try startThread(name: "loop") { try? loop.runForever() }
        let value = try await Task { try await loop.createTask { 5 }.value }.value
        #expect(value == 5)
        loop.callSoonThreadsafe { loop.stop() }
    }
}
