// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

/// What a test's callbacks did, in their order. On one loop only.
final class Journal: @unchecked Sendable {
    // Safety: each test writes it on its loop's thread and reads it after the loop ended.
    private(set) var entries: [String] = []
    func note(_ entry: String) { entries.append(entry) }
}

@Suite struct EventLoopTests {
    @Test func `callbacks are called in the order in which they were scheduled`() throws {
        let loop = try EventLoop()
        let journal = Journal()
        for number in 1...3 { try loop.callSoon { journal.note("\(number)") } }
        try loop.callSoon { loop.stop() }
        try loop.runForever()
        #expect(journal.entries == ["1", "2", "3"])
    }

    @Test func `what a callback schedules runs in the next iteration`() throws {
        let loop = try EventLoop()
        let journal = Journal()
        try loop.callSoon {
            journal.note("first")
            try loop.callSoon {
                journal.note("scheduled by first")
                loop.stop()
            }
        }
        try loop.callSoon { journal.note("second") }
        try loop.runForever()
        #expect(journal.entries == ["first", "second", "scheduled by first"])
    }

    @Test func `a cancelled callback is not called`() throws {
        let loop = try EventLoop()
        let journal = Journal()
        let handle = try loop.callSoon { journal.note("cancelled") }
        handle.cancel()
        try loop.callSoon { loop.stop() }
        try loop.runForever()
        #expect(handle.isCancelled)
        #expect(journal.entries.isEmpty)
    }

    @Test func `timers fire by time and then by order of scheduling`() throws {
        let loop = try EventLoop()
        let journal = Journal()
        let soon = loop.time().advanced(by: .milliseconds(5))
        let later = soon.advanced(by: .milliseconds(5))
        try loop.callAt(later) {
            journal.note("later")
            loop.stop()
        }
        for number in 1...3 { try loop.callAt(soon) { journal.note("soon \(number)") } }
        try loop.runForever()
        #expect(journal.entries == ["soon 1", "soon 2", "soon 3", "later"])
    }

    @Test func `a timer cancelled by an earlier timer of the same tick never fires`() throws {
        let loop = try EventLoop()
        let journal = Journal()
        let when = loop.time()
        let late = try loop.callAt(when.advanced(by: .nanoseconds(1))) { journal.note("late") }
        try loop.callAt(when) { late.cancel() }
        try loop.callLater(.milliseconds(2)) { loop.stop() }
        try loop.runForever()
        #expect(journal.entries.isEmpty)
    }

    @Test func `cancelled timers are cleared away before they are due`() throws {
        let loop = try EventLoop()
        let freed = Counter()
        for _ in 0..<1000 {
            let witness = Witness(freed)
            try loop.callLater(.seconds(3600)) { _ = witness }.cancel()
        }
        try loop.callSoon { loop.stop() }
        try loop.runForever()
        #expect(freed.value == 1000)
    }

    @Test func `a callback that another thread schedules wakes the loop`() throws {
        let loop = try EventLoop()
        let journal = Journal()
        try startThread(name: "caller") {
            loop.callSoonThreadsafe {
                journal.note(loop.isOnLoop ? "on the loop" : "elsewhere")
                loop.stop()
            }
        }
        try loop.runForever()
        #expect(journal.entries == ["on the loop"])
    }

    @Test func `no callback of eight threads is lost, and each thread's keep their order`() throws {
        let loop = try EventLoop()
        let each = 2000
        var last = [Int](repeating: -1, count: 8)
        var count = 0
        // Safety: both are touched on the loop only.
        nonisolated(unsafe) let note: (Int, Int) -> Void = { thread, number in
            #expect(last[thread] == number - 1)
            last[thread] = number
            count += 1
            if count == 8 * each { loop.stop() }
        }
        for thread in 0..<8 {
            try startThread(name: "caller \(thread)") {
                for number in 0..<each {
                    loop.callSoonThreadsafe { unsafe note(thread, number) }
                }
            }
        }
        try loop.runForever()
        #expect(count == 8 * each)
    }

    @Test func `descriptors are looked at although there is always something to run`() throws {
        let loop = try EventLoop()
        let pipe = try FileDescriptor.pipe()
        try loop.addReader(pipe.reading.number) { loop.stop() }
        func again() throws { try loop.callSoon { try again() } }
        try again()
        unsafe _ = write(pipe.writing.number, "x", 1)
        try loop.runForever()
        #expect(loop.removeReader(pipe.reading.number))
        #expect(!loop.removeReader(pipe.reading.number))
    }

    @Test func `an event for a descriptor that was closed meanwhile does not reach the new owner`()
        throws
    {
        let loop = try EventLoop()
        let journal = Journal()
        let pipe = try FileDescriptor.pipe()
        let number = dup(pipe.reading.number)
        try loop.addReader(number) { journal.note("old") }
        let other = try FileDescriptor.pipe()
        try loop.addReader(pipe.reading.number) {
            // Both are ready in this iteration; the first to be told closes the other.
            guard loop.removeReader(number) else { return }
            close(number)
            #expect(dup(other.reading.number) == number)
            try? loop.addReader(number) { journal.note("new") }
            _ = try? loop.callSoon { loop.stop() }
        }
        // The dup was watched first and would be told first: let the pipe's own go first.
        loop.removeReader(number)
        try loop.addReader(number) { journal.note("old") }
        unsafe _ = write(pipe.writing.number, "x", 1)
        try loop.runForever()
        #expect(!journal.entries.contains("new"))
        close(number)
    }

    @Test func `a writer is called while there is room`() throws {
        let loop = try EventLoop()
        let pipe = try FileDescriptor.pipe()
        try loop.addWriter(pipe.writing.number) {
            loop.removeWriter(pipe.writing.number)
            loop.stop()
        }
        try loop.runForever()
    }

    @Test func `an error in a callback goes to the exception handler and the loop goes on`() throws
    {
        struct Oops: Error {}
        let loop = try EventLoop()
        let journal = Journal()
        loop.exceptionHandler = { journal.note("\($0.message): \($0.error.map { "\($0)" } ?? "")") }
        try loop.callSoon { throw Oops() }
        try loop.callSoon { loop.stop() }
        try loop.runForever()
        #expect(journal.entries == ["Exception in callback: Oops()"])
    }

    @Test func `a signal handler off the main thread is refused`() throws {
        let loop = try EventLoop()
        let refused = Counter()
        try startThread(name: "not main") {
            do {
                try loop.addSignalHandler(SIGUSR2) {}
            } catch LoopError.notMainThread {
                refused.increment()
            } catch {}
            loop.callSoonThreadsafe { loop.stop() }
        }
        try loop.runForever()
        #expect(refused.value == 1)
    }

    @Test func `a loop that runs can't be run again`() throws {
        let loop = try EventLoop()
        let journal = Journal()
        try loop.callSoon {
            do { try loop.runForever() } catch { journal.note("\(error)") }
            loop.stop()
        }
        try loop.runForever()
        #expect(journal.entries == ["This event loop is already running"])
    }
}

/// Counts, on any thread.
final class Counter: Sendable {
    private let count = Locked(0)
    func increment() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
}

/// Counts its own end.
final class Witness {
    private let counter: Counter
    init(_ counter: Counter) { self.counter = counter }
    deinit { counter.increment() }
}
