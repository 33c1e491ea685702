// SPDX-License-Identifier: Apache-2.0

/// A semaphore that refuses to let in more than it was made for. On the loop.
///
/// Source: `asyncio.BoundedSemaphore`, Lib/asyncio/locks.py.
public final class BoundedSemaphore: Semaphore, @unchecked Sendable {
    // Safety (@unchecked Sendable): as its superclass, touched on its loop's thread only.

    private let valueMax: Int

    /// A semaphore of `loop` that lets `value` tasks in and never more.
    ///
    /// - Precondition: `value` is not negative.
    public override init(_ value: Int = 1, on loop: EventLoop) {
        valueMax = value
        super.init(value, on: loop)
    }

    /// Lets one more in.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where as many may get in as at the beginning.
    public override func release() throws(LoopError) {
        guard value < valueMax else {
            throw .invalidState("BoundedSemaphore released too many times")
        }
        try super.release()
    }
}
