// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// The generators of a loop that were begun and have not ended, oldest first.
struct GeneratorList {
    private var members = MemberList<GeneratorState>()
    /// Whether the loop has closed them all.
    var isShutDown = false

    mutating func insert(_ generator: GeneratorState) { members.append(generator) }

    /// Takes `generator` out where it is in.
    mutating func remove(_ generator: GeneratorState) { members.remove(generator) }

    /// Takes all of them out.
    mutating func removeAll() -> [GeneratorState] {
        let generators = members.all
        for generator in generators { members.remove(generator) }
        return generators
    }
}

extension EventLoop {
    /// Closes all generators that were begun on the loop and have not ended, all at the same time,
    /// and waits for them. What goes wrong with one is told to the exception handler.
    ///
    /// A generator that is begun on the loop after this says so, as nobody will close it:
    /// ``Diagnostic/Kind/asyncGenerator``.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled meanwhile; so are those that it
    ///   waits for.
    ///
    /// Source: `BaseEventLoop.shutdown_asyncgens`, Lib/asyncio/base_events.py.
    public func shutdownAsyncGenerators() async throws {
        unsafe core.pointee.generators.isShutDown = true
        let generators = unsafe core.pointee.generators.removeAll()
        guard !generators.isEmpty else { return }
        let tasks = generators.map { closingTask($0) }
        let allDone = Future<Void>(on: self)
        var pending = tasks.count
        for task in tasks {
            task.addDoneCallback { _ in
                pending -= 1
                if pending == 0, !allDone.isDone { try? allDone.setResult(()) }
            }
        }
        do {
            try await allDone.value
        } catch {
            for task in tasks { task.cancel() }
            throw error
        }
        for (task, generator) in zip(tasks, generators) {
            guard let error = try? task.exception() else { continue }
            callExceptionHandler(
                ExceptionContext(
                    message: """
                        an error occurred during closing of asynchronous generator \
                        \(generator.shown)
                        """,
                    error: error,
                    object: "asyncgen: \(generator.shown)",
                    createdAt: generator.place,
                    creationStack: generator.creationStack
                )
            )
        }
    }

    /// A task that closes `generator`, even where it is cancelled before it begins: a body that
    /// stays suspended is never freed.
    @discardableResult
    private func closingTask(_ generator: GeneratorState, attempts: Int = 1) -> LoopTask<Void> {
        let task = LoopTask<Void>(
            loop: self,
            name: .next(),
            coroutineName: "AsyncGenerator.close",
            fileID: #fileID,
            line: #line
        )
        task.start(beginsCancelled: true) { [state = task.taskState] in
            try await generator.close(in: state, attempts: attempts)
        }
        return task
    }

    /// Source: `_asyncgen_firstiter_hook`.
    func noteFirstIteration(of generator: GeneratorState) {
        if unsafe core.pointee.generators.isShutDown {
            generator.report(
                """
                asynchronous generator \(generator.shown) was scheduled after \
                loop.shutdownAsyncGenerators() call
                """,
                category: "ResourceWarning"
            )
        }
        unsafe core.pointee.generators.insert(generator)
    }

    /// Sees to the end of a generator that nobody can reach any more. Any thread.
    ///
    /// Source: `_asyncgen_finalizer_hook`.
    func close(dropped generator: GeneratorState) {
        let closing = Ready.closure { [self] in
            unsafe core.pointee.generators.remove(generator)
            closingTask(generator, attempts: GeneratorState.exitsAfterDropMax)
        }
        guard isOnLoop else { return enqueue(closing) }
        unsafe core.pointee.generators.remove(generator)
        if unsafe core.pointee.isRunning { return enqueue(closing) }
        // Its last steps are run here, as if the loop ran.
        let other = unsafe threadOwner
        unsafe threadOwner = Unmanaged.passUnretained(self).toOpaque()
        defer { unsafe threadOwner = unsafe other }
        let serial = unsafe asUnownedSerialExecutor()
        let preferred = unsafe core.pointee.taskExecutor!.asUnownedTaskExecutor()
        generator.endWithoutLoop { unsafe run($0, serial, preferred) }
    }

    // MARK: handing over

    /// Runs `item` right after the step that is under way, and before anything else.
    func handOver(to item: Ready) {
        guard isOnLoop, unsafe core.pointee.handOff == nil else { return enqueue(item) }
        unsafe core.pointee.handOff = item
    }

    /// The first step of the task that `make` makes, which would else run in a later iteration.
    func firstStep(_ make: () -> Void) -> Ready {
        unsafe core.pointee.isResuming = true
        make()
        unsafe core.pointee.isResuming = false
        return unsafe core.pointee.resumed.take()!
    }
}
