// SPDX-License-Identifier: Apache-2.0

/// A queue that hands the smallest element out first; of two that are equal, either. On the loop.
///
/// Source: `asyncio.PriorityQueue`, Lib/asyncio/queues.py.
public final class LoopPriorityQueue<Element: Comparable>: LoopQueue<Element>,
    @unchecked Sendable
{
    // Safety (@unchecked Sendable): as its superclass, touched on its loop's thread only.

    /// No element is smaller than its parent, at half its place.
    private var heap: [Element] = []

    /// How many elements are in it.
    public override var count: Int { heap.count }

    override func store(_ element: Element) {
        heap.append(element)
        var place = heap.count - 1
        while place > 0, case let parent = (place - 1) / 2, heap[place] < heap[parent] {
            heap.swapAt(place, parent)
            place = parent
        }
    }

    override func takeNext() -> Element {
        heap.swapAt(0, heap.count - 1)
        let smallest = heap.removeLast()
        var place = 0
        while case let left = 2 * place + 1, left < heap.count {
            let right = left + 1
            let child = right < heap.count && heap[right] < heap[left] ? right : left
            guard heap[child] < heap[place] else { break }
            heap.swapAt(child, place)
            place = child
        }
        return smallest
    }
}
