// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct DatagramEndpointTests {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func `messages go to whom they are sent, and tell whom they are from`(address: String) throws {
        let address = try #require(SocketAddress(address))
        try EventLoop.run { loop in
            let one = try loop.createDatagramEndpoint(local: address)
            let other = try loop.createDatagramEndpoint(local: address)
            try await one.send(bytes("hello"), to: other.localAddress)
            try await one.send([], to: other.localAddress)
            let first = try await other.receive()
            #expect(text(first.bytes) == "hello" && first.sender == one.localAddress)
            #expect(try await other.receive().bytes == [])
            one.close()
            other.close()
            #expect(one.isClosing && one.localAddress == nil)
            await #expect(throws: StreamError.connectionLost) { try await one.send([1]) }
        }
    }

    @Test func `an endpoint with a remote address needs no other`() throws {
        try EventLoop.run { loop in
            let server = try loop.createDatagramEndpoint(local: .loopback(port: 0))
            let client = try loop.createDatagramEndpoint(remote: server.localAddress)
            #expect(client.remoteAddress == server.localAddress)
            let received = loop.createTask { try await client.receive() }
            try await client.send(bytes("ping"))
            let (_, sender) = try await server.receive()
            try await server.send(bytes("pong"), to: sender)
            #expect(text(try await received.value.bytes) == "pong")
            client.close()
            server.close()
        }
    }

    @Test func `a message to nobody comes back as a refusal`() throws {
        try EventLoop.run { loop in
            let server = try loop.createDatagramEndpoint(local: .loopback(port: 0))
            let client = try loop.createDatagramEndpoint(remote: server.localAddress)
            server.close()
            try await client.send([1])
            let error = await #expect(throws: LoopError.self) { _ = try await client.receive() }
            guard case .system(let reason) = error else { return }
            #expect(reason.code == ECONNREFUSED)
            client.close()
        }
    }

    @Test func `waits end when their tasks are cancelled or the endpoint is closed`() throws {
        let path = socketPath("datagram")
        defer { unlink(path) }
        try EventLoop.run { loop in
            let server = try loop.createDatagramEndpoint(local: .unix(path: path))
            let client = try loop.createDatagramEndpoint(remote: .unix(path: path))
            let waiting = loop.createTask { try await server.receive() }
            try await loop.sleep(for: .zero)
            waiting.cancel()
            await #expect(throws: CancellationError.self) { _ = try await waiting.value }
            #expect(server.descriptorNumber.map(isWatched) == false)
            // The receiver's queue is short: soon there is no room.
            let sending = loop.createTask { while true { try await client.send([1]) } }
            for _ in 0..<5 { try await loop.sleep(for: .zero) }
            #expect(!sending.isDone)
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
            #expect(client.descriptorNumber.map(isWatched) == false)
            let other = try loop.createDatagramEndpoint(local: .loopback(port: 0))
            let ended = loop.createTask { try await other.receive() }
            try await loop.sleep(for: .zero)
            other.close()
            await #expect(throws: StreamError.connectionLost) { _ = try await ended.value }
            client.close()
            server.close()
        }
    }

    @Test func `a message above the limit is refused and the next is received`() throws {
        let path = socketPath("large")
        defer { unlink(path) }
        try EventLoop.run { loop in
            let server = try loop.createDatagramEndpoint(local: .unix(path: path))
            let client = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
            defer { close(client) }
            var size: CInt = 1 << 20
            setsockopt(client, SOL_SOCKET, SO_SNDBUF, &size, 4)
            let limit = DatagramEndpoint.messageBytesMax
            // The default limit of a send buffer is below the message's, unless root raises it.
            let sent = Socket.sendNow(
                client,
                [UInt8](repeating: 1, count: limit + 1),
                to: .unix(path: path)
            )
            guard case .count = sent else { return }
            _ = Socket.sendNow(client, [UInt8](repeating: 1, count: limit), to: .unix(path: path))
            let error = await #expect(throws: DatagramTooLargeError.self) {
                _ = try await server.receive()
            }
            #expect(error?.bytes == limit + 1)
            #expect(try await server.receive().bytes.count == limit)
            server.close()
        }
    }
}
