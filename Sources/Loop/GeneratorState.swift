// SPDX-License-Identifier: Apache-2.0

import Synchronization

// Safety (@unchecked Sendable): everything that changes belongs to whoever holds the claim
// (`isClaimed`), and to the body while that runs for the holder; the two never run at once, and the
// continuations that they resume order what they see of each other.
// Safety (@safe): a continuation is resumed once, where it is taken out.

/// The body of an ``AsyncGenerator`` and how far it has come, whatever it yields.
///
/// How this works. In Python the body is a coroutine that runs in its consumer's task. Swift can't
/// run a piece of one function inside of another, so the body is a Swift task of its own. The two
/// hand over to each other: one resumes the other's continuation and suspends itself. On a loop
/// that goes through ``EventLoop/handOver(to:)``, which runs the other one right after the step
/// that is under way; so nobody else gets a turn in between, and the order of events is Python's.
///
/// The body's scope names the task of the loop that drives it at the moment. Hence a cancellation
/// of that task reaches what the body waits for.
///
/// A Swift task that is suspended for ever is never freed. So whatever becomes of the generator,
/// its body has to be brought to its end: see ``drop()``.
@safe class GeneratorState: TaskScope, ListMember, @unchecked Sendable {
    private enum Command {
        case goOn
        case raise(any Error)
    }

    enum Reply {
        case element
        case end
        case error(any Error)
    }

    // Safety (@safe): as the class.
    @safe private enum Phase {
        /// Nothing of the body has run.
        case created(() async throws -> Void)
        /// The body stands at a yield.
        case suspended(UnsafeContinuation<Void, Never>)
        case running
        case finished
    }

    let name: String
    let place: SourcePlace
    let creationStack: CallStack?
    private let isClaimed = Atomic(false)
    private let isDropped = Atomic(false)
    private var phase = Phase.finished
    private var command = Command.goOn
    private var reply = Reply.end
    private var consumer: UnsafeContinuation<Void, Never>?
    private var bodyTask: Task<Void, Never>?
    private var driver: TaskState?
    /// Whether it was asked to close; it may have gone on after it.
    private var isClosed = false
    private var isBegun = false
    /// The loop that ran when it was first asked for something.
    private(set) var loop: EventLoop?
    /// Without a loop: whether one of body and consumer waits for the other to begin, and the body's
    /// beginning.
    private let isOneReady = Atomic(false)
    private var firstStep: UnsafeContinuation<Void, Never>?
    final var previousInList: GeneratorState?
    final var nextInList: GeneratorState?

    override var task: TaskState? { driver }

    init(name: String, place: SourcePlace) {
        self.name = name
        self.place = place
        creationStack = EventLoop.running?.debug == true ? .here() : nil
    }

    /// Gives it its body: once, and before anybody else knows it.
    final func describe(_ body: sending @escaping () async throws -> Void) {
        phase = .created(body)
    }

    final var shown: String { "<AsyncGenerator \(name) created at \(place)>" }

    // MARK: the consumer's side

    /// Takes the right to run the body, and notes whose it is from the first time on.
    ///
    /// - Parameter pythonName: what Python calls it in its message.
    final func claim(_ call: StaticString, _ pythonName: String) throws(LoopError) {
        guard takeClaim() else { throw .generatorAlreadyRunning(call: pythonName) }
        if !isBegun {
            isBegun = true
            loop = EventLoop.running
            loop?.noteFirstIteration(of: self)
        }
        if let loop, !loop.isOnLoop {
            giveClaimBack()
            throw loop.wrongThread(call)
        }
    }

    private final func takeClaim() -> Bool {
        isClaimed.compareExchange(
            expected: false,
            desired: true,
            ordering: .sequentiallyConsistent
        ).exchanged
    }

    final func giveClaimBack() {
        isClaimed.store(false, ordering: .sequentiallyConsistent)
        if isDropped.load(ordering: .sequentiallyConsistent) { settleDrop() }
    }

    /// Whether nothing of the body has run. For the claim's holder, as all that follows.
    final var isUnstarted: Bool { if case .created = phase { true } else { false } }

    /// Runs the body up to its next yield, or to its end.
    final func goOn() async -> Reply { await run(.goOn) }

    /// Throws `error` from the yield at which the body stands and runs it up to the next.
    final func goOn(throwing error: any Error) async -> Reply {
        if isUnstarted {
            end()
            return .error(error)
        }
        return isClosed ? .end : await run(.raise(error))
    }

    /// Ends the body: source `aclose`.
    final func close() async throws {
        try claim("AsyncGenerator.close", "aclose")
        defer { giveClaimBack() }
        try await finishClosing(GeneratorExit(), attempts: 1)
    }

    /// Ends the body for who is `task`. Where that was cancelled before it began, the body gets the
    /// cancellation instead: as when `asyncio.run` ends with a generator's finalizer still waiting.
    final func close(in task: TaskState, attempts: Int = 1) async throws {
        try claim("AsyncGenerator.close", "aclose")
        defer { giveClaimBack() }
        let wasCancelled = task.takeCancellation()
        try await finishClosing(
            wasCancelled ? CancellationError() : GeneratorExit(),
            attempts: attempts
        )
    }

    private final func finishClosing(_ error: any Error, attempts: Int) async throws {
        if isUnstarted { return end() }
        guard !isClosed || attempts > 1 else { return }
        isClosed = true
        var reply = await run(.raise(error))
        guard case .element = reply else {
            if case .error(let error) = reply, !(error is GeneratorExit) { throw error }
            return
        }
        for _ in 1..<attempts {
            reply = await run(.raise(GeneratorExit()))
            guard case .element = reply else { break }
        }
        throw LoopError.generatorIgnoredExit
    }

    private final func run(_ command: Command) async -> Reply {
        self.command = command
        let other: Ready?
        let phase = phase
        self.phase = .running
        driver = TaskScope.currentTask
        switch phase {
        case .finished:
            end()
            return .end
        case .running: fatalError("a generator runs, and nobody holds the claim")
        case .created(let body):
            other = start(body)
        case .suspended(let continuation):
            unsafe other = .resume(continuation)
        }
        let bodyTask = bodyTask
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                unsafe consumer = continuation
                if let other { handOver(to: other) } else { meet() }
            }
        } onCancel: {
            bodyTask?.cancel()
        }
        if case .finished = self.phase { end() }
        return reply
    }

    /// Nothing of the body will run any more.
    private final func end() {
        phase = .finished
        bodyTask = nil
        if let loop { unsafe loop.core.pointee.generators.remove(self) }
    }

    // MARK: the body's side

    /// Makes the body's task, which runs only once it is handed over to.
    ///
    /// - Returns: what to hand over to; nil without a loop, where the two `meet()`.
    private final func start(_ body: @escaping () async throws -> Void) -> Ready? {
        // Safety: sent here with the generator, and called by the one task made of it.
        nonisolated(unsafe) let body = body
        guard let loop else {
            bodyTask = Task {
                await TaskScope.$current.withValue(self) {
                    unsafe await withUnsafeContinuation { continuation in
                        unsafe self.firstStep = continuation
                        self.meet()
                    }
                    await self.runBody(unsafe body)
                }
            }
            return nil
        }
        return loop.firstStep {
            bodyTask = Task(executorPreference: loop.taskExecutor) {
                await TaskScope.$current.withValue(self) { await self.runBody(unsafe body) }
            }
        }
    }

    private final func runBody(_ body: () async throws -> Void) async {
        enter()
        do {
            try await body()
            reply = .end
        } catch {
            reply = .error(error)
        }
        phase = .finished
        handBack()
    }

    /// Suspends the body at a yield.
    final func suspend() async throws {
        reply = .element
        unsafe await withUnsafeContinuation { continuation in
            unsafe phase = .suspended(continuation)
            handBack()
        }
        if case .raise(let error) = command { throw error }
    }

    /// Whether the body runs, and the caller is the body.
    final var isCalledByBody: Bool {
        guard isClaimed.load(ordering: .relaxed), isCaller, case .running = phase else {
            return false
        }
        return true
    }

    private final func handBack() {
        driver = nil
        if let waiting = unsafe consumer.take() { unsafe handOver(to: .resume(waiting)) }
    }

    private final func handOver(to other: Ready) {
        if let loop {
            loop.handOver(to: other)
        } else if case .resume(let continuation) = other {
            unsafe continuation.resume()
        }
    }

    /// Without a loop, body and consumer begin on threads of their own: the second to come here
    /// lets the body run.
    private final func meet() {
        let isSecond = isOneReady.exchange(true, ordering: .acquiringAndReleasing)
        if isSecond { unsafe firstStep.take()?.resume() }
    }

    // MARK: dropped

    /// How often a body is told to end once nobody can reach its generator any more: one that
    /// yields in what it cleans up ends soon, and one that catches everything never would.
    static let exitsAfterDropMax = 16

    /// Nobody can ask for anything any more. Any thread.
    final func drop() {
        isDropped.store(true, ordering: .sequentiallyConsistent)
        settleDrop()
    }

    /// Sees to the end of a body that was left half-way. Somebody who is closing it right now comes
    /// here after that.
    private final func settleDrop() {
        guard takeClaim() else { return }
        guard case .suspended = phase else {
            // The body of one that never began keeps what it puts its elements in, and so itself.
            phase = .finished
            return isClaimed.store(false, ordering: .sequentiallyConsistent)
        }
        // From here on there is one who sees to it.
        isDropped.store(false, ordering: .sequentiallyConsistent)
        isClaimed.store(false, ordering: .sequentiallyConsistent)
        if let loop {
            loop.close(dropped: self)
        } else {
            report(
                """
                asynchronous generator \(shown) was dropped half-way, and no event loop ran when \
                it was first asked for an element: what it cleans up runs later, on whatever \
                thread. Begin it inside of a running EventLoop, and close it: \
                try await withClosing(generator) { ... }
                """
            )
            Task {
                do {
                    try claim("AsyncGenerator.close", "aclose")
                    defer { giveClaimBack() }
                    try await finishClosing(GeneratorExit(), attempts: Self.exitsAfterDropMax)
                } catch {
                    report("Exception ignored while closing generator \(shown)", error)
                }
            }
        }
    }

    /// Ends the body here and now, on the thread of a loop that doesn't run. What it cleans up can
    /// wait for nothing.
    final func endWithoutLoop(_ run: (Ready) -> Void) {
        guard takeClaim() else { return }
        defer { isClaimed.store(false, ordering: .sequentiallyConsistent) }
        var attempts = 0
        while attempts < Self.exitsAfterDropMax, case .suspended(let continuation) = phase {
            attempts += 1
            command = .raise(GeneratorExit())
            phase = .running
            unsafe run(.resume(continuation))
        }
        var failure: (any Error)?
        switch phase {
        case .finished:
            end()
            if attempts > 1 {
                failure = LoopError.generatorIgnoredExit
            } else if case .error(let error) = reply, !(error is GeneratorExit) {
                failure = error
            }
        default: failure = LoopError.generatorIgnoredExit
        }
        report(
            """
            asynchronous generator \(shown) was dropped half-way while its event loop did not \
            run: what it cleans up could wait for nothing. Close it while the loop runs: \
            try await withClosing(generator) { ... }
            """,
            failure
        )
    }

    final func report(
        _ message: String,
        _ error: (any Error)? = nil,
        category: String = "RuntimeWarning"
    ) {
        var diagnostic = Diagnostic(.asyncGenerator, .warning(category: category), message)
        diagnostic.error = error
        diagnostic.place = place
        diagnostic.creationStack = creationStack
        let sink = (loop ?? EventLoop.running)?.diagnosticSink ?? DefaultDiagnosticSink()
        Loop.report(diagnostic, to: sink)
    }
}
