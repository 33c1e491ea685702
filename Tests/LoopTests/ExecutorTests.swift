// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

private struct Oops: Error {}

@Suite struct ExecutorTests {
    @Test func `shutting down waits for what was submitted, and for no longer than it may`() throws
    {
        let pool = ThreadPoolExecutor(name: "slow", threads: 2)
        let gate = ThreadSemaphore()
        let counter = Counter()
        for _ in 0..<3 {
            try pool.submit {
                gate.wait()
                counter.increment()
            }
        }
        #expect(!pool.shutDown(wait: true, timeout: .milliseconds(5)))
        #expect(throws: LoopError.self) { try pool.submit {} }
        for _ in 0..<3 { gate.signal() }
        #expect(pool.shutDown(wait: true))
        #expect(counter.value == 3)
    }

    @Test func `a pool that nobody keeps ends its threads`() throws {
        let ended = ThreadSemaphore()
        final class Token: Sendable {
            let ended: ThreadSemaphore
            init(_ ended: ThreadSemaphore) { self.ended = ended }
            deinit { ended.signal() }
        }
        do {
            let pool = IsolatedExecutor(name: "let go", threads: 1) { Token(ended) }
            try EventLoop.run { loop in try await pool.run(on: loop) { _ in } }
        }
        ended.wait()  // the state goes when its thread ends
    }

    @Test func `the future of a call can be cancelled: what has not begun never does`() throws {
        let pool = ThreadPoolExecutor(name: "one", threads: 1)
        let gate = ThreadSemaphore()
        let counter = Counter()
        try EventLoop.run { loop in
            let began = ThreadSemaphore()
            let first = pool.future(on: loop) {
                began.signal()
                gate.wait()
                counter.increment()
            }
            let second = pool.future(on: loop) { counter.increment() }
            let third = pool.future(on: loop) { () throws -> Int in throw Oops() }
            began.wait()
            try await expectCancellable(on: loop) { try await first.value }
            second.cancel()
            for _ in 0..<3 { try await loop.sleep(for: .zero) }
            gate.signal()
            await #expect(throws: Oops.self) { _ = try await third.value }
        }
        pool.shutDown(wait: true)
        #expect(counter.value == 1)
    }

    @Test func `the loop's own pool can be shut down without blocking the loop`() throws {
        let journal = Journal()
        let gate = ThreadSemaphore()
        try EventLoop.run { loop in
            loop.exceptionHandler = { journal.note($0.message) }
            let blocked = loop.createTask { await loop.runInExecutor { gate.wait() } }
            try await loop.sleep(for: .zero)
            try await loop.shutdownDefaultExecutor(timeout: .milliseconds(2))
            #expect(
                journal.entries == [
                    "RuntimeWarning: The executor did not finishing joining its threads within "
                        + "0.002 seconds."
                ]
            )
            try await expectCancellable(on: loop) {
                try await loop.shutdownDefaultExecutor(timeout: nil)
            }
            gate.signal()
            try await loop.shutdownDefaultExecutor()
            try await blocked.value
            #expect(journal.entries.count == 1)
            await #expect(throws: LoopError.self) {
                _ = try await loop.getAddressInfo(host: "localhost", port: 1)
            }
        }
    }

    @Test func `each thread of an isolated executor has a state of its own`() throws {
        final class Accumulator {
            let thread = currentThreadID()
            var total = 0
        }
        let made = Counter()
        let pool = IsolatedExecutor(name: "isolated", threads: 2) {
            made.increment()
            return Accumulator()
        }
        let totals = Locked<[Int32: Int]>([:])
        // The first two wait for each other, so that both threads have something to do.
        let gates = [ThreadSemaphore(), ThreadSemaphore()]
        try EventLoop.run { loop in
            let tasks = (1...100).map { number in
                loop.createTask {
                    let (thread, total) = try await pool.run(on: loop) { state in
                        if number <= 2 {
                            gates[number - 1].signal()
                            gates[2 - number].wait()
                        }
                        #expect(state.thread == currentThreadID())
                        state.total += number
                        return (state.thread, state.total)
                    }
                    totals.withLock { $0[thread] = max($0[thread] ?? 0, total) }
                }
            }
            for task in tasks { try await task.value }
            await #expect(throws: Oops.self) { try await pool.run(on: loop) { _ in throw Oops() } }
        }
        #expect(totals.withLock { $0.values.reduce(0, +) } == 5050)
        #expect(made.value == 2 && totals.withLock { $0.count } == 2)
        #expect(pool.shutDown(wait: true))
    }

    @Test func `a wait for an isolated executor ends when its task is cancelled`() throws {
        let pool = IsolatedExecutor(name: "busy", threads: 1) { 0 }
        let gate = ThreadSemaphore()
        try EventLoop.run { loop in
            try await expectCancellable(on: loop) { try await Self.wait(for: gate, pool, loop) }
            gate.signal()
            pool.shutDown()
            await #expect(throws: LoopError.self) { try await pool.run(on: loop) { _ in } }
        }
        #expect(pool.shutDown(wait: true))
    }

    private static func wait(
        for gate: ThreadSemaphore,
        _ pool: IsolatedExecutor<Int>,
        _ loop: EventLoop
    ) async throws {
        try await pool.run(on: loop) { _ in gate.wait() }
    }
}
