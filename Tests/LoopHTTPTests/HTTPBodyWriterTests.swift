// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Loop
import LoopHTTP
import LoopSystem
import Testing

@Suite struct HTTPBodyWriterTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    /// Writes three pieces, each when the client has said so by a byte of the next request.
    private static let three: @Sendable (HTTPExchange) -> Void = { exchange in
        exchange.loop.createTask {
            let writer = exchange.respondStreaming(.ok)
            for piece in ["one", "", "two", "three"] { try await writer.write(piece) }
            writer.end()
        }
    }

    @Test func `pieces come as chunks, and the connection goes on`() throws {
        try serve(handler: Self.three) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get + Self.get)
            for _ in 0..<2 {
                let answer = try await client.answer()
                #expect(answer.fields["transfer-encoding"] == "chunked")
                #expect(answer.text == "onetwothree")
            }
            client.close()
        }
    }

    @Test func `an HTTP/1.0 client gets the pieces up to the end of the connection`() throws {
        try serve(handler: Self.three) { fixture in
            let client = try await fixture.client()
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            var bytes: [UInt8] = []
            while true {
                let piece = try await client.connection.read()
                if piece.isEmpty { break }
                bytes += piece
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix("\r\n\r\nonetwothree"))
            client.close()
        }
    }

    @Test func `the answer to HEAD has no pieces`() throws {
        try serve(handler: Self.three) { fixture in
            let client = try await fixture.client()
            try await client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + Self.get)
            #expect(try await client.answer(toHEAD: true).body.isEmpty)
            #expect(try await client.answer().text == "onetwothree")
            client.close()
        }
    }

    @Test func `the head and each piece go out at once`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            let loop = exchange.loop
            let writer = exchange.respondStreaming(.ok, length: 10)
            loop.createTask {
                for count in 1...2 {
                    while journal.entries.count < count { try await loop.sleep(for: .zero) }
                    try await writer.write("hello")
                }
                writer.end()
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            let head = try await client.connection.read()
            #expect(String(decoding: head, as: UTF8.self).contains("Content-Length: 10\r\n"))
            for _ in 0..<2 {
                journal.note("go on")
                let piece = try await client.connection.read()
                #expect(String(decoding: piece, as: UTF8.self) == "hello")
            }
            client.close()
        }
    }

    @Test func `a writer waits for a client that is slower, and gives up on one that stops`()
        throws
    {
        let journal = Journal()
        let piece = [UInt8](repeating: 0, count: 64 << 10)
        try serve(
            { $0.writeTimeout = .milliseconds(200) },
            handler: { exchange in
                exchange.loop.createTask {
                    let writer = exchange.respondStreaming(.ok)
                    do throws(HTTPError) {
                        while true {
                            try await writer.write(piece)
                            journal.note("written")
                        }
                    } catch {
                        #expect(error == .clientGone)
                        #expect(writer.isClientGone)
                    }
                }
            }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            var count = 0
            while count < 20 << 20 { count += try await client.connection.read().count }
            // What is between the two is in the kernel's buffers, and one piece.
            #expect(journal.entries.count * piece.count < count + (16 << 20))
            try await fixture.until { fixture.server.connectionsOpen == 0 }
            #expect(journal.entries.count * piece.count < count + (16 << 20))
            client.close()
        }
    }

    @Test func `a writer that is let go cuts the connection`() throws {
        try serve(handler: { exchange in
            exchange.loop.createTask {
                let writer = exchange.respondStreaming(.ok)
                try await writer.write("half")
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            #expect(try await client.answerOrEnd() == nil)
            #expect(fixture.log.all == ["debug: answer abandoned"])
            client.close()
        }
    }

    @Test func `fewer bytes than announced cut the connection`() throws {
        try serve(
            errors: 1,
            handler: { exchange in
                exchange.loop.createTask {
                    let writer = exchange.respondStreaming(.ok, length: 10)
                    try await writer.write("half")
                    writer.end()
                }
            }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            #expect(try await client.answerOrEnd() == nil)
            client.close()
        }
    }

    @Test func `a writer is told when the client goes`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            let loop = exchange.loop
            exchange.onDisconnect { journal.note("gone") }
            loop.createTask {
                let writer = exchange.respondStreaming(.ok)
                do throws(HTTPError) {
                    while true {
                        try await writer.write("tick")
                        do { try await loop.sleep(for: .zero) } catch { break }
                    }
                } catch {
                    journal.note("\(error)")
                }
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            _ = try await client.connection.read()
            client.close()
            _ = consume client
            try await fixture.until { journal.entries.count == 2 }
            #expect(journal.entries == ["gone", "the client is gone"])
            try await fixture.until { fixture.server.connectionsOpen == 0 }
        }
    }

    @Test func `a write that is cancelled cuts the connection with its writer`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            let loop = exchange.loop
            let writing = loop.createTask {
                let writer = exchange.respondStreaming(.ok)
                do throws(HTTPError) {
                    while true {
                        try await writer.write([UInt8](repeating: 0, count: 1 << 20))
                    }
                } catch {
                    journal.note("\(error)")
                }
            }
            loop.createTask {
                try await loop.sleep(for: .milliseconds(50))
                writing.cancel()
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            try await fixture.until { !journal.entries.isEmpty }
            #expect(journal.entries == ["the wait for the client was cancelled"])
            #expect(fixture.server.connectionsOpen == 0)
            client.close()
        }
    }
}
