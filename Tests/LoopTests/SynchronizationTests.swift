// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopSystem
import Testing

private struct Oops: Error {}

/// What the conformance tests do not show: what asyncio has no counterpart of.
@Suite struct SynchronizationTests {
    @Test func `gather gives results of different types`() throws {
        try EventLoop.run { loop in
            let (number, text, _) = try await loop.gather(
                Coroutine { 1 },
                loop.createTask { "two" },
                Coroutine {}
            ).value
            #expect(number == 1 && text == "two")
        }
    }

    @Test func `gatherResults keeps each error at its place`() throws {
        try EventLoop.run { loop in
            let (bad, good) = try await loop.gatherResults(
                Coroutine<Int> { throw Oops() },
                Coroutine { "good" }
            ).value
            #expect(throws: Oops.self) { try bad.get() }
            let kept = try good.get()
            #expect(kept == "good")
        }
    }

    @Test func `a coroutine that is gathered twice runs once`() throws {
        try EventLoop.run { loop in
            let journal = Journal()
            let coroutine = Coroutine {
                journal.note("ran")
                return 1
            }
            let gathered = try await loop.gather([coroutine, coroutine]).value
            #expect(gathered == [1, 1])
            #expect(journal.entries == ["ran"])
        }
    }

    @Test func `a time-out does not set the cancellation that stays`() throws {
        try EventLoop.run { loop in
            await #expect(throws: LoopError.timedOut) {
                try await loop.timeout(after: .milliseconds(1)) { _ in
                    try await loop.sleep(for: .seconds(3600))
                }
            }
            #expect(!Task.isCancelled)
            try await loop.sleep(for: .milliseconds(1))
        }
    }

    @Test func `time-outs and task groups need a task of the loop`() throws {
        try EventLoop.run { loop in
            async let child: Void = {
                await #expect(throws: LoopError.self) {
                    try await loop.timeout(after: .seconds(1)) { _ in }
                }
                await #expect(throws: LoopError.self) {
                    try await loop.withTaskGroup { _ in }
                }
            }()
            await child
        }
    }

    @Test func `the errors of a group name themselves`() throws {
        try EventLoop.run { loop in
            do {
                try await loop.withTaskGroup { group in
                    let _: LoopTask<Void> = try group.createTask { throw Oops() }
                }
                Issue.record("the group did not fail")
            } catch let group as LoopErrorGroup {
                #expect(group.errors.count == 1)
                #expect(
                    group.description == """
                        unhandled errors in a TaskGroup (1 sub-exception): Oops: Oops()
                        """
                )
            }
        }
    }

    @Test func `a wait for futures leaves nothing behind in them`() throws {
        try EventLoop.run { loop in
            weak var box: Marker?
            let future = Future<Void>(on: loop)
            do {
                let marker = Marker()
                box = marker
                let waiting = loop.createTask {
                    _ = marker
                    _ = try await loop.wait([future], timeout: .milliseconds(1))
                }
                try await waiting.value
            }
            try await loop.sleep(for: .zero)
            #expect(box == nil)
            #expect(!future.isDone)
        }
    }

    @Test func `a lock holds in child tasks of Swift too`() throws {
        try EventLoop.run { loop in
            let lock = Lock(on: loop)
            let inside = Journal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await lock.withLock {
                            inside.note("in")
                            try await loop.sleep(for: .zero)
                            inside.note("out")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(inside.entries == (0..<8).flatMap { _ in ["in", "out"] })
            #expect(!lock.isLocked)
        }
    }

    @Test func `a cancelled child task of Swift takes a condition's lock again`() throws {
        try EventLoop.run { loop in
            let condition = Condition(on: loop)
            let journal = Journal()
            let ready = Event(on: loop)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await condition.withLock {
                        ready.set()
                        do {
                            try await condition.wait()
                        } catch {
                            journal.note("cancelled \(condition.isLocked)")
                        }
                    }
                }
                try await ready.wait()
                try await condition.withLock {
                    group.cancelAll()
                    try await loop.sleep(for: .milliseconds(1))
                    journal.note("released")
                }
                try await group.waitForAll()
            }
            #expect(journal.entries == ["released", "cancelled true"])
        }
    }

    @Test func `a queue that may hold nothing may hold any number`() throws {
        let loop = try EventLoop()
        let queue = LoopQueue<Int>(on: loop, maxSize: 0)
        for number in 0..<1000 { try queue.putNowait(number) }
        #expect(queue.maxSize == nil && queue.count == 1000 && !queue.isFull)
        for number in 0..<1000 {
            let taken = try queue.getNowait()
            #expect(taken == number)
        }
        #expect(throws: LoopError.queueEmpty) { try queue.getNowait() }
    }

    @Test func `a queue lets go of what was taken from it`() throws {
        let loop = try EventLoop()
        let queue = LoopQueue<Marker>(on: loop)
        weak var taken: Marker?
        do {
            let marker = Marker()
            taken = marker
            try queue.putNowait(marker)
            for _ in 0..<9 { try queue.putNowait(Marker()) }
            _ = try queue.getNowait()
        }
        #expect(taken == nil)
    }

    @Test func `a priority queue sorts whatever comes`() throws {
        let loop = try EventLoop()
        let queue = LoopPriorityQueue<Int>(on: loop)
        let numbers = (0..<500).map { $0 * 7919 % 503 }
        for number in numbers { try queue.putNowait(number) }
        var sorted: [Int] = []
        while !queue.isEmpty { sorted.append(try queue.getNowait()) }
        #expect(sorted == numbers.sorted())
    }

    @Test func `a barrier counts who waits`() throws {
        try EventLoop.run { loop in
            let barrier = Barrier(parties: 1, on: loop)
            let index = try await barrier.wait()
            #expect(index == 0)
            #expect(barrier.waitingCount == 0 && !barrier.isBroken)
        }
    }
}

private final class Marker: Sendable {}
