// SPDX-License-Identifier: Apache-2.0

/// A queue that hands the newest element out first. On the loop.
///
/// Source: `asyncio.LifoQueue`, Lib/asyncio/queues.py.
public final class LoopLifoQueue<Element>: LoopQueue<Element>, @unchecked Sendable {
    // Safety (@unchecked Sendable): as its superclass, touched on its loop's thread only.

    private var stack: [Element] = []

    /// How many elements are in it.
    public override var count: Int { stack.count }

    override func store(_ element: Element) { stack.append(element) }
    override func takeNext() -> Element { stack.removeLast() }
}
