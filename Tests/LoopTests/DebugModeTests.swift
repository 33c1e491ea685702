// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Loop
import LoopSystem
import Testing

/// Keeps what is logged.
final class LogCapture: Sendable {
    private let lines = Locked<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "asyncio") { _ in Handler(capture: self) }
        logger.logLevel = level
        return logger
    }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            capture.lines.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }
}

@Suite struct DebugModeTests {
    private func journal(
        _ level: Logger.Level = .info,
        debug: Bool = true,
        _ body: (EventLoop) throws -> Void
    ) throws -> [String] {
        let capture = LogCapture()
        let loop = try EventLoop(debug: debug, logger: capture.logger(level))
        try body(loop)
        try loop.callSoon { try loop.callSoon { loop.stop() } }
        try loop.runForever()
        return capture.all
    }

    @Test func `a callback that holds the loop is reported with the place that scheduled it`()
        throws
    {
        let lines = try journal { loop in
            loop.slowCallbackDuration = .milliseconds(5)
            try loop.callSoon { usleep(7000) }
        }
        #expect(lines.count == 1)
        let pattern =
            #/warning: Executing <Handle created at LoopTests/DebugModeTests\.swift:\d+> took 0\.\d{3} seconds/#
        #expect(lines[0].prefixMatch(of: pattern) != nil, "\(lines)")
    }

    @Test func `a quick callback is not reported, and none is without debug mode`() throws {
        #expect(try journal { try $0.callSoon {} } == [])
        let lines = try journal(debug: false) { loop in
            loop.slowCallbackDuration = .milliseconds(1)
            try loop.callSoon { usleep(3000) }
        }
        #expect(lines == [])
    }

    @Test func `a wait for descriptors is logged at level debug`() throws {
        let lines = try journal(.debug) { loop in
            try loop.callLater(.milliseconds(3)) {}
            let pipe = try FileDescriptor.pipe()
            unsafe _ = write(pipe.writing.number, "x", 1)
        }
        #expect(lines.isEmpty)  // nothing to wait for: a wait of no length is not logged
        let waited = try journal(.debug) { loop in
            let future = Future<Void>(on: loop)
            try startThread(name: "waker") {
                usleep(2000)
                loop.callSoonThreadsafe { try future.setResult(()) }
            }
            try loop.runUntilComplete(future)
        }
        let pattern = #/debug: poll took \d+\.\d{3} ms: 1 events/#
        #expect(waited.contains { $0.wholeMatch(of: pattern) != nil }, "\(waited)")
    }

    @Test func `a call from the wrong thread is refused in debug mode and says what to use`() throws
    {
        let loop = try EventLoop(debug: true)
        let refused = Locked<[String]>([])
        loop.exceptionHandler = { context in
            refused.withLock { $0.append("\(context.message): \(context.error!)") }
        }
        // Begun by the loop itself: before it runs, no thread is the wrong one.
        try loop.callSoon {
            try startThread(name: "stranger") {
                let attempt = { (call: () throws -> Void) in
                    do { try call() } catch { refused.withLock { $0.append("\(error)") } }
                }
                attempt { try loop.callSoon {} }
                attempt { try loop.callLater(.zero) {} }
                attempt { try loop.callAt(.now) {} }
                attempt { try loop.addReader(0) {} }
                loop.createTask { 1 }
                loop.callSoonThreadsafe { try loop.callSoon { loop.stop() } }
            }
        }
        try loop.runForever()
        let texts = refused.withLock { $0 }
        #expect(texts.count == 5, "\(texts)")
        for (call, text) in zip(
            ["callSoon", "callLater", "callAt", "addReader", "createTask"],
            texts
        ) {
            #expect(text.contains("\(call) was called on thread"))
            #expect(text.contains("Use callSoonThreadsafe"))
        }
    }

    @Test func `without debug mode a call from the wrong thread is led through the inbox`() throws {
        let loop = try EventLoop()
        let ran = Counter()
        try startThread(name: "stranger") {
            _ = try? loop.callSoon { ran.increment() }
            _ = try? loop.callLater(.milliseconds(1)) {
                ran.increment()
                loop.stop()
            }
        }
        try loop.runForever()
        #expect(ran.value == 2)
    }

    @Test func `LOOP_DEBUG=1 in the environment switches debug mode on`() async {
        await #expect(processExitsWith: .success) {
            unsafe setenv("LOOP_DEBUG", "1", 1)
            guard try EventLoop().debug, try !EventLoop(debug: false).debug else { exit(1) }
        }
    }
}
