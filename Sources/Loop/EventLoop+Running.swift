// SPDX-License-Identifier: Apache-2.0

public import Logging
import LoopSystem

extension EventLoop {
    /// Makes a loop, runs `main` on it to its end, and shuts the loop down in asyncio's order:
    /// cancel what is left and wait for it, report the errors of that, close what generates, shut
    /// the default executor down, close.
    ///
    /// The calling thread is the loop's until this returns. On the main thread, and where SIGINT
    /// has its default action, Ctrl-C cancels the main task; a second one ends the process.
    ///
    /// - Parameters:
    ///   - debug: nil: what `LOOP_DEBUG` and `LOOP_DEV_MODE` in the environment say.
    ///   - logger: as for ``init(debug:logger:clock:fileID:line:)``.
    ///   - clock: as for ``init(debug:logger:clock:fileID:line:)``.
    /// - Throws: what `main` throws; ``LoopError/interrupted`` after Ctrl-C; ``LoopError/deadlock(taskTree:)``
    ///   in debug mode; another ``LoopError`` where the loop can't be made.
    ///
    /// Source: `asyncio.run`, Lib/asyncio/runners.py.
    public static func run<Value: Sendable>(
        debug: Bool? = nil,
        logger: Logger? = nil,
        clock: TestClock? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ main: sending @escaping (EventLoop) async throws -> Value
    ) throws -> Value {
        let loop = try EventLoop(
            debug: debug,
            logger: logger,
            clock: clock,
            fileID: fileID,
            line: line
        )
        defer { loop.shutDown() }
        // Safety: `main` was sent here and is called once.
        nonisolated(unsafe) let main = main
        let task = loop.createTask(name: "main", fileID: fileID, line: line) {
            try await unsafe main(loop)
        }
        let interruption = loop.cancelOnInterrupt(task)
        loop.printTaskTreeOnQuit()
        do {
            return try loop.runUntilComplete(task)
        } catch is CancellationError where interruption.wasRequested && task.uncancel() == 0 {
            throw LoopError.interrupted
        }
    }

    /// Runs the loop until `future` is done.
    ///
    /// - Throws: what the future failed with; ``LoopError/stoppedEarly``.
    public func runUntilComplete<Value>(_ future: Future<Value>) throws -> Value {
        let stopper = future.addDoneCallback { [unowned self] _ in stop() }
        defer { stopper.cancel() }
        try runForever()
        if let tree = unsafe core.pointee.deadlock.take() {
            throw LoopError.deadlock(taskTree: tree)
        }
        guard future.isDone else { throw LoopError.stoppedEarly }
        return try future.result()
    }

    /// Runs the loop until ``stop()`` is called. The calling thread is the loop's meanwhile.
    public func runForever() throws(LoopError) {
        guard unsafe !core.pointee.isClosed else { throw .closed(call: "runForever") }
        guard unsafe !core.pointee.isRunning else { throw .alreadyRunning }
        guard unsafe threadOwner == nil else { throw .alreadyRunning }
        adoptThread()
        unsafe threadOwner = Unmanaged.passUnretained(self).toOpaque()
        unsafe core.pointee.isRunning = true
        unsafe core.pointee.monitor?.begin()
        let start = MonotonicTime.now
        unsafe core.pointee.runningSince = start
        defer {
            unsafe threadOwner = nil
            unsafe core.pointee.isRunning = false
            unsafe core.pointee.isStopping = false
            unsafe core.pointee.runningSince = nil
            unsafe core.pointee.statistics.running += start.duration(to: .now)
            unsafe core.pointee.monitor?.end()
        }
        // What was scheduled before is run in the first iteration.
        emptyInbox()
        let serial = unsafe asUnownedSerialExecutor()
        let preferred = unsafe core.pointee.taskExecutor!.asUnownedTaskExecutor()
        repeat { unsafe runOnce(serial, preferred) } while unsafe !core.pointee.isStopping
    }

    /// Ends ``runForever()`` after the iteration that is under way; before it, after the first
    /// one, which waits for nothing then. On the loop.
    public func stop() { unsafe core.pointee.isStopping = true }

    /// Closes a loop that does not run: it can't run again, and what still stands in its queue is
    /// dropped. No effect on a closed one.
    public func close() {
        guard unsafe !core.pointee.isClosed else { return }
        unsafe core.pointee.isClosed = true
        for task in unsafe core.pointee.tasks.all {
            var context = ExceptionContext(
                message: "Task was destroyed but it is pending!",
                task: task,
                object: "task: \(task)",
                createdAt: task.place,
                creationStack: task.creationStack
            )
            context.kind = .taskDestroyedPending
            callExceptionHandler(context)
        }
        unsafe core.pointee.signals = nil
        inbox.close()
        if isOnLoop { unsafe core.pointee.ready.removeAll() }
        unsafe core.pointee.defaultExecutor?.shutDown()
        releaseWatched()
    }

    /// Cancels what is left and runs it to its end, then closes generators, executor and loop.
    ///
    /// Source: `Runner.close` and `_cancel_all_tasks` in Lib/asyncio/runners.py.
    private func shutDown() {
        unsafe core.pointee.deadlock = nil
        let left = unsafe core.pointee.tasks.all
        for task in left { task.cancel() }
        for task in left where !task.isDone {
            task.whenDone { [unowned self] in stop() }
            while !task.isDone, (try? runForever()) != nil {
                // Who can't be woken was cancelled, and does not end: it waits for something else
                // than the loop. It is left, and said to be.
                guard unsafe core.pointee.deadlock.take() == nil else { break }
            }
        }
        for task in left where task.isDone {
            task.reportUnreadError("unhandled exception during EventLoop.run() shutdown")
        }
        finish("shutdownAsyncGenerators") { loop in try await loop.shutdownAsyncGenerators() }
        if unsafe core.pointee.defaultExecutor != nil {
            finish("shutdownDefaultExecutor") { loop in try await loop.shutdownDefaultExecutor() }
        }
        close()
    }

    /// Runs a last operation of the loop's own to its end.
    private func finish(
        _ name: String,
        _ operation: @escaping @Sendable (EventLoop) async throws -> Void
    ) {
        let task = createTask(name: name) { [unowned self] in try await operation(self) }
        do {
            try runUntilComplete(task)
        } catch {
            callExceptionHandler(ExceptionContext(message: "\(name) failed", error: error))
        }
    }

    private func runOnce(_ serial: UnownedSerialExecutor, _ preferred: UnownedTaskExecutor) {
        unsafe core.pointee.statistics.iterations &+= 1
        var timeout: Int64? = 0
        if unsafe core.pointee.ready.count == 0 && !core.pointee.isStopping {
            timeout = timeUntilNextTimer()
        }
        if timeout == nil, debug, isDeadlocked {
            unsafe core.pointee.deadlock = taskTree
            return stop()
        }
        if timeout != 0 || isPollDue {
            unsafe core.pointee.ticksSincePoll = 0
            poll(timeout)
        } else {
            unsafe core.pointee.ticksSincePoll &+= 1
        }
        if unsafe core.pointee.timers.liveCount > 0 {
            let now = time().nanoseconds
            while let due = unsafe core.pointee.timers.popDue(now) {
                unsafe core.pointee.statistics.lag.note(
                    nanoseconds: now &- due.when.nanoseconds
                )
                unsafe core.pointee.ready.append(.handle(due))
            }
        }
        var count = unsafe core.pointee.ready.count
        unsafe core.pointee.statistics.callbacks &+= count
        while count > 0 {
            count &-= 1
            let item = unsafe core.pointee.ready.removeFirst()
            if let monitor = unsafe core.pointee.monitor {
                monitor.run(item) { unsafe run(item, serial, preferred) }
            } else {
                unsafe run(item, serial, preferred)
            }
        }
    }

    /// How long the loop may wait, in nanoseconds; nil: until something comes from outside.
    private func timeUntilNextTimer() -> Int64? {
        guard let deadline = unsafe core.pointee.timers.nextDeadline() else { return nil }
        guard let clock = unsafe core.pointee.clock else {
            return max(0, deadline &- MonotonicTime.now.nanoseconds)
        }
        let isDue = clock.now.nanoseconds >= deadline || clock.jump(to: deadline)
        // No real time brings what a test's clock is to bring.
        return isDue ? 0 : nil
    }

    private var isPollDue: Bool {
        unsafe core.pointee.ticksSincePoll >= (debug ? 0 : LoopCore.ticksWithoutPollMax)
    }

    private func poll(_ timeout: Int64?) {
        let start = timeout == 0 ? nil : MonotonicTime.now
        var isInboxFull = false
        let count = unsafe core.pointee.poller.wait(timeout: timeout ?? -1) { token, readiness in
            if token == LoopCore.inboxToken {
                isInboxFull = true
            } else {
                unsafe core.pointee.ready.append(
                    .event(
                        descriptor: CInt(truncatingIfNeeded: token),
                        generation: UInt32(token >> 32),
                        readiness: readiness
                    )
                )
            }
        }
        if isInboxFull { emptyInbox() }
        if let start {
            let time = start.duration(to: .now)
            unsafe core.pointee.statistics.waiting += time
            unsafe core.pointee.monitor?.notePoll(timeout: timeout, time: time, eventCount: count)
        }
    }

    private func emptyInbox() {
        unsafe inbox.takeAll(into: &core.pointee.spareInbox)
        for item in unsafe core.pointee.spareInbox { unsafe core.pointee.ready.append(item) }
        unsafe core.pointee.spareInbox.removeAll(keepingCapacity: true)
    }

    /// Runs `item`, and in the same turn those to whom it hands over.
    ///
    /// Not by recursion: a generator that never waits hands over as often as it yields.
    func run(
        _ item: Ready,
        _ serial: UnownedSerialExecutor,
        _ preferred: UnownedTaskExecutor
    ) {
        unsafe runStep(item, serial, preferred)
        while let next = unsafe core.pointee.handOff.take() {
            unsafe runStep(next, serial, preferred)
        }
    }

    /// The one place where the loop calls code that is not its own.
    private func runStep(
        _ item: Ready,
        _ serial: UnownedSerialExecutor,
        _ preferred: UnownedTaskExecutor
    ) {
        switch item {
        case .serialJob(let job): unsafe job.runSynchronously(on: serial)
        case .taskJob(let job): unsafe job.runSynchronously(on: preferred)
        case .closure(let body): body()
        case .resume(let continuation):
            unsafe core.pointee.isResuming = true
            unsafe continuation.resume()
            unsafe core.pointee.isResuming = false
            if let step = unsafe core.pointee.resumed.take() {
                unsafe runStep(step, serial, preferred)
            }
        case .event(let descriptor, let generation, let readiness):
            unsafe core.pointee.watches.handler(descriptor, generation)?.ready(readiness)
        case .handle(let handle):
            guard let callback = handle.callback else { return }
            handle.callback = nil
            do {
                try callback()
            } catch {
                callExceptionHandler(
                    ExceptionContext(
                        message: "Exception in callback",
                        error: error,
                        object: "handle: \(handle.shown)",
                        createdAt: handle.place,
                        creationStack: handle.creationStack
                    )
                )
            }
        }
    }
}
