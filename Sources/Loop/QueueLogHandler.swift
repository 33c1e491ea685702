// SPDX-License-Identifier: Apache-2.0

public import Logging
public import LoopSystem

/// Has another log handler do its work on a thread of its own, so that a slow disk or network never
/// holds the loop.
///
/// What is logged goes into a queue of limited length. Where that is full the event is dropped and
/// counted, and once there is room the handler is told how many were lost. Everything that is in
/// the queue is handed over before the last copy of the handler is gone, at most for
/// ``flushLimit``.
///
/// ```swift
/// LoggingSystem.bootstrap { QueueLogHandler(FileLogHandler(label: $0)) }
/// ```
///
/// Source: "Logging" in CPython's Doc/library/asyncio-dev.rst; `logging.handlers.QueueHandler`.
public struct QueueLogHandler: LogHandler {
    /// How many events wait at most where nothing else is said: a few megabytes, and more than a
    /// burst of an ordinary program.
    public static let capacityDefault = 8192
    /// How long the end of the last copy waits for the handler behind it.
    public static let flushLimit: Duration = .seconds(5)

    private let queue: LogQueue
    /// Each copy has its own, as swift-log wants it; an event brings the one it is for along.
    private var handler: any LogHandler

    /// Hands what it is given to `handler`, one after the other, on another thread.
    ///
    /// - Throws: `SystemError` where no thread can be made.
    public init(
        _ handler: any LogHandler,
        capacity: Int = QueueLogHandler.capacityDefault
    ) throws(SystemError) {
        precondition(capacity > 0, "a queue has room for at least one event")
        self.handler = handler
        queue = try LogQueue(capacity: capacity)
    }

    /// How many events were dropped because the queue was full. Any thread.
    public var droppedCount: Int { queue.droppedCount }

    /// Waits until everything that was logged before has been handed over. Blocks: not on a loop.
    ///
    /// - Returns: false where `limit` passed before that.
    @discardableResult
    public func flush(limit: Duration = QueueLogHandler.flushLimit) -> Bool {
        queue.flush(limit: limit)
    }

    /// Queues `event`. Any thread; never waits.
    public func log(event: LogEvent) {
        var event = event
        // Here and not on the other thread, where the task's own values are not known.
        if let provided = handler.metadataProvider?.get(), !provided.isEmpty {
            event.metadata = provided.merging(event.metadata ?? [:]) { _, given in given }
        }
        queue.add(event, handler)
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    public var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    public var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    public var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }
}

/// The queue as its users hold it: when the last of them goes, it ends the thread.
private final class LogQueue: Sendable {
    private let core: LogQueueCore

    init(capacity: Int) throws(SystemError) {
        let core = LogQueueCore(capacity: capacity)
        try startThread(name: "log-queue") { core.runThread() }
        self.core = core
    }

    deinit {
        core.end()
        core.flush(limit: QueueLogHandler.flushLimit)
    }

    var droppedCount: Int { core.droppedCount }
    func add(_ event: LogEvent, _ handler: any LogHandler) { core.add(event, handler) }
    func flush(limit: Duration) -> Bool { core.flush(limit: limit) }
}

/// The queue as its thread holds it too.
private final class LogQueueCore: Sendable {
    private enum Entry {
        case event(LogEvent, any LogHandler)
        /// So many events were lost here.
        case dropped(Int, any LogHandler)
        case flush(ThreadSemaphore)
        case end
    }

    private struct State {
        var entries: [Entry] = []
        var eventCount = 0
        var droppedCount = 0
        /// What was lost since the last entry, and whose it was.
        var untold: (count: Int, handler: any LogHandler)?
        /// Whether the thread has ended; nothing more will be taken out.
        var hasEnded = false

        mutating func append(_ entry: Entry) -> Bool {
            let isFirst = entries.isEmpty
            if let untold { entries.append(.dropped(untold.count, untold.handler)) }
            untold = nil
            entries.append(entry)
            return isFirst
        }
    }

    private let capacity: Int
    // One of the few locks that the project allows: held for the length of an append.
    private let state = Locked(State())
    private let available = ThreadSemaphore()

    init(capacity: Int) { self.capacity = capacity }

    var droppedCount: Int { state.withLock { $0.droppedCount } }

    func add(_ event: LogEvent, _ handler: any LogHandler) {
        let isFirst = state.withLock { state in
            guard state.eventCount < capacity else {
                state.droppedCount += 1
                state.untold = ((state.untold?.count ?? 0) + 1, handler)
                return false
            }
            state.eventCount += 1
            return state.append(.event(event, handler))
        }
        if isFirst { available.signal() }
    }

    func end() { add(.end) }

    @discardableResult
    func flush(limit: Duration) -> Bool {
        let done = ThreadSemaphore()
        add(.flush(done))
        return done.wait(until: .now.advanced(by: limit))
    }

    private func add(_ entry: Entry) {
        let (isFirst, hasEnded) = state.withLock { state in
            guard !state.hasEnded else { return (false, true) }
            return (state.append(entry), false)
        }
        if isFirst { available.signal() }
        if hasEnded, case .flush(let done) = entry { done.signal() }
    }

    func runThread() {
        while true {
            available.wait()
            var entries: [Entry] = []
            // Taken out all at once, one lock for all of them. They count as queued until they are
            // handed over: a handler that is stuck does not double the limit.
            state.withLock { swap(&$0.entries, &entries) }
            var hasEnded = false
            for entry in entries {
                switch entry {
                case .event(let event, let handler):
                    handler.log(event: event)
                    state.withLock { $0.eventCount -= 1 }
                case .dropped(let count, let handler): tellDropped(count, handler)
                case .flush(let done): done.signal()
                case .end: hasEnded = true
                }
            }
            guard !hasEnded else {
                finish()
                return
            }
            // Nobody may log for a long time now.
            let untold = state.withLock { state in
                state.entries.isEmpty ? state.untold.take() : nil
            }
            if let untold { tellDropped(untold.count, untold.handler) }
        }
    }

    /// Those who came after the end was wanted wait for nothing.
    private func finish() {
        let left = state.withLock { state in
            state.hasEnded = true
            defer { state.entries = [] }
            return state.entries
        }
        for case .flush(let done) in left { done.signal() }
    }

    private func tellDropped(_ count: Int, _ handler: any LogHandler) {
        handler.log(
            event: LogEvent(
                level: .warning,
                message: "log events were dropped: the handler was too slow",
                metadata: ["log.dropped": "\(count)", "log.queue_max": "\(capacity)"],
                source: "Loop",
                file: #fileID,
                function: #function,
                line: #line
            )
        )
    }
}
