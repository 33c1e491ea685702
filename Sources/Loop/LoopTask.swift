// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A task of a loop, whatever its result.
///
/// Source: `asyncio.Task`, Lib/asyncio/tasks.py.
public protocol AnyLoopTask: AnyObject, Sendable, CustomStringConvertible {
    /// The name it was given, or one that the loop made.
    var name: String { get }
    /// Whether it has ended.
    var isDone: Bool { get }
    /// Whether it ended by a cancellation.
    var isCancelled: Bool { get }
    /// Who made it.
    var place: SourcePlace { get }
    /// The calls that made it; in debug mode.
    var creationStack: CallStack? { get }
    /// Asks it to end.
    @discardableResult func cancel() -> Bool
    /// How often it was asked to end, less how often that was taken back.
    var cancelling: Int { get }
    /// Takes one request to end back.
    @discardableResult func uncancel() -> Int
}

/// An operation that runs on a loop, and its result.
///
/// Cancelling is asyncio's: ``cancel()`` throws `CancellationError` into the operation where it
/// waits, once. An operation that catches it goes on, and its next wait is a wait like any other.
/// Swift's own `Task.isCancelled` is set as well, so that code which knows nothing of loops ends
/// too, and it stays set: Swift has no way to take that back.
///
/// Source: `asyncio.Task`, Lib/asyncio/tasks.py.
public final class LoopTask<Value: Sendable>: Future<Value>, TaskListMember,
    @unchecked Sendable
{
    private let taskName: TaskName
    private var task: Task<Void, Never>?
    private let coroutineName: String?
    let taskState = TaskState()

    init(
        loop: EventLoop,
        name: TaskName,
        coroutineName: String? = nil,
        fileID: StaticString,
        line: UInt
    ) {
        taskName = name
        self.coroutineName = coroutineName
        super.init(on: loop, fileID: fileID, line: line)
        taskState.owner = self
    }

    /// The name it was given, or one that the loop made.
    public var name: String {
        switch taskName {
        case .given(let name): name
        case .numbered(let number): "Task-\(number)"
        }
    }

    override var kind: String { "Task" }
    override var details: String {
        " name='\(name)'" + (coroutineName.map { " coro=<\($0)>" } ?? "")
    }

    /// As asyncio shows a task: its state, its name, who made it.
    public var description: String { shown }

    /// - Parameter beginsCancelled: whether the operation begins even where the task was cancelled
    ///   before that. It asks for the cancellation itself then.
    func start(
        beginsCancelled: Bool = false,
        _ operation: sending @escaping @isolated(any) () async throws -> Value
    ) {
        unsafe loop.core.pointee.tasks.insert(taskState, self)
        // Safety: sent here, and called once by the one task made of it.
        nonisolated(unsafe) let operation = operation
        task = Task(executorPreference: loop.taskExecutor) {
            await TaskScope.$current.withValue(self.taskState) {
                self.taskState.enter()
                self.loop.noteStep(of: self.taskState)
                if !beginsCancelled, self.taskState.takeCancellation() {
                    self.finish(.failure(CancellationError()))
                    return
                }
                do {
                    self.finish(.success(try await unsafe operation()))
                } catch {
                    self.finish(.failure(error))
                }
            }
        }
    }

    private func finish(_ result: Result<Value, any Error>) {
        guard loop.isOnLoop else {
            // An operation that is isolated to another actor ends there.
            loop.callSoonThreadsafe { self.finish(result) }
            return
        }
        unsafe loop.core.pointee.tasks.remove(taskState)
        task = nil
        do {
            switch result {
            // Cancelled right before it ended.
            case .success where taskState.takeCancellation(): super.cancel()
            case .success(let value): try setResult(value)
            case .failure(is CancellationError): super.cancel()
            case .failure(let error): try setException(error)
            }
        } catch {
            fatalError("a task ended twice: \(error)")
        }
    }

    /// Asks the operation to end: what it waits for now, or next, throws `CancellationError`. One
    /// that has not begun never will.
    ///
    /// - Returns: false where it has ended already.
    @discardableResult
    public override func cancel() -> Bool {
        loop.requireLoop("LoopTask.cancel")
        guard !isDone else { return false }
        taskState.interrupt()
        task?.cancel()
        return true
    }

    /// How often it was asked to end, less how often that was taken back with ``uncancel()``.
    public var cancelling: Int { taskState.cancelRequests }

    /// Takes one request to end back: for who asked, and then caught the error, as a time-out does.
    ///
    /// - Returns: how many are left.
    @discardableResult
    public func uncancel() -> Int { taskState.takeBackRequest() }

    func reportUnreadError(_ message: String) { tellUnreadError(message, as: "task") }
}

/// The name of a task. One that the loop makes becomes text where somebody asks for it.
enum TaskName {
    case given(String)
    case numbered(Int)

    /// A name for a task that was given none. The process counts, as CPython does. Any thread.
    static func next() -> TaskName {
        .numbered(made.add(1, ordering: .relaxed).newValue)
    }

    private static let made = Atomic(0)
}

/// What the list of a loop's tasks needs of a task.
protocol TaskListMember: AnyLoopTask, Awaitable {
    var taskState: TaskState { get }
    func reportUnreadError(_ message: String)
}

/// The tasks of a loop that have not ended, oldest first. It keeps them alive.
struct TaskList {
    private var states = MemberList<TaskState>()

    /// Adds the state of `owner`, which lives until it is removed.
    mutating func insert(_ task: TaskState, _ owner: any TaskListMember) {
        task.strongOwner = owner
        states.append(task)
    }

    mutating func remove(_ task: TaskState) {
        states.remove(task)
        task.strongOwner = nil
    }

    var all: [any TaskListMember] { states.all.map(\.owner) }
}

extension EventLoop {
    /// Runs `operation` on the loop, beginning in the next iteration.
    ///
    /// The operation keeps the isolation of the place where it is written. Await the task, or its
    /// error is reported when the last reference to it goes.
    ///
    /// In debug mode a call from another thread gives a task that has failed with
    /// ``LoopError/wrongThread(call:loopThread:callingThread:)``; use `callSoonThreadsafe`.
    @discardableResult
    public func createTask<Value: Sendable>(
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        @_inheritActorContext _ operation: sending @escaping @isolated(any) () async throws -> Value
    ) -> LoopTask<Value> {
        makeTask(name, coroutineName: nil, fileID, line, operation)
    }

    /// Runs `coroutine` on the loop, beginning in the next iteration.
    ///
    /// A coroutine that was awaited already, or made a task of, gives a task that has failed with
    /// ``LoopError/coroutineReused(_:)``.
    @discardableResult
    public func createTask<Value: Sendable>(
        _ coroutine: Coroutine<Value>,
        name: String? = nil,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> LoopTask<Value> {
        makeTask(name, coroutineName: coroutine.name, fileID, line) {
            try await coroutine.value
        }
    }

    private func makeTask<Value: Sendable>(
        _ name: String?,
        coroutineName: String?,
        _ fileID: StaticString,
        _ line: UInt,
        _ operation: sending @escaping @isolated(any) () async throws -> Value
    ) -> LoopTask<Value> {
        do {
            try checkThread("createTask")
        } catch {
            let task = LoopTask<Value>(
                loop: self,
                name: .given(name ?? "refused"),
                fileID: fileID,
                line: line
            )
            task.fail(error)
            return task
        }
        let task = LoopTask<Value>(
            loop: self,
            name: name.map(TaskName.given) ?? .next(),
            coroutineName: coroutineName,
            fileID: fileID,
            line: line
        )
        if isOnLoop {
            task.start(operation)
        } else {
            // Safety: sent here, and called once by the one task made of it.
            nonisolated(unsafe) let operation = operation
            callSoonThreadsafe { unsafe task.start(operation) }
        }
        return task
    }

    /// The tasks that have not ended, oldest first. On the loop.
    public var allTasks: [any AnyLoopTask] { unsafe core.pointee.tasks.all }

    /// The task whose step is under way; nil in a callback, and outside of the loop.
    ///
    /// Source: `asyncio.current_task`.
    public var currentTask: (any AnyLoopTask)? { TaskScope.current?.task?.owner }

    /// Ends the wait of the calling task after `delay`, and lets others run meanwhile. A delay of
    /// nothing or less lets each of the others take one turn.
    ///
    /// Not `Task.sleep`, which comes back through another thread.
    ///
    /// - Throws: `CancellationError` where the task is cancelled meanwhile.
    ///
    /// Source: `asyncio.sleep`.
    public func sleep(
        for delay: Duration,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) async throws {
        guard delay > .zero else { return try await takeTurn() }
        let done = Future<Void>(on: self, fileID: fileID, line: line)
        let timer = try callLater(delay, fileID: fileID, line: line) {
            if !done.isDone { try done.setResult(()) }
        }
        defer { timer.cancel() }
        try await done.value
    }

    /// Goes on in the next iteration.
    private func takeTurn() async throws {
        guard isOnLoop else { return await Task.yield() }
        let task = TaskScope.currentTask
        unsafe await withUnsafeContinuation { unsafe enqueue(.resume($0)) }
        guard let task else { return try Task.checkCancellation() }
        noteStep(of: task)
        if task.takeCancellation() { throw CancellationError() }
    }

    /// Debug mode's reports of slow steps say whose step it was.
    func noteStep(of task: TaskState) {
        unsafe core.pointee.monitor?.stepTask = task.owner
    }
}
