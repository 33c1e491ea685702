// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct ResourceWarningTests {
    /// Keeps what is reported.
    private final class Sink: DiagnosticSink {
        let all = Locked<[Diagnostic]>([])
        func receive(_ diagnostic: Diagnostic) { all.withLock { $0.append(diagnostic) } }
        var warnings: [Diagnostic] { all.withLock { $0.filter { $0.kind == .unclosedResource } } }
    }

    /// What is said to be unclosed once `body` and its loop have ended, without numbers.
    private func unclosed(
        debug: Bool = true,
        _ body: @escaping @Sendable (EventLoop) async throws -> Void
    ) throws -> [String] {
        let sink = Sink()
        try EventLoop.run(debug: debug) { loop in
            loop.setDiagnosticSink(sink)
            try await body(loop)
        }
        for warning in sink.warnings {
            #expect(
                warning.place?.description.hasPrefix("LoopTests/ResourceWarningTests.swift:")
                    == true
            )
            guard case .warning("ResourceWarning") = warning.channel else {
                Issue.record("not a ResourceWarning")
                continue
            }
        }
        return sink.warnings.map { $0.message.replacing(#/[0-9]+/#, with: "N") }.sorted()
    }

    @Test func `a stream that is dropped open says so, and to whom it was connected`() throws {
        let warnings = try unclosed { loop in
            let server = try await loop.startServer(host: "127.0.0.1", port: 0) { _, writer in
                writer.close()
            }
            let port = server.addresses[0].port!
            let (reader, _) = try await loop.openConnection(host: "127.0.0.1", port: port)
            _ = try await reader.readToEnd()
            server.close()
        }
        #expect(warnings == ["unclosed transport <StreamTransport fd=N connected to N.N.N.N:N>"])
    }

    @Test func `a pipe that a task waited for to the loop's end says so`() throws {
        let warnings = try unclosed { loop in
            let (near, far) = try Socket.pair().split { ($0.release(), $1.release()) }
            let writer = try loop.connectWritePipe(FileDescriptor(owning: near))
            writer.write([UInt8](repeating: 1, count: 1 << 22))
            #expect(isWatched(near))
            _ = far
        }
        #expect(warnings == ["unclosed transport <StreamTransport fd=N>"])
    }

    @Test func `a listener and a server that are left open say so when the loop closes`() throws {
        let warnings = try unclosed { loop in
            _ = try Listener(on: loop, at: .loopback(port: 0)) { _, _ in }
            _ = try await loop.startServer(host: "127.0.0.1", port: 0) { _, _ in }
        }
        #expect(
            warnings == [
                "unclosed server <Listener at N.N.N.N:N>",
                "unclosed server <Listener at N.N.N.N:N>",
            ]
        )
    }

    @Test func `a connection, a datagram endpoint and a child say so`() throws {
        let warnings = try unclosed { loop in
            let ends = try pipeEnds()
            _ = try Connection(on: loop, FileDescriptor(owning: ends.reading))
            close(ends.writing)
            _ = try loop.createDatagramEndpoint(local: .loopback(port: 0))
            _ = try Subprocess.exec("sleep", ["100"], on: loop, stdin: .pipe, stdout: .pipe)
        }
        #expect(
            warnings == [
                "unclosed connection <Connection fd=N>",
                "unclosed transport <DatagramEndpoint fd=N>",
                "unclosed transport <Subprocess pid=N running>",
            ]
        )
    }

    @Test func `nothing is said of what was closed, nor outside debug mode`() throws {
        let closed = try unclosed { loop in
            let server = try await loop.startServer(host: "127.0.0.1", port: 0) { _, writer in
                writer.close()
            }
            let port = server.addresses[0].port!
            let (_, writer) = try await loop.openConnection(host: "127.0.0.1", port: port)
            writer.close()
            server.close()
            try await server.waitClosed()
            let child = try Subprocess.exec("true", on: loop, stdin: .pipe, stdout: .pipe)
            _ = try await child.wait()
            let endpoint = try loop.createDatagramEndpoint(local: .loopback(port: 0))
            endpoint.close()
        }
        #expect(closed == [])
        let silent = try unclosed(debug: false) { loop in
            _ = try loop.createDatagramEndpoint(local: .loopback(port: 0))
        }
        #expect(silent == [])
    }

    @Test(arguments: [true, false])
    func `an executor whose threads were not ended says so on stderr`(isClosed: Bool) async throws {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) { [isClosed] in
            setenv("LOOP_DEBUG", "1", 1)
            func use() throws {
                let began = ThreadSemaphore()
                let pool = ThreadPoolExecutor(name: "pool", threads: 1)
                try pool.submit { began.signal() }
                let isolated = IsolatedExecutor(name: "own", threads: 1) { 0 }
                began.wait()
                try EventLoop.run(debug: false) { loop in
                    try await isolated.run(on: loop) { _ in }
                }
                if isClosed {
                    pool.shutDown()
                    isolated.shutDown()
                }
            }
            try use()
        }
        let errors = text(result?.standardErrorContent ?? [])
        for executor in ["ThreadPoolExecutor name='pool'", "IsolatedExecutor name='own'"] {
            #expect(
                errors.contains("ResourceWarning: unclosed executor <\(executor)>") != isClosed,
                "\(errors)"
            )
        }
    }
}
