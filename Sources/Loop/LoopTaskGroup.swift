// SPDX-License-Identifier: Apache-2.0

/// Tasks that live and end together. On the loop.
///
/// The group ends when all of its tasks have. The first that fails cancels the others, and
/// interrupts the task that the group belongs to where that still works in the group's body. A task
/// that is cancelled concerns nobody else.
///
/// Source: `asyncio.TaskGroup`, Lib/asyncio/taskgroups.py.
public final class LoopTaskGroup {
    private let loop: EventLoop
    private let parent: TaskState
    /// Those that have not ended, oldest first.
    private var tasks: [any Awaitable] = []
    private var errors: [any Error] = []
    private var isExiting = false
    private var isAborting = false
    /// Whether the group itself interrupted its parent, and has to take that back.
    private var hasInterruptedParent = false
    private var allDone: Future<Void>?

    fileprivate init(loop: EventLoop, parent: TaskState) {
        self.loop = loop
        self.parent = parent
    }

    /// Runs `operation` as a task of the group, beginning in the next iteration.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where the group has ended or is about to, because
    ///   one of its tasks has failed or it was cancelled.
    @discardableResult
    public func createTask<Value: Sendable>(
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        @_inheritActorContext _ operation: sending @escaping @isolated(any) () async throws -> Value
    ) throws(LoopError) -> LoopTask<Value> {
        try checkOpen()
        return add(loop.createTask(name: name, fileID: fileID, line: line, operation))
    }

    /// Runs `coroutine` as a task of the group, beginning in the next iteration.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where the group has ended or is about to; the
    ///   coroutine is closed then.
    @discardableResult
    public func createTask<Value: Sendable>(
        _ coroutine: Coroutine<Value>,
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(LoopError) -> LoopTask<Value> {
        do {
            try checkOpen()
        } catch {
            coroutine.close()
            throw error
        }
        return add(loop.createTask(coroutine, name: name, fileID: fileID, line: line))
    }

    private func checkOpen() throws(LoopError) {
        if isExiting && tasks.isEmpty { throw .invalidState("the task group is finished") }
        if isAborting { throw .invalidState("the task group is shutting down") }
    }

    private func add<Value>(_ task: LoopTask<Value>) -> LoopTask<Value> {
        tasks.append(task)
        task.addDoneCallback { [self] _ in noteDone(task) }
        return task
    }

    private func abort() {
        isAborting = true
        for task in tasks where !task.isDone { task.cancel() }
    }

    private func noteDone(_ task: any Awaitable) {
        tasks.removeAll { $0 === task }
        if tasks.isEmpty { allDone?.release() }
        guard let error = task.readFailure() else { return }
        errors.append(error)
        guard !isAborting, !hasInterruptedParent else { return }
        abort()
        hasInterruptedParent = true
        parent.interrupt()
    }

    /// The body has ended, with `bodyError` or without: waits for the tasks.
    fileprivate func exit(_ bodyError: (any Error)?) async throws {
        isExiting = true
        var cancellation = bodyError as? CancellationError
        if bodyError != nil, !isAborting { abort() }
        while !tasks.isEmpty {
            let allDone = Future<Void>(on: loop)
            self.allDone = allDone
            do {
                try await allDone.value
            } catch {
                // The parent is cancelled while it waits; perhaps again and again.
                if !isAborting {
                    cancellation = CancellationError()
                    abort()
                }
            }
            self.allDone = nil
        }
        if hasInterruptedParent, parent.takeBackRequest() == 0 { cancellation = nil }
        if let cancellation, errors.isEmpty { throw cancellation }
        if let bodyError, !(bodyError is CancellationError) { errors.append(bodyError) }
        guard !errors.isEmpty else { return }
        if parent.cancelRequests > 0 {
            // Somebody else wants the parent to end: these errors shall not hide that from it.
            _ = parent.takeBackRequest()
            parent.interrupt()
        }
        throw LoopErrorGroup(errors)
    }
}

extension EventLoop {
    /// Runs `body` with a group of tasks, and waits for all tasks that were made in the group.
    ///
    /// ```swift
    /// try await loop.withTaskGroup { group in
    ///     try group.createTask { try await fetch(first) }
    ///     try group.createTask { try await fetch(second) }
    /// }
    /// ```
    ///
    /// - Throws: ``LoopErrorGroup`` with the errors of all tasks that failed, and of `body`;
    ///   `CancellationError` where the caller is cancelled and nothing failed;
    ///   ``LoopError/invalidState(_:)`` outside of a task of the loop, and in a child of one
    ///   (`async let`).
    ///
    /// Source: `asyncio.TaskGroup`, Lib/asyncio/taskgroups.py.
    @discardableResult
    public func withTaskGroup<Value>(
        _ body: (LoopTaskGroup) async throws -> Value
    ) async throws -> Value {
        guard isOnLoop, let parent = TaskScope.currentTask else {
            throw LoopError.invalidState("a task group has to be used in a task of its loop")
        }
        let group = LoopTaskGroup(loop: self, parent: parent)
        let value: Value
        do {
            value = try await body(group)
        } catch {
            try await group.exit(error)
            throw error
        }
        try await group.exit(nil)
        return value
    }
}
