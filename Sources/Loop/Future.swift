// SPDX-License-Identifier: Apache-2.0

/// A result that will be there later.
///
/// It belongs to its loop: set, cancel and await it there. A future that failed and is dropped
/// before anybody read the error tells the loop's exception handler.
///
/// Source: `asyncio.Future`, Lib/asyncio/futures.py.
public class Future<Value: Sendable>: Awaitable, @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on the loop only; what may come from other threads
    // (the cancellation of an awaiting task, the last release) goes through the loop's inbox.

    /// The loop that it belongs to.
    public final let loop: EventLoop
    /// Who made it.
    public final let place: SourcePlace
    /// The calls that made it; in debug mode.
    public final let creationStack: CallStack?
    private final var state = FutureState.pending
    private final var waiters = FutureWaiters()
    private final var isErrorUnread = false
    // The last one, so that where the others are does not depend on `Value`.
    private final var storedValue: Value?

    /// A future of `loop` that is pending.
    public init(
        on loop: EventLoop,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.loop = loop
        place = SourcePlace(fileID: fileID, line: line)
        creationStack = loop.debug ? .here() : nil
    }

    deinit { if isErrorUnread { tellUnreadError("\(kind) exception was never retrieved") } }

    /// What it is called in reports.
    var kind: String { "Future" }

    /// As it is shown in reports.
    final var shown: String {
        let (state, exception) =
            switch state {
            case .pending: ("pending", "")
            case .finished: ("finished", "")
            case .failed(let error): ("finished", " exception=\(described(error))")
            case .cancelled: ("cancelled", "")
            }
        return "<\(kind) \(state)\(details)\(exception) created at \(place)>"
    }

    /// What ``shown`` says beside that, with a space before it.
    var details: String { "" }

    /// Whether there is a result, an error, or a cancellation.
    public final var isDone: Bool {
        if case .pending = state { false } else { true }
    }

    /// Whether it was cancelled.
    public final var isCancelled: Bool {
        if case .cancelled = state { true } else { false }
    }

    /// Gives it its result.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where it is done already.
    public final func setResult(_ value: Value) throws(LoopError) {
        loop.requireLoop("Future.setResult")
        guard !isDone else { throw .invalidState("the future already has a result") }
        storedValue = value
        complete(.finished)
    }

    /// Gives it an error.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where it is done already.
    public final func setException(_ error: any Error) throws(LoopError) {
        loop.requireLoop("Future.setException")
        guard !isDone else { throw .invalidState("the future already has a result") }
        fail(error)
    }

    /// Gives it an error on whatever thread: only while nobody else knows it.
    final func fail(_ error: any Error) {
        isErrorUnread = true
        complete(.failed(error))
    }

    /// Cancels it: who awaits it gets `CancellationError`.
    ///
    /// - Returns: false where it was done already.
    @discardableResult
    public func cancel() -> Bool {
        loop.requireLoop("Future.cancel")
        guard !isDone else { return false }
        complete(.cancelled)
        return true
    }

    /// The result, which is there.
    ///
    /// - Throws: the error it was given, `CancellationError`, or
    ///   ``LoopError/invalidState(_:)`` while it is pending.
    public final func result() throws -> Value {
        loop.requireLoop("Future.result")
        switch state {
        case .pending: throw LoopError.invalidState("Result is not set.")
        case .finished: return storedValue!
        case .failed(let error):
            isErrorUnread = false
            throw error
        case .cancelled: throw CancellationError()
        }
    }

    /// The error it was given, which counts as read; nil where it has a result.
    ///
    /// - Throws: `CancellationError`, or ``LoopError/invalidState(_:)`` while it is pending.
    public final func exception() throws -> (any Error)? {
        loop.requireLoop("Future.exception")
        switch state {
        case .pending: throw LoopError.invalidState("Exception is not set.")
        case .finished: return nil
        case .failed(let error):
            isErrorUnread = false
            return error
        case .cancelled: throw CancellationError()
        }
    }

    /// Waits for the result, on the loop or elsewhere. Where the awaiting task is cancelled
    /// meanwhile, so is the future.
    ///
    /// - Throws: the error it was given, or `CancellationError`.
    public final var value: Value {
        get async throws {
            guard loop.isOnLoop else { return try await valueElsewhere() }
            if !isDone {
                if let task = TaskScope.currentTask {
                    try await wait(in: task)
                } else {
                    await withTaskCancellationHandler {
                        await untilDone(nil)
                    } onCancel: {
                        cancelFromAnyThread()
                    }
                }
            }
            return try result()
        }
    }

    /// Waits until it is done, whatever becomes of the caller.
    final func settled() async { if !isDone { await untilDone(nil) } }

    /// A wait of a task of the loop: a cancellation reaches it through the task.
    private final func wait(in task: TaskState) async throws {
        guard task.owner !== self else {
            try await loop.sleep(for: .zero)
            throw LoopError.invalidState("Task cannot await on itself: \(shown)")
        }
        task.waitsFor = self
        await untilDone(task)
        task.waitsFor = nil
        loop.noteStep(of: task)
        if task.takeCancellation() {
            // Whatever it brought has been looked at, as far as reports go.
            isErrorUnread = false
            throw CancellationError()
        }
    }

    private final func untilDone(_ task: TaskState?) async {
        unsafe await withUnsafeContinuation { continuation in
            unsafe waiters.append(.continuation(continuation))
            if isDone {
                complete(state)
            } else if let task, task.mustCancel, cancel() {
                // Cancelled by itself while it ran: its first wait after that ends.
                task.mustCancel = false
            }
        }
    }

    private final func valueElsewhere() async throws -> Value {
        try await withTaskCancellationHandler {
            unsafe try await withUnsafeThrowingContinuation { continuation in
                loop.callSoonThreadsafe {
                    self.addDoneCallback { future in
                        unsafe continuation.resume(with: Result { try future.result() })
                    }
                }
            }
        } onCancel: {
            cancelFromAnyThread()
        }
    }

    /// Calls `callback` in the iteration after the one in which it is done; in the next one where
    /// it is done already. Callbacks are called in the order in which they were added.
    @discardableResult
    public final func addDoneCallback(
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ callback: @escaping (Future<Value>) -> Void
    ) -> Handle {
        loop.requireLoop("Future.addDoneCallback")
        // The future keeps the callback and not the other way round, or the two would never end.
        let handle = Handle(place: SourcePlace(fileID: fileID, line: line)) {}
        let call = { [unowned self] in callback(self) }
        if isDone {
            schedule(handle, call)
        } else {
            waiters.append(.callback(handle, call))
        }
        return handle
    }

    /// Takes a callback off that has not been scheduled yet.
    ///
    /// - Returns: whether it was still waiting for the result.
    ///
    /// Source: `asyncio.Future.remove_done_callback`.
    @discardableResult
    public final func removeDoneCallback(_ handle: Handle) -> Bool {
        loop.requireLoop("Future.removeDoneCallback")
        return waiters.remove(handle)
    }

    final func whenDone(_ body: @escaping () -> Void) -> Handle {
        addDoneCallback { _ in body() }
    }

    final func readFailure() -> (any Error)? {
        guard case .failed(let error) = state else { return nil }
        isErrorUnread = false
        return error
    }

    private final func schedule(_ handle: Handle, _ call: @escaping () -> Void) {
        guard !handle.isCancelled else { return }
        handle.callback = { withExtendedLifetime(self, call) }
        loop.enqueue(.handle(handle))
    }

    /// Everyone who waits is told in the next iteration, in the order in which they came.
    private final func complete(_ state: FutureState) {
        self.state = state
        waiters.takeAll().forEach { waiter in
            switch waiter {
            case .callback(let handle, let call): schedule(handle, call)
            case .continuation(let continuation): unsafe loop.enqueue(.resume(continuation))
            }
        }
    }

    private final func cancelFromAnyThread() {
        if loop.isOnLoop {
            cancel()
        } else {
            loop.callSoonThreadsafe { self.cancel() }
        }
    }

    /// Reports the error if nobody has read it. asyncio calls what was dropped a future even where
    /// it is a task.
    final func tellUnreadError(_ message: String, as role: String = "future") {
        guard isErrorUnread, case .failed(let error) = state else { return }
        isErrorUnread = false
        var context = ExceptionContext(
            message: message,
            error: error,
            object: "\(role): \(shown)",
            createdAt: place,
            creationStack: creationStack
        )
        context.kind = .exceptionNeverRetrieved
        loop.callExceptionHandler(context)
    }
}

/// How far a future has come. Its value is kept apart: see ``FutureWaiters``.
private enum FutureState {
    case pending
    case finished
    case failed(any Error)
    case cancelled
}
