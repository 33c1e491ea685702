// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

extension EventLoop {
    /// Runs `work` on a thread of `executor` (nil: the loop's own pool) and waits for its result
    /// without blocking the loop.
    ///
    /// Cancelling the awaiting task does not stop `work`: it is awaited. Where the wait shall end
    /// at once use ``ThreadPoolExecutor/future(on:fileID:line:_:)``.
    ///
    /// - Throws: what `work` throws.
    ///
    /// Source: `asyncio.loop.run_in_executor`.
    public func runInExecutor<Value: Sendable, Failure: Error>(
        _ executor: ThreadPoolExecutor? = nil,
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let executor = executor ?? defaultExecutor
        let outcome = ExecutorOutcome<Value, Failure>()
        unsafe await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            // The result takes its turn behind what the work has scheduled, however quick it was.
            let job: @Sendable () -> Void = { [self] in
                outcome.result = Result { () throws(Failure) in try work() }
                unsafe enqueue(.resume(continuation))
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
        return try outcome.result!.get()
    }

    /// How long ``shutdownDefaultExecutor(timeout:)`` waits where nothing else is said; asyncio's.
    public static let executorShutdownLimit: Duration = .seconds(300)

    /// Takes no more work for the loop's own pool and waits until its threads have ended, without
    /// blocking the loop. After `timeout` it warns and leaves them to themselves.
    ///
    /// - Parameter timeout: nil: without end.
    /// - Throws: `CancellationError`, with the pool shut down.
    ///
    /// Source: `asyncio.loop.shutdown_default_executor`.
    public func shutdownDefaultExecutor(
        timeout: Duration? = EventLoop.executorShutdownLimit
    ) async throws {
        requireLoop("shutdownDefaultExecutor")
        guard let executor = unsafe core.pointee.defaultExecutor else {
            // One that is made later must take no work either.
            defaultExecutor.shutDown()
            return
        }
        executor.shutDown()
        let ended = Future<Bool>(on: self)
        executor.whenEnded { [self] in
            callSoonThreadsafe { if !ended.isDone { try ended.setResult(true) } }
        }
        let timer = try timeout.map {
            try callLater($0) { if !ended.isDone { try ended.setResult(false) } }
        }
        defer { timer?.cancel() }
        guard try await !ended.value, let timeout else { return }
        callExceptionHandler(
            ExceptionContext(
                message: """
                    RuntimeWarning: The executor did not finishing joining its threads within \
                    \(timeout).
                    """
            )
        )
    }

    /// asyncio's: `min(32, cores + 4)`.
    var defaultExecutor: ThreadPoolExecutor {
        if let executor = unsafe core.pointee.defaultExecutor { return executor }
        let cores = Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        let executor = ThreadPoolExecutor(name: "loop-executor", threads: min(32, cores + 4))
        unsafe core.pointee.defaultExecutor = executor
        return executor
    }
}

// Safety (@unchecked Sendable): the worker writes it and then tells the loop, which reads it after.

/// What comes back from a worker.
private final class ExecutorOutcome<Value: Sendable, Failure: Error>: @unchecked Sendable {
    var result: Result<Value, Failure>?
}
