// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct ConnectionTests {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "unix:/tmp/loop-connection-test-\(getpid()).sock"])
    func `bytes go over and come back`(address: String) throws {
        let address = try #require(SocketAddress(address))
        try EventLoop.run { loop in
            let listener = try Listener(on: loop, at: address) { descriptor, _ in
                guard let connection = try? Connection(on: loop, descriptor) else { return }
                loop.createTask {
                    while true {
                        let bytes = try await connection.read()
                        if bytes.isEmpty { break }
                        try await connection.write(bytes)
                    }
                    connection.close()
                }
            }
            let client = try await Connection.open(on: loop, to: listener.address)
            let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
            let writing = loop.createTask {
                try await client.write(sent)
                client.finishWriting()
            }
            var received: [UInt8] = []
            while true {
                let bytes = try await client.read()
                if bytes.isEmpty { break }
                received += bytes
            }
            try await writing.value
            #expect(received == sent)
            client.close()
            listener.close()
        }
    }

    @Test func `a writer waits for a reader that is slower`() throws {
        try EventLoop.run { loop in
            let pipe = try FileDescriptor.pipe()
            let (reading, writing) = (
                try pipe.reading.duplicate().release(), try pipe.writing.duplicate().release()
            )
            _ = consume pipe
            let writer = try Connection(on: loop, FileDescriptor(owning: writing))
            let reader = try Connection(on: loop, FileDescriptor(owning: reading))
            let journal = Journal()
            let task = loop.createTask {
                try await writer.write([UInt8](repeating: 1, count: 1 << 20))
                journal.note("written")
            }
            for _ in 0..<5 { try await loop.sleep(for: .zero) }
            #expect(journal.entries.isEmpty)
            var count = 0
            while count < 1 << 20 { count += try await reader.read().count }
            try await task.value
            #expect(journal.entries == ["written"])
        }
    }

    @Test func `a connection that nobody takes fails with the reason`() throws {
        try EventLoop.run { loop in
            let listener = try Listener(on: loop, at: .loopback(port: 0)) { _, _ in }
            let address = listener.address
            listener.close()
            _ = consume listener
            let error = await #expect(throws: LoopError.self) {
                _ = try await Connection.open(on: loop, to: address)
            }
            guard case .system(let reason) = error else { return }
            #expect(reason.code == ECONNREFUSED)
        }
    }

    @Test func `a read that waits ends when the connection is closed`() throws {
        try EventLoop.run { loop in
            var kept: Connection?
            let listener = try Listener(on: loop, at: .loopback(port: 0)) { descriptor, _ in
                kept = try? Connection(on: loop, descriptor)
            }
            defer { _ = kept }
            let client = try await Connection.open(on: loop, to: listener.address)
            let task = loop.createTask { try await client.read() }
            try await loop.sleep(for: .zero)
            client.close()
            await #expect(throws: LoopError.connectionClosed) { try await task.value }
        }
    }
}
