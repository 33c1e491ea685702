// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

private struct Oops: Error {}

@Suite struct ConcurrentFutureTests {
    /// A loop that runs on a thread of its own until `body` has ended.
    private func withLoop(_ body: (EventLoop) throws -> Void) throws {
        let loop = try EventLoop()
        try startThread(name: "loop") { try? loop.runForever() }
        defer { loop.callSoonThreadsafe { loop.stop() } }
        try body(loop)
    }

    @Test func `another thread gets the result and the error of a coroutine`() throws {
        try withLoop { loop in
            let good = loop.runCoroutineThreadsafe(
                Coroutine {
                    try await loop.sleep(for: .milliseconds(1))
                    return loop.isOnLoop
                }
            )
            let wasOnLoop = try good.result()
            #expect(wasOnLoop)
            #expect(good.isDone && !good.isCancelled)
            let bad = loop.runCoroutineThreadsafe(Coroutine<Void> { throw Oops() })
            #expect(throws: Oops.self) { try bad.result(timeout: .seconds(60)) }
        }
    }

    @Test func `a time-out leaves the coroutine alone`() throws {
        try withLoop { loop in
            let gate = Event(on: loop)
            let future = loop.runCoroutineThreadsafe(
                Coroutine {
                    try await gate.wait()
                    return 5
                }
            )
            #expect(throws: LoopError.timedOut) {
                try future.result(timeout: .milliseconds(10))
            }
            #expect(!future.isDone)
            loop.callSoonThreadsafe { gate.set() }
            let late = try future.result()
            #expect(late == 5)
            #expect(!future.cancel())
        }
    }

    @Test func `cancelling it ends the coroutine and calls the callbacks in order`() throws {
        try withLoop { loop in
            let journal = Locked<[String]>([])
            let note: @Sendable (String) -> Void = { entry in
                journal.withLock { $0.append(entry) }
            }
            let ended = ThreadEvent()
            let began = ThreadEvent()
            let future = loop.runCoroutineThreadsafe(
                Coroutine<Void> {
                    began.set()
                    defer { ended.set() }
                    try await loop.sleep(for: .seconds(3600))
                }
            )
            began.wait()
            future.addDoneCallback { note("first \($0.isCancelled)") }
            future.addDoneCallback { _ in note("second") }
            #expect(future.cancel())
            #expect(!future.cancel())
            future.addDoneCallback { _ in note("late") }
            #expect(journal.withLock { $0 } == ["first true", "second", "late"])
            #expect(throws: CancellationError.self) { try future.result() }
            ended.wait()
        }
    }

    @Test func `a result that would block its own loop is refused`() throws {
        try EventLoop.run { loop in
            let future = loop.runCoroutineThreadsafe(Coroutine { 1 })
            #expect(throws: LoopError.self) { try future.result() }
            let awaited = try await future.value
            #expect(awaited == 1)
            let taken = try future.result()
            #expect(taken == 1)
        }
    }

    @Test func `a task of another loop awaits it, and cancels it`() throws {
        try withLoop { other in
            try EventLoop.run { loop in
                let value = try await other.runCoroutineThreadsafe(Coroutine { 3 }).value
                #expect(value == 3)
                #expect(loop.isOnLoop)
                let endless = other.runCoroutineThreadsafe(
                    Coroutine<Void> { try await other.sleep(for: .seconds(3600)) }
                )
                await #expect(throws: LoopError.timedOut) {
                    try await loop.timeout(after: .milliseconds(10)) { _ in
                        try await endless.value
                    }
                }
                #expect(endless.isCancelled)
            }
        }
    }

    @Test func `a task that knows no loop awaits it`() async throws {
        let loop = try EventLoop()
        try startThread(name: "loop") { try? loop.runForever() }
        let value = try await loop.runCoroutineThreadsafe(Coroutine { 4 }).value
        #expect(value == 4)
        loop.callSoonThreadsafe { loop.stop() }
    }

    @Test func `a loop that is closed says so, whether it was asked before or after`() throws {
        let closed = LoopError.closed(call: "runCoroutineThreadsafe")
        let loop = try EventLoop()
        let here = loop.runCoroutineThreadsafe(Coroutine { 1 })
        let asked = ThreadEvent()
        let ended = ThreadEvent()
        let closing = ThreadEvent()
        try startThread(name: "other") {
            let before = loop.runCoroutineThreadsafe(Coroutine { 2 })
            asked.set()
            closing.wait()
            let after = loop.runCoroutineThreadsafe(Coroutine { 3 })
            for future in [before, after] {
                #expect(throws: closed) { try future.result(timeout: .seconds(60)) }
            }
            ended.set()
        }
        asked.wait()
        loop.close()
        closing.set()
        #expect(throws: closed) { try here.result(timeout: .seconds(60)) }
        let later = loop.runCoroutineThreadsafe(Coroutine { 4 })
        #expect(throws: closed) { try later.result(timeout: .seconds(60)) }
        ended.wait()
    }
}

/// Lets a thread wait for another.
private final class ThreadEvent: @unchecked Sendable {
    // Safety (@unchecked Sendable): sem_t is made for use by several threads.
    private let raw = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(raw, 0, 0) }

    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }

    func set() { sem_post(raw) }
    func wait() { while sem_wait(raw) != 0 {} }
}
