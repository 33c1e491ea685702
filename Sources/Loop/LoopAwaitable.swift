// SPDX-License-Identifier: Apache-2.0

/// What the loop can wait for: a ``Future``, a ``LoopTask``, or a ``Coroutine``.
///
/// Source: "Awaitables" in CPython's Doc/library/asyncio-task.rst.
public protocol LoopAwaitable<Value>: AnyObject, Sendable {
    /// What waiting for it gives.
    associatedtype Value: Sendable

    /// Waits for the result. A coroutine runs in the caller's task.
    ///
    /// - Throws: what the operation fails with, or `CancellationError`.
    var value: Value { get async throws }

    /// The future itself; for a coroutine a new task of `loop` that runs it. On the loop.
    ///
    /// Source: `asyncio.ensure_future`.
    func future(on loop: EventLoop, fileID: StaticString, line: UInt) -> Future<Value>
}

extension Future: LoopAwaitable {
    /// The future itself, which has to be one of `loop`: one of another loop stops the process.
    public final func future(
        on loop: EventLoop,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Future<Value> {
        guard loop === self.loop else { fatalError("\(shown) belongs to another event loop") }
        return self
    }
}

extension Coroutine: LoopAwaitable {
    /// A new task of `loop` that runs it.
    public func future(
        on loop: EventLoop,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Future<Value> {
        loop.createTask(self, fileID: fileID, line: line)
    }
}
