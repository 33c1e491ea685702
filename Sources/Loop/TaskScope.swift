// SPDX-License-Identifier: Apache-2.0

// Safety (@unchecked Sendable): made and used on the loop's thread; a task-local value has to be
// Sendable, and children of the task that run elsewhere only compare identities.
// Safety (@safe): the Swift task in it is compared and never used, so it may outlive the task.

/// Whose step is under way: known to everything that a task of a loop awaits.
///
/// asyncio's cancellation differs from Swift's: it is an error thrown into the task once, where it
/// waits next, and the task may go on after it. Swift's is a flag that stays. So the loop's waits
/// ask the loop's task, and Swift's flag is for children and for code that knows nothing of loops.
@safe class TaskScope: @unchecked Sendable {
    @TaskLocal static var current: TaskScope?

    /// The Swift task whose waits are the loop task's own. A child task of it (`async let`, a task
    /// group) has the scope too, but is cancelled and waits in Swift's way.
    private var body: UnsafeCurrentTask?

    /// The loop's task that is taking a step in this scope.
    var task: TaskState? { nil }

    /// Makes the calling Swift task the one that the scope is about.
    func enter() { unsafe body = withUnsafeCurrentTask { unsafe $0 } }

    /// Whether the calling Swift task is the one that the scope is about.
    var isCaller: Bool {
        let caller = unsafe withUnsafeCurrentTask { unsafe $0 }
        return unsafe caller == body
    }

    /// The loop's task that the caller's waits belong to; nil outside of one, and in a child.
    static var currentTask: TaskState? {
        guard let scope = current, let task = scope.task else { return nil }
        return scope.isCaller ? task : nil
    }
}

/// What a loop and its futures know of a task, whatever its result.
///
/// Source: `_fut_waiter`, `_must_cancel`, `_num_cancels_requested` of `Task` in
/// Lib/asyncio/tasks.py.
final class TaskState: TaskScope, ListMember, @unchecked Sendable {
    override var task: TaskState? { self }

    /// The task itself, set as it is made; it keeps its state, so it lives as long as somebody asks.
    unowned var owner: (any TaskListMember)!
    /// What the task waits for.
    var waitsFor: (any Awaitable)?
    /// Whether its next wait ends with a cancellation.
    var mustCancel = false
    /// How often it was asked to end, less how often that was taken back.
    var cancelRequests = 0
    /// Keeps the task for as long as it runs.
    var strongOwner: (any TaskListMember)?
    var previousInList: TaskState?
    var nextInList: TaskState?

    /// Throws a cancellation into the task where it waits, or will wait next.
    func interrupt() {
        cancelRequests += 1
        if let waitsFor, waitsFor.cancel() { return }
        mustCancel = true
    }

    /// Takes one request to end back; a cancellation that has not been delivered goes with the last.
    ///
    /// - Returns: how many are left.
    func takeBackRequest() -> Int {
        if cancelRequests > 0 {
            cancelRequests -= 1
            if cancelRequests == 0 { mustCancel = false }
        }
        return cancelRequests
    }

    /// Whether a cancellation is due; it counts as delivered.
    func takeCancellation() -> Bool {
        defer { mustCancel = false }
        return mustCancel
    }
}

/// A future or task, whatever its result.
protocol Awaitable: AnyObject, Sendable {
    var isDone: Bool { get }
    var shown: String { get }
    var place: SourcePlace { get }
    var isCancelled: Bool { get }
    @discardableResult func cancel() -> Bool
    /// Calls `body` once it is done, as a callback of its own.
    @discardableResult func whenDone(_ body: @escaping () -> Void) -> Handle
    @discardableResult func removeDoneCallback(_ handle: Handle) -> Bool
    /// The error that it failed with, which counts as read; nil where it has a result, was
    /// cancelled, or is pending.
    func readFailure() -> (any Error)?
}
