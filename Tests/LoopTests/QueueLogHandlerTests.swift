// SPDX-License-Identifier: Apache-2.0

import Logging
import Loop
import LoopSystem
import Testing

@Suite struct QueueLogHandlerTests {
    /// Notes what it is given, with the thread; while `gate` is there each event waits for it.
    private struct Slow: LogHandler {
        let lines: Locked<[String]>
        var gate: ThreadSemaphore?
        var entered: ThreadSemaphore?
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            entered?.signal()
            gate?.wait()
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let words = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.withLock {
                $0.append((["\(event.message)"] + words).joined(separator: " "))
            }
        }
    }

    @Test func `events come in their order, with their metadata, on another thread`() throws {
        let lines = Locked<[String]>([])
        let queue = try QueueLogHandler(Slow(lines: lines))
        var logger = Logger(label: "test") { _ in queue }
        logger.info("first")
        logger[metadataKey: "job"] = "7"
        logger.info("second", metadata: ["n": "1"])
        logger.debug("below the level")
        logger.logLevel = .debug
        logger.debug("third")
        #expect(queue.flush())
        #expect(lines.withLock { $0 } == ["first", "second job=7 n=1", "third job=7"])
        #expect(queue.droppedCount == 0)
    }

    @Test func `what the task provides is taken where it is logged`() throws {
        enum Trace { @TaskLocal static var id = "none" }
        let lines = Locked<[String]>([])
        let provider = Logger.MetadataProvider { ["trace": "\(Trace.id)"] }
        let queue = try QueueLogHandler(Slow(lines: lines, metadataProvider: provider))
        let logger = Logger(label: "test") { _ in queue }
        Trace.$id.withValue("abc") { logger.info("x") }
        queue.flush()
        #expect(lines.withLock { $0 } == ["x trace=abc"])
    }

    @Test func `a handler that blocks holds nobody, and what it misses is counted and told`() throws
    {
        let lines = Locked<[String]>([])
        let gate = ThreadSemaphore()
        let entered = ThreadSemaphore()
        let slow = Slow(lines: lines, gate: gate, entered: entered)
        let queue = try QueueLogHandler(slow, capacity: 3)
        let logger = Logger(label: "test") { _ in queue }
        logger.info("1")
        entered.wait()  // it is stuck in the first, which still counts
        for number in 2...10 { logger.info("\(number)") }
        #expect(queue.droppedCount == 7)
        #expect(!queue.flush(limit: .milliseconds(5)))
        for _ in 0..<5 { gate.signal() }
        #expect(queue.flush())
        #expect(
            lines.withLock { $0 } == [
                "1", "2", "3",
                "log events were dropped: the handler was too slow log.dropped=7 log.queue_max=3",
            ]
        )
        logger.info("11")
        #expect(queue.flush())
        #expect(lines.withLock { $0.last } == "11")
        #expect(queue.droppedCount == 7)
    }

    @Test func `the end of the last copy hands everything over`() throws {
        let lines = Locked<[String]>([])
        do {
            let queue = try QueueLogHandler(Slow(lines: lines))
            let logger = Logger(label: "test") { _ in queue }
            for number in 0..<1000 { logger.info("\(number)") }
        }
        #expect(lines.withLock { $0 } == (0..<1000).map { "\($0)" })
    }
}
