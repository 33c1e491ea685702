// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// A result that a loop will have for another thread. Any thread.
///
/// Source: `concurrent.futures.Future`, as `asyncio.run_coroutine_threadsafe` gives it.
public final class ConcurrentFuture<Value: Sendable>: Sendable {
    private typealias Callback = @Sendable (ConcurrentFuture<Value>) -> Void

    // One of the few locks that the project allows: the other side is another thread.
    private struct State {
        var result: Result<Value, any Error>?
        var isCancelled = false
        var callbacks: [Callback] = []
    }

    private let state = Locked(State())
    private let latch = Latch()
    /// Asked before a wait that blocks: the loop can't give a result that it waits for itself.
    private let isOnItsLoop: @Sendable () -> Bool

    init(isOnItsLoop: @escaping @Sendable () -> Bool) { self.isOnItsLoop = isOnItsLoop }

    /// Whether there is a result, an error, or a cancellation.
    public var isDone: Bool { state.withLock { $0.result != nil } }

    /// Whether it was cancelled.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Blocks the calling thread until there is a result, for at most `timeout` (nil: without end).
    ///
    /// - Throws: what the coroutine fails with; `CancellationError`; ``LoopError/timedOut``, and the
    ///   coroutine goes on; ``LoopError/invalidState(_:)`` on the loop that has to give the result,
    ///   which would wait for itself; ``LoopError/closed(call:)`` where the loop was closed before
    ///   the coroutine began.
    public func result(timeout: Duration? = nil) throws -> Value {
        if let result = state.withLock({ $0.result }) { return try result.get() }
        guard !isOnItsLoop() else {
            throw LoopError.invalidState("result() would block the loop that has to give it")
        }
        latch.wait(until: timeout.map { MonotonicTime.now.advanced(by: $0) })
        guard let result = state.withLock({ $0.result }) else { throw LoopError.timedOut }
        return try result.get()
    }

    /// Waits for the result, in a task of whatever loop or executor. Cancelling that task cancels
    /// the coroutine.
    ///
    /// - Throws: as ``result(timeout:)``, but for the time-out.
    ///
    /// Source: `asyncio.wrap_future`.
    public var value: Value {
        get async throws {
            if let loop = EventLoop.running, TaskScope.currentTask != nil {
                return try await value(on: loop)
            }
            return try await withTaskCancellationHandler {
                unsafe try await withUnsafeThrowingContinuation { continuation in
                    addDoneCallback { future in
                        unsafe continuation.resume(with: Result { try future.result() })
                    }
                }
            } onCancel: {
                cancel()
            }
        }
    }

    private func value(on loop: EventLoop) async throws -> Value {
        let done = Future<Void>(on: loop)
        addDoneCallback { _ in loop.callSoonThreadsafe { done.release() } }
        do {
            try await done.value
        } catch {
            cancel()
            throw error
        }
        return try result()
    }

    /// Gives the result up and asks the coroutine to end. Done callbacks are called before this
    /// returns; the coroutine ends when its loop comes to it.
    ///
    /// - Returns: false where it was done already.
    @discardableResult
    public func cancel() -> Bool { complete(.failure(CancellationError()), isCancelled: true) }

    /// Calls `callback` when it is done, on the thread that makes it so; at once where it is done
    /// already. Callbacks are called in the order in which they were added.
    public func addDoneCallback(
        _ callback: @escaping @Sendable (ConcurrentFuture<Value>) -> Void
    ) {
        let isDone = state.withLock { state in
            if state.result == nil { state.callbacks.append(callback) }
            return state.result != nil
        }
        if isDone { callback(self) }
    }

    /// - Returns: whether it was not done before.
    @discardableResult
    func complete(_ result: Result<Value, any Error>, isCancelled: Bool) -> Bool {
        let callbacks: [Callback]? = state.withLock { state in
            guard state.result == nil else { return nil }
            state.result = result
            state.isCancelled = isCancelled
            defer { state.callbacks = [] }
            return state.callbacks
        }
        guard let callbacks else { return false }
        latch.open()
        for callback in callbacks { callback(self) }
        return true
    }
}

// Safety (@safe, @unchecked Sendable): mutex and condition are made for use by several threads, are
// allocated in init and freed in deinit; `isOpen` is touched while the mutex is held.

/// Lets threads wait for something that happens once.
///
/// Source: pthread_cond_timedwait(3).
@safe private final class Latch: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isOpen = false

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // The default clock jumps when somebody sets it.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    func open() {
        unsafe pthread_mutex_lock(mutex)
        isOpen = true
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Blocks the calling thread until it is open, or until `deadline`.
    func wait(until deadline: MonotonicTime?) {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isOpen {
            guard let deadline else {
                unsafe pthread_cond_wait(condition, mutex)
                continue
            }
            var time = timespec(
                tv_sec: Int(deadline.nanoseconds / 1_000_000_000),
                tv_nsec: Int(deadline.nanoseconds % 1_000_000_000)
            )
            if unsafe pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { return }
        }
    }
}

extension EventLoop {
    /// Runs `coroutine` on the loop, from whatever thread this is called.
    ///
    /// ```swift
    /// let length = try loop.runCoroutineThreadsafe(fetch()).result(timeout: .seconds(5))
    /// ```
    ///
    /// Source: `asyncio.run_coroutine_threadsafe`, Lib/asyncio/tasks.py.
    public func runCoroutineThreadsafe<Value: Sendable>(
        _ coroutine: Coroutine<Value>,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> ConcurrentFuture<Value> {
        let future = ConcurrentFuture<Value> { [weak self] in
            self?.isRunningHere ?? false
        }
        let request = ThreadsafeRequest(coroutine, future)
        if isOnLoop, unsafe core.pointee.isClosed { return future }
        // The loop keeps the callback: it shall not keep the loop.
        callSoonThreadsafe(fileID: fileID, line: line) { [unowned self] in
            request.begin(on: self, fileID: fileID, line: line)
        }
        return future
    }
}

// Safety (@unchecked Sendable): made by one thread, which lets go of it, and then used by the loop;
// or dropped, by whoever is the last.

/// A coroutine on its way to a loop. One that the loop drops tells the thread that waits for it.
private final class ThreadsafeRequest<Value: Sendable>: @unchecked Sendable {
    private let coroutine: Coroutine<Value>
    private let future: ConcurrentFuture<Value>
    private var hasBegun = false

    init(_ coroutine: Coroutine<Value>, _ future: ConcurrentFuture<Value>) {
        self.coroutine = coroutine
        self.future = future
    }

    deinit {
        guard !hasBegun else { return }
        coroutine.close()
        future.complete(
            .failure(LoopError.closed(call: "runCoroutineThreadsafe")),
            isCancelled: false
        )
    }

    func begin(on loop: EventLoop, fileID: StaticString, line: UInt) {
        hasBegun = true
        let future = future
        let task = loop.createTask(coroutine, fileID: fileID, line: line)
        task.addDoneCallback { task in
            future.complete(Result { try task.result() }, isCancelled: task.isCancelled)
        }
        // Weak: a loop that is gone has no task left that could be cancelled.
        future.addDoneCallback { [weak loop] future in
            guard future.isCancelled, let loop else { return }
            loop.callSoonThreadsafe { task.cancel() }
        }
    }
}
