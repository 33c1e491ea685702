// SPDX-License-Identifier: Apache-2.0

/// A task of a loop, whatever its result.
///
/// Source: `asyncio.Task`, Lib/asyncio/tasks.py.
public protocol AnyLoopTask: AnyObject, Sendable {
    /// The name it was given, or one that the loop made.
    var name: String { get }
    /// Whether it has ended.
    var isDone: Bool { get }
    /// Asks it to end.
    @discardableResult func cancel() -> Bool
}

/// An operation that runs on a loop, and its result.
///
/// Source: `asyncio.Task`, Lib/asyncio/tasks.py.
public final class LoopTask<Value: Sendable>: Future<Value>, AnyLoopTask, TaskListMember,
    @unchecked Sendable
{
    /// The name it was given, or one that the loop made.
    public let name: String
    private var task: Task<Void, Never>?
    var previousInList: (any TaskListMember)?
    var nextInList: (any TaskListMember)?

    init(loop: EventLoop, name: String, fileID: StaticString, line: UInt) {
        self.name = name
        super.init(on: loop, fileID: fileID, line: line)
    }

    override var kind: String { "Task" }
    override var shown: String { "<Task \(stateWord) name='\(name)' created at \(place)>" }

    func start(_ operation: sending @escaping @isolated(any) () async throws -> Value) {
        unsafe loop.core.pointee.tasks.insert(self)
        // Safety: sent here, and called once by the one task made of it.
        nonisolated(unsafe) let operation = operation
        task = Task(executorPreference: loop.taskExecutor) {
            do {
                self.finish(.success(try await unsafe operation()))
            } catch {
                self.finish(.failure(error))
            }
        }
    }

    private func finish(_ result: Result<Value, any Error>) {
        unsafe loop.core.pointee.tasks.remove(self)
        task = nil
        do {
            switch result {
            case .success(let value): try setResult(value)
            case .failure(is CancellationError): super.cancel()
            case .failure(let error): try setException(error)
            }
        } catch {
            fatalError("a task ended twice: \(error)")
        }
    }

    /// Asks the operation to end: what it awaits throws `CancellationError`.
    ///
    /// - Returns: false where it has ended already.
    @discardableResult
    public override func cancel() -> Bool {
        guard !isDone else { return false }
        task?.cancel()
        return true
    }

    func whenDone(_ body: @escaping () -> Void) { addDoneCallback { _ in body() } }
    func reportUnreadError(_ message: String) { tellUnreadError(message) }
}

/// What the list of a loop's tasks needs of a task.
protocol TaskListMember: AnyLoopTask {
    var previousInList: (any TaskListMember)? { get set }
    var nextInList: (any TaskListMember)? { get set }
    func whenDone(_ body: @escaping () -> Void)
    func reportUnreadError(_ message: String)
}

/// The tasks of a loop that have not ended, oldest first. Linked through the tasks themselves, so
/// that a task comes and goes without a search.
struct TaskList {
    private var first: (any TaskListMember)?
    private var last: (any TaskListMember)?
    private var made = 0

    /// A name for a task that was given none.
    mutating func nextName() -> String {
        made += 1
        return "Task-\(made)"
    }

    mutating func insert(_ task: any TaskListMember) {
        if let last {
            last.nextInList = task
            task.previousInList = last
        } else {
            first = task
        }
        last = task
    }

    mutating func remove(_ task: any TaskListMember) {
        let previous = task.previousInList
        let next = task.nextInList
        if let previous { previous.nextInList = next } else { first = next }
        if let next { next.previousInList = previous } else { last = previous }
        task.previousInList = nil
        task.nextInList = nil
    }

    var all: [any TaskListMember] {
        var tasks: [any TaskListMember] = []
        var task = first
        while let current = task {
            tasks.append(current)
            task = current.nextInList
        }
        return tasks
    }
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
        do {
            try checkThread("createTask")
        } catch {
            let task = LoopTask<Value>(
                loop: self,
                name: name ?? "refused",
                fileID: fileID,
                line: line
            )
            task.fail(error)
            return task
        }
        let task = LoopTask<Value>(
            loop: self,
            name: unsafe name ?? core.pointee.tasks.nextName(),
            fileID: fileID,
            line: line
        )
        task.start(operation)
        return task
    }

    /// The tasks that have not ended, oldest first. On the loop.
    public var allTasks: [any AnyLoopTask] { unsafe core.pointee.tasks.all }

    /// Ends the wait of the calling task after `delay`, and lets others run meanwhile.
    ///
    /// Not `Task.sleep`, which comes back through another thread.
    ///
    /// - Throws: `CancellationError` where the task is cancelled meanwhile.
    public func sleep(
        for delay: Duration,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) async throws {
        let done = Future<Void>(on: self, fileID: fileID, line: line)
        let timer = try callLater(delay, fileID: fileID, line: line) {
            if !done.isDone { try done.setResult(()) }
        }
        defer { timer.cancel() }
        try await done.value
    }
}
