// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

private struct Oops: Error {}

@Suite struct StreamServerTests {
    private let echo: StreamServer.ConnectionHandler = { reader, writer in
        while true {
            let bytes = try await reader.read(upTo: 4096)
            if bytes.isEmpty { break }
            writer.write(bytes)
            try await writer.drain()
        }
        writer.close()
        try await writer.waitClosed()
    }

    @Test func `a client and a server talk over a host and a port`() throws {
        try EventLoop.run { loop in
            let server = try await loop.startServer(host: "127.0.0.1", port: 0, echo)
            let port = try #require(server.addresses.first?.port)
            let (reader, writer) = try await loop.openConnection(host: "localhost", port: port)
            #expect(writer.peerAddress?.port == port)
            writer.writeLines([bytes("one\n"), bytes("two\n")])
            #expect(text(try await reader.readLine()) == "one\n")
            #expect(text(try await reader.readLine()) == "two\n")
            writer.writeEOF()
            #expect(try await reader.readToEnd() == [])
            writer.close()
            #expect(writer.isClosing)
            try await writer.waitClosed()
            server.close()
            try await server.waitClosed()
            #expect(!server.isServing)
        }
    }

    @Test func `a client and a server talk over a unix socket`() throws {
        let path = socketPath("stream")
        try EventLoop.run { loop in
            let server = try await loop.startUnixServer(path: path, echo)
            let (reader, writer) = try await loop.openUnixConnection(path: path)
            writer.write(bytes("hello"))
            writer.writeEOF()
            #expect(text(try await reader.readToEnd()) == "hello")
            writer.close()
            server.close()
            try await server.waitClosed()
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test func `a server without a host is reached by IPv4 and by IPv6`() throws {
        try EventLoop.run { loop in
            let server = try await loop.startServer(host: nil, port: 0, echo)
            #expect(server.addresses.count == 2)
            for address in server.addresses {
                let host = if case .ipv4 = address { "127.0.0.1" } else { "::1" }
                let (reader, writer) = try await loop.openConnection(
                    host: host,
                    port: try #require(address.port)
                )
                writer.write(bytes("x\n"))
                #expect(text(try await reader.readLine()) == "x\n")
                writer.close()
            }
            server.close()
            try await server.waitClosed()
        }
    }

    @Test func `what is written is kept until the receiver takes it, and a drain waits for that`()
        throws
    {
        try EventLoop.run { loop in
            let gate = Future<Void>(on: loop)
            let server = try await loop.startServer(host: "127.0.0.1", port: 0) { reader, writer in
                try await gate.value
                let count = try await reader.readToEnd().count
                writer.write(bytes("\(count)\n"))
                writer.close()
            }
            let (reader, writer) = try await loop.openConnection(
                host: "127.0.0.1",
                port: try #require(server.addresses[0].port)
            )
            writer.write([1])
            try await writer.drain()  // below the high-water mark: no wait
            let size = 32 << 20  // more than both sockets' buffers hold
            writer.write([UInt8](repeating: 7, count: size))
            #expect(writer.writeBufferCount > StreamWriter.highWaterDefault)
            let descriptor = try #require(writer.descriptorNumber)
            let cancelled = loop.createTask { try await writer.drain() }
            let drained = loop.createTask { try await writer.drain() }
            for _ in 0..<5 { try await loop.sleep(for: .zero) }
            #expect(!drained.isDone)
            #expect(isWatched(descriptor))
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            try gate.setResult(())
            try await drained.value
            #expect(writer.writeBufferCount <= StreamWriter.highWaterDefault / 4)
            writer.writeEOF()
            #expect(text(try await reader.readLine()) == "\(size + 1)\n")
            #expect(!isWatched(descriptor))
            writer.close()
            server.close()
            try await server.waitClosed()
        }
    }

    @Test func `the water marks can be set`() throws {
        try EventLoop.run { loop in
            let ends = try pipeEnds()
            let writer = try loop.connectWritePipe(FileDescriptor(owning: ends.writing))
            writer.setWriteBufferLimits(high: 10)
            writer.write([UInt8](repeating: 1, count: 65_536))  // fills the pipe
            writer.write([UInt8](repeating: 1, count: 11))
            try await expectCancellable(on: loop) { try await writer.drain() }
            writer.setWriteBufferLimits(high: 11, low: 11)
            try await writer.drain()
            writer.abort()
            #expect(writer.writeBufferCount == 0)
            close(ends.reading)
        }
    }

    @Test func `closing lets out what was written first`() throws {
        try EventLoop.run { loop in
            let ends = try pipeEnds()
            let writer = try loop.connectWritePipe(FileDescriptor(owning: ends.writing))
            let reader = try loop.connectReadPipe(FileDescriptor(owning: ends.reading))
            writer.write([UInt8](repeating: 1, count: 1 << 20))
            writer.close()
            try await expectCancellable(on: loop) { try await writer.waitClosed() }
            #expect(try await reader.readToEnd().count == 1 << 20)
            try await writer.waitClosed()
        }
    }

    @Test func `a receiver that is gone is told by the next drain`() throws {
        try EventLoop.run { loop in
            let ends = try pipeEnds()
            let writer = try loop.connectWritePipe(FileDescriptor(owning: ends.writing))
            close(ends.reading)
            writer.write([1])
            let error = await #expect(throws: LoopError.self) { try await writer.drain() }
            guard case .system(let reason) = error else { return }
            #expect(reason.code == EPIPE)
            writer.write([1])  // dropped
            #expect(writer.isClosing && writer.writeBufferCount == 0)
            await #expect(throws: LoopError.self) { try await writer.waitClosed() }
        }
    }

    @Test func `a write after the end was written is refused`() throws {
        try EventLoop.run { loop in
            let (_, writer) = try await connected(loop)
            writer.writeEOF()
            writer.write([1])
            await #expect(throws: StreamError.writeAfterEOF) { try await writer.drain() }
            writer.close()
        }
    }

    @Test func `a connection that nobody takes fails with the reason`() throws {
        try EventLoop.run { loop in
            // Bound without listening: nobody else gets the port meanwhile.
            let silent = FileDescriptor(owning: socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(silent.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(bound == 0)
            let port = try #require(Socket.localAddress(silent.number)?.port)
            let error = await #expect(throws: LoopError.self) {
                _ = try await loop.openConnection(host: "127.0.0.1", port: port)
            }
            guard case .system(let reason) = error else { return }
            #expect(reason.code == ECONNREFUSED)
            _ = silent.number
        }
    }

    @Test func `an attempt to connect that is cancelled leaves nothing watched`() throws {
        try EventLoop.run { loop in
            // A listener whose queue is full: the next connection hangs.
            let listener = try Socket.listen(at: .loopback(port: 0))
            listen(listener.number, 0)
            let port = try #require(Socket.localAddress(listener.number)?.port)
            let task = loop.createTask {
                var writers: [StreamWriter] = []
                defer { for writer in writers { writer.abort() } }
                while true {
                    writers.append(
                        try await loop.openConnection(host: "127.0.0.1", port: port).writer
                    )
                }
            }
            while connectingDescriptor() == nil { try await loop.sleep(for: .milliseconds(1)) }
            let hanging = try #require(connectingDescriptor())
            #expect(isWatched(hanging))
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(connectingDescriptor() == nil)
            // Whoever gets the number next is not taken for it.
            let next = fcntl(listener.number, F_DUPFD_CLOEXEC, hanging)
            try loop.addReader(next) {}
            #expect(loop.removeReader(next))
            close(next)
            _ = listener.number
        }
    }

    @Test func `the error of a connection's task is told and the connection closed`() throws {
        let journal = Journal()
        try EventLoop.run { loop in
            loop.exceptionHandler = { journal.note("\($0.message): \(type(of: $0.error!))") }
            let server = try await loop.startServer(host: "127.0.0.1", port: 0) { _, _ in
                throw Oops()
            }
            let (reader, writer) = try await loop.openConnection(
                host: "127.0.0.1",
                port: try #require(server.addresses[0].port)
            )
            #expect(try await reader.readToEnd() == [])
            writer.close()
            server.close()
            try await server.waitClosed()
        }
        #expect(journal.entries == ["Unhandled exception in client_connected_cb: Oops"])
    }

    @Test func `a server waits for its connections, and can close or abort them`() throws {
        try EventLoop.run { loop in
            for isAborted in [false, true] {
                let (server, writer) = try await connected(loop)
                server.close()
                let waiting = loop.createTask { try await server.waitClosed() }
                for _ in 0..<5 { try await loop.sleep(for: .zero) }
                #expect(!waiting.isDone)
                if isAborted { server.abortClients() } else { server.closeClients() }
                try await waiting.value
                writer.close()
            }
        }
    }

    @Test func `serving for ever ends when the task is cancelled, and the server with it`() throws {
        try EventLoop.run { loop in
            let server = try await loop.startServer(host: "127.0.0.1", port: 0, echo)
            try await expectCancellable(on: loop) { try await server.serveForever() }
            #expect(!server.isServing)
        }
    }

    /// A server that echoes, and a client of it that is connected.
    private func connected(_ loop: EventLoop) async throws -> (StreamServer, StreamWriter) {
        let server = try await loop.startServer(host: "127.0.0.1", port: 0, echo)
        let port = try #require(server.addresses[0].port)
        let (reader, writer) = try await loop.openConnection(host: "127.0.0.1", port: port)
        writer.write(bytes("x"))
        _ = try await reader.readExactly(1)
        return (server, writer)
    }

    /// A socket of this process that is on its way to somewhere. On one machine that takes no time,
    /// unless the other side's queue is full.
    private func connectingDescriptor() -> CInt? {
        (0..<1024).first { descriptor in
            var info = tcp_info()
            var length = socklen_t(MemoryLayout<tcp_info>.size)
            return getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &length) == 0
                && info.tcpi_state == 2  // TCP_SYN_SENT
        }
    }
}
