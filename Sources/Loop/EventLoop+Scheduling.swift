// SPDX-License-Identifier: Apache-2.0

import Logging
public import LoopSystem

extension EventLoop {
    /// Calls `callback` in the next iteration, after everything that was scheduled before it.
    ///
    /// - Throws: ``LoopError/wrongThread(call:loopThread:callingThread:)`` in debug mode.
    @discardableResult
    public func callSoon(
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ callback: @escaping () throws -> Void
    ) throws(LoopError) -> Handle {
        try checkThread("callSoon")
        let handle = makeHandle(fileID, line, callback)
        enqueue(.handle(handle))
        return handle
    }

    /// Calls `callback` once `delay` has passed.
    ///
    /// - Throws: ``LoopError/wrongThread(call:loopThread:callingThread:)`` in debug mode.
    @discardableResult
    public func callLater(
        _ delay: Duration,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ callback: @escaping () throws -> Void
    ) throws(LoopError) -> TimerHandle {
        try checkThread("callLater")
        return schedule(
            time().advanced(by: delay),
            SourcePlace(fileID: fileID, line: line),
            callback
        )
    }

    /// Calls `callback` once ``time()`` is `when`. Of two callbacks due at the same moment the one
    /// that was scheduled first is called first.
    ///
    /// - Throws: ``LoopError/wrongThread(call:loopThread:callingThread:)`` in debug mode.
    @discardableResult
    public func callAt(
        _ when: MonotonicTime,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ callback: @escaping () throws -> Void
    ) throws(LoopError) -> TimerHandle {
        try checkThread("callAt")
        return schedule(when, SourcePlace(fileID: fileID, line: line), callback)
    }

    /// Calls `callback` in a later iteration, from whatever thread this is called.
    ///
    /// Cancel the handle on the loop only.
    @discardableResult
    public func callSoonThreadsafe(
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ callback: @escaping @Sendable () throws -> Void
    ) -> Handle {
        let handle = makeHandle(fileID, line, callback)
        // From the loop itself it keeps its place among what is scheduled without it.
        enqueue(.handle(handle))
        return handle
    }

    private func makeHandle(
        _ fileID: StaticString,
        _ line: UInt,
        _ callback: @escaping () throws -> Void
    ) -> Handle {
        Handle(
            place: SourcePlace(fileID: fileID, line: line),
            creationStack: debug ? .here() : nil,
            callback: callback
        )
    }

    private func schedule(
        _ when: MonotonicTime,
        _ place: SourcePlace,
        _ callback: @escaping () throws -> Void
    ) -> TimerHandle {
        let timer = TimerHandle(loop: self, when: when, place: place, callback: callback)
        if isOnLoop {
            unsafe core.pointee.timers.insert(timer)
        } else {
            enqueue(.closure { [self] in unsafe core.pointee.timers.insert(timer) })
        }
        return timer
    }

    func timerWasCancelled() { unsafe core.pointee.timers.noteCancelled() }

    /// What is told of errors that no caller could be told; nil: ``diagnosticSink`` is.
    ///
    /// Source: `asyncio.loop.set_exception_handler`.
    public var exceptionHandler: ((ExceptionContext) -> Void)? {
        get { unsafe core.pointee.exceptionHandler }
        set { unsafe core.pointee.exceptionHandler = newValue }
    }

    /// Where diagnostics go that no handler takes. Any thread: it may be told from every one.
    public var diagnosticSink: any DiagnosticSink { sink.withLock { $0 } }

    /// Sends diagnostics to `sink` from now on.
    public func setDiagnosticSink(_ sink: any DiagnosticSink) {
        self.sink.withLock { $0 = sink }
        guard debug else { return }
        debug = false
        debug = true
    }

    /// Tells ``exceptionHandler``, or ``diagnosticSink`` where there is none. Any thread: from
    /// another one it is told in a later iteration, or at once where the loop does not run.
    ///
    /// Source: `asyncio.loop.call_exception_handler`.
    public func callExceptionHandler(_ context: ExceptionContext) {
        guard isOnLoop else {
            callSoonThreadsafe { [self] in callExceptionHandler(context) }
            return
        }
        if let handler = unsafe core.pointee.exceptionHandler {
            handler(context)
        } else {
            report(context.diagnostic, to: diagnosticSink)
        }
    }
}
