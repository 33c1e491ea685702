// SPDX-License-Identifier: Apache-2.0

/// Hands elements from tasks to tasks, first in, first out. On the loop.
///
/// Source: `asyncio.Queue`, Lib/asyncio/queues.py.
public class LoopQueue<Element>: @unchecked Sendable {
    // Safety (@unchecked Sendable): touched on its loop's thread only, which every method checks.

    private final let loop: EventLoop
    /// How many elements it may hold; nil: any number.
    public final let maxSize: Int?
    /// A place is nil once its element was taken.
    private final var elements: [Element?] = []
    /// Where the first element stands in `elements`.
    private final var head = 0
    private final var getters = WaiterList()
    private final var putters = WaiterList()
    private final var unfinishedCount = 0
    private final let finished: Event
    /// Whether it was shut down.
    public private(set) final var isShutDown = false

    /// A queue of `loop` that is empty.
    ///
    /// - Parameter maxSize: how many elements it may hold; nil, nothing or less: any number.
    public init(on loop: EventLoop, maxSize: Int? = nil) {
        self.loop = loop
        self.maxSize = maxSize.flatMap { $0 > 0 ? $0 : nil }
        finished = Event(on: loop)
        finished.set()
    }

    /// How many elements are in it.
    public var count: Int { elements.count - head }
    /// Whether there is nothing in it.
    public final var isEmpty: Bool { count == 0 }
    /// Whether it holds as much as it may.
    public final var isFull: Bool { maxSize.map { count >= $0 } ?? false }

    /// Adds `element`. Subclasses say where.
    func store(_ element: Element) { elements.append(element) }

    /// Takes the next element. It is not empty.
    func takeNext() -> Element {
        defer {
            head += 1
            // The empty part is dropped when it is the larger one.
            if head * 2 >= elements.count {
                elements.removeFirst(head)
                head = 0
            }
        }
        // Safe to unwrap: the places from `head` on are full.
        return elements[head].take()!
    }

    /// Waits for room, and adds `element`.
    ///
    /// - Throws: ``LoopError/queueShutDown``; `CancellationError` where the caller is cancelled
    ///   meanwhile, and `element` is not in the queue then.
    public final func put(_ element: Element) async throws {
        loop.requireLoop("LoopQueue.put")
        while isFull {
            guard !isShutDown else { throw LoopError.queueShutDown }
            let putter = Future<Void>(on: loop)
            putters.append(putter)
            do {
                try await putter.value
            } catch {
                putter.cancel()
                putters.remove(putter)
                // The room was meant for the caller: the next one has it then.
                if !isFull, !putter.isCancelled { putters.popAndRelease() }
                throw error
            }
        }
        try putNowait(element)
    }

    /// Adds `element`.
    ///
    /// - Throws: ``LoopError/queueFull``, ``LoopError/queueShutDown``.
    public final func putNowait(_ element: Element) throws(LoopError) {
        loop.requireLoop("LoopQueue.putNowait")
        guard !isShutDown else { throw .queueShutDown }
        guard !isFull else { throw .queueFull }
        store(element)
        unfinishedCount += 1
        finished.clear()
        getters.popAndRelease()
    }

    /// Waits for an element, and takes it.
    ///
    /// - Throws: ``LoopError/queueShutDown`` once it is shut down and empty; `CancellationError`
    ///   where the caller is cancelled meanwhile, and no element is lost then.
    public final func get() async throws -> Element {
        loop.requireLoop("LoopQueue.get")
        while isEmpty {
            guard !isShutDown else { throw LoopError.queueShutDown }
            let getter = Future<Void>(on: loop)
            getters.append(getter)
            do {
                try await getter.value
            } catch {
                getter.cancel()
                getters.remove(getter)
                // The element was meant for the caller: the next one has it then.
                if !isEmpty, !getter.isCancelled { getters.popAndRelease() }
                throw error
            }
        }
        return try getNowait()
    }

    /// Takes an element.
    ///
    /// - Throws: ``LoopError/queueEmpty``; ``LoopError/queueShutDown`` once it is shut down and
    ///   empty.
    public final func getNowait() throws(LoopError) -> Element {
        loop.requireLoop("LoopQueue.getNowait")
        guard !isEmpty else { throw isShutDown ? .queueShutDown : .queueEmpty }
        let element = takeNext()
        putters.popAndRelease()
        return element
    }

    /// Says that the work on an element that was taken is done.
    ///
    /// - Throws: ``LoopError/invalidState(_:)`` where it was said for every element already.
    public final func taskDone() throws(LoopError) {
        loop.requireLoop("LoopQueue.taskDone")
        guard unfinishedCount > 0 else {
            throw .invalidState("taskDone() called too many times")
        }
        unfinishedCount -= 1
        if unfinishedCount == 0 { finished.set() }
    }

    /// Waits until the work on every element that was put in is done.
    ///
    /// - Throws: `CancellationError` where the caller is cancelled meanwhile.
    public final func join() async throws {
        if unfinishedCount > 0 { try await finished.wait() }
    }

    /// Takes no more elements; who waits goes on, and gets ``LoopError/queueShutDown`` where it
    /// can't be served any more.
    ///
    /// - Parameter immediate: whether what is in it is dropped, and counts as done.
    public final func shutDown(immediate: Bool = false) {
        loop.requireLoop("LoopQueue.shutDown")
        isShutDown = true
        if immediate {
            while !isEmpty {
                _ = takeNext()
                if unfinishedCount > 0 { unfinishedCount -= 1 }
            }
            if unfinishedCount == 0 { finished.set() }
        }
        while !getters.isEmpty { getters.popAndRelease() }
        while !putters.isEmpty { putters.popAndRelease() }
    }
}
