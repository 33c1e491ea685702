// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

private struct Oops: Error {}

/// Keeps the diagnostics of a loop.
final class CapturingSink: DiagnosticSink {
    private let received = Locked<[Diagnostic]>([])
    var all: [Diagnostic] { received.withLock { $0 } }
    func receive(_ diagnostic: Diagnostic) { received.withLock { $0.append(diagnostic) } }
}

@Suite struct CoroutineTests {
    private func forgotten() -> Coroutine<Int> { Coroutine { 1 } }

    @Test func `a coroutine that nobody awaits says so when it is dropped`() throws {
        let sink = CapturingSink()
        try EventLoop.run { loop in
            loop.setDiagnosticSink(sink)
            _ = forgotten()
        }
        #expect(sink.all.count == 1)
        #expect(sink.all[0].kind == .coroutineNeverAwaited)
        #expect(sink.all[0].text == "coroutine 'forgotten()' was never awaited")
        #expect(sink.all[0].creationStack == nil)
    }

    @Test func `in debug mode it says who called the function that made it`() throws {
        let sink = CapturingSink()
        let line = #line + 3
        try EventLoop.run(debug: true) { loop in
            loop.setDiagnosticSink(sink)
            _ = forgotten()
        }
        let frames = try #require(sink.all.first?.creationStack).frames
        #expect(frames.last?.function == "CoroutineTests.forgotten()")
        // The optimiser may have made the call part of the closure's caller.
        #if DEBUG
        #expect(frames.dropLast().last?.line == line)
        #endif
        #expect(
            sink.all[0].text.hasPrefix(
                """
                coroutine 'forgotten()' was never awaited
                Coroutine created at (most recent call last)
                  File "
                """
            ),
            "\(sink.all[0].text)"
        )
    }

    @Test func `one that is awaited, made a task of, or closed says nothing`() throws {
        let sink = CapturingSink()
        try EventLoop.run { loop in
            loop.setDiagnosticSink(sink)
            let first = try await forgotten().value
            let second = try await loop.createTask(forgotten()).value
            #expect(first == 1 && second == 1)
            forgotten().close()
        }
        #expect(sink.all.isEmpty)
    }

    @Test func `a second await is refused`() throws {
        try EventLoop.run { loop in
            let coroutine = forgotten()
            _ = try await coroutine.value
            await #expect(throws: LoopError.coroutineReused("forgotten()")) {
                try await coroutine.value
            }
        }
    }

    @Test func `a task that catches its cancellation goes on and waits as before`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            let task = loop.createTask {
                do {
                    try await loop.sleep(for: .seconds(3600))
                } catch {
                    journal.note("caught")
                }
                try await loop.sleep(for: .milliseconds(1))
                journal.note("slept")
            }
            try await loop.sleep(for: .zero)
            task.cancel()
            try await task.value
        }
        #expect(journal.entries == ["caught", "slept"])
    }

    @Test func `what blocks the loop is named while it blocks`() throws {
        let sink = CapturingSink()
        let line = #line + 1
        func block() { usleep(300_000); usleep(300_000) }
        try EventLoop.run(debug: true) { loop in
            loop.setDiagnosticSink(sink)
            try loop.callSoon { block() }
            try await loop.sleep(for: .milliseconds(1))
        }
        let slow = try #require(sink.all.first { $0.kind == .slowCallback })
        let frames = try #require(slow.blockingStack).frames
        #expect(
            frames.contains { $0.function.hasPrefix("block") && $0.line == line },
            "\(slow.text)"
        )
    }

    @Test func `an error that nobody reads names who made the task`() throws {
        let sink = CapturingSink()
        try EventLoop.run(debug: true) { loop in
            loop.setDiagnosticSink(sink)
            loop.createTask(name: "bug") { throw Oops() }
            try await loop.sleep(for: .milliseconds(2))
        }
        let lost = sink.all.filter { $0.kind == .exceptionNeverRetrieved }
        #expect(lost.count == 1)
        let text = try #require(lost.first).text
        let end =
            #/line \d+, in closure #1 in CoroutineTests.*\n    loop\.createTask\(name: "bug"\) \{ throw Oops\(\) \}\nOops\(\)$/#
        #expect(text.contains("\nsource_traceback: Object created at (most recent call last):\n"))
        #expect(text.firstMatch(of: end) != nil, "\(text)")
    }
}
