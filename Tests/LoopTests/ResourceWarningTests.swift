// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopSystem
import Testing

/// What is let go open says so in debug mode, with the calls that made it.
@Suite struct ResourceWarningTests {
    @Test func `a loop that is dropped open says who made it`() throws {
        let sink = CapturingSink()
        var loop: EventLoop? = try EventLoop(debug: true)
        let line = #line - 1
        loop?.setDiagnosticSink(sink)
        loop = nil
        #expect(sink.all.map(\.kind) == [.unclosedResource])
        let text = try #require(sink.all.first).text
        #expect(
            text == "unclosed event loop <EventLoop running=false closed=false debug=true>",
            "no loop ran, and the environment asks for no stacks"
        )
        #expect(sink.all[0].place?.line == UInt32(line))
    }

    @Test func `one that was closed, and one without debug mode, say nothing`() throws {
        let sink = CapturingSink()
        for debug in [true, false] {
            let loop = try EventLoop(debug: debug)
            loop.setDiagnosticSink(sink)
            if debug { loop.close() }
        }
        #expect(sink.all.isEmpty)
    }

    @Test func `a listener that is dropped open shows the calls that made it`() throws {
        let sink = CapturingSink()
        let line = #line + 4
        try EventLoop.run(debug: true) { loop in
            loop.setDiagnosticSink(sink)
            let path = "/tmp/loop-unclosed-\(currentThreadID())"
            _ = try Listener(on: loop, at: .unix(path: path)) { _, _ in }
            try await loop.sleep(for: .zero)
        }
        let warning = try #require(sink.all.first { $0.kind == .unclosedResource })
        #expect(warning.text.hasPrefix("unclosed server <Listener at "))
        #expect(warning.text.contains("\nObject allocated at (most recent call last):\n"))
        #expect(warning.creationStack?.frames.last?.line == line)
    }
}
