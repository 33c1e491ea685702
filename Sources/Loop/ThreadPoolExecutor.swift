// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// Threads that run what would block the loop.
///
/// Threads are made when there is work and none is idle, up to a maximum, and stay.
///
/// Source: `concurrent.futures.ThreadPoolExecutor`.
public final class ThreadPoolExecutor: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var next = 0
        var idleCount = 0
        var threadCount = 0
        var isShutDown = false
    }

    /// What its threads are called.
    public let name: String
    /// How many threads there may be.
    public let threadsMax: Int
    // One of the few locks that the project allows; held for the length of an append.
    private let state = Locked(State())
    private let available = ThreadSemaphore()

    /// A pool of at most `threads` threads, none of which there is yet.
    public init(name: String, threads: Int) {
        precondition(threads > 0, "a pool has at least one thread")
        self.name = name
        threadsMax = threads
    }

    /// Runs `work` on one of the threads. Any thread.
    ///
    /// - Throws: ``LoopError/closed(call:)`` after ``shutDown()``; ``LoopError/system(_:)`` where
    ///   no thread can be made.
    public func submit(_ work: @escaping @Sendable () -> Void) throws(LoopError) {
        enum Step { case queued, needsThread, refused }
        let step: Step = state.withLock { state in
            guard !state.isShutDown else { return .refused }
            state.work.append(work)
            let waiting = state.work.count - state.next
            guard waiting > state.idleCount, state.threadCount < threadsMax else { return .queued }
            state.threadCount += 1
            return .needsThread
        }
        switch step {
        case .refused: throw .closed(call: "submit to executor \(name)")
        case .queued: break
        case .needsThread:
            do {
                try startThread(name: name) { self.runThread() }
            } catch {
                let isAlone = state.withLock { state in
                    state.threadCount -= 1
                    return state.threadCount == 0
                }
                // Others will come to it; only where there are none it would wait for ever.
                if isAlone { throw .system(error) }
            }
        }
        available.signal()
    }

    /// Takes no more work; what was submitted is still done, then the threads end.
    public func shutDown() {
        let count = state.withLock { state in
            defer { state.isShutDown = true }
            return state.isShutDown ? 0 : state.threadCount
        }
        for _ in 0..<count { available.signal() }
    }

    private func runThread() {
        while true {
            state.withLock { $0.idleCount += 1 }
            available.wait()
            let work: (@Sendable () -> Void)? = state.withLock { state in
                state.idleCount -= 1
                guard state.next < state.work.count else { return nil }
                defer {
                    state.next += 1
                    // The done part is dropped when it is the larger one.
                    if state.next > 64, state.next * 2 > state.work.count {
                        state.work.removeFirst(state.next)
                        state.next = 0
                    }
                }
                return state.work[state.next]
            }
            guard let work else { return }
            work()
        }
    }
}

// Safety (@safe, @unchecked Sendable): sem_t is made for use by several threads; allocated in init
// and freed in deinit.

/// A counting semaphore for threads.
///
/// Source: sem_overview(7).
@safe private final class ThreadSemaphore: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<sem_t>

    init() {
        unsafe raw = .allocate(capacity: 1)
        unsafe sem_init(raw, 0, 0)
    }

    deinit {
        unsafe sem_destroy(raw)
        unsafe raw.deallocate()
    }

    func signal() { unsafe _ = sem_post(raw) }
    func wait() { while unsafe sem_wait(raw) != 0 {} }
}

extension EventLoop {
    /// Runs `work` on a thread of `executor` (nil: the loop's own pool) and waits for its result
    /// without blocking the loop.
    ///
    /// Cancelling the awaiting task does not stop `work`: it is awaited.
    ///
    /// - Throws: what `work` throws.
    ///
    /// Source: `asyncio.loop.run_in_executor`.
    public func runInExecutor<Value: Sendable, Failure: Error>(
        _ executor: ThreadPoolExecutor? = nil,
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let executor = executor ?? defaultExecutor
        let result: Result<Value, Failure> = unsafe await withUnsafeContinuation { continuation in
            let job: @Sendable () -> Void = {
                unsafe continuation.resume(returning: Result { () throws(Failure) in try work() })
            }
            do {
                try executor.submit(job)
            } catch {
                // No thread to be had: better late on the loop than never.
                callExceptionHandler(
                    ExceptionContext(message: "runInExecutor ran on the loop", error: error)
                )
                job()
            }
        }
        return try result.get()
    }

    /// asyncio's: `min(32, cores + 4)`.
    private var defaultExecutor: ThreadPoolExecutor {
        if let executor = unsafe core.pointee.defaultExecutor { return executor }
        let cores = Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        let executor = ThreadPoolExecutor(name: "loop-executor", threads: min(32, cores + 4))
        unsafe core.pointee.defaultExecutor = executor
        return executor
    }
}
