// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Loop
import LoopHTTP
import LoopSystem
import Testing

@Suite struct HTTPExchangeTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test(arguments: [false, true])
    func `a request can be read at once and later`(isLater: Bool) throws {
        let request = """
            PUT /v1/a%2Fb/?q=1+2&r HTTP/1.1\r
            Host: example.org:80\r
            Accept: text/plain\r
            X-A: 1\r
            Accept: text/html\r
            Content-Length: 2\r
            \r
            hi
            """
        @Sendable func check(_ exchange: HTTPExchange) throws {
            #expect(exchange.method == .put)
            #expect(exchange.methodText == "PUT")
            #expect(exchange.version == .http11)
            #expect(exchange.path == "/v1/a%2Fb/")
            let target = try exchange.target()
            #expect(target.segments == ["v1", "a/b", ""])
            #expect(target.first("q") == "1 2")
            #expect(target.first("r") == "")
            #expect(exchange.authority == "example.org:80")
            #expect(exchange.first("accept") == "text/plain")
            #expect(exchange.joined("accept") == "text/plain, text/html")
            #expect(exchange.first("x-b") == nil)
            #expect(exchange.contentLength == 2)
            #expect(exchange.peer.isLoopback)
            #expect(exchange.connectionID == 1)
            exchange.respond(.noContent)
            // Also after the answer.
            #expect(exchange.first("x-a") == "1")
        }
        try serve(handler: { exchange in
            if isLater {
                exchange.loop.createTask { try check(exchange) }
            } else {
                do { try check(exchange) } catch { Issue.record(error) }
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(request)
            let answer = try await client.answer()
            #expect(answer.status == 204)
            #expect(answer.fields["content-length"] == nil)
            client.close()
        }
    }

    @Test func `an exchange kept after its answer still has its own request`() throws {
        let journal = Journal()
        // Safety: one loop.
        nonisolated(unsafe) var kept: [HTTPExchange] = []
        try serve(handler: { exchange in
            unsafe kept.append(exchange)
            exchange.respond(.ok)
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(
                "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"
            )
            for _ in 0..<2 { _ = try await client.answer() }
            for exchange in unsafe kept { journal.note(exchange.path) }
            #expect(journal.entries == ["/a", "/b"])
            #expect(unsafe kept.allSatisfy { !$0.isClientGone } == false)
            unsafe kept = []
            client.close()
        }
    }

    @Test(arguments: [false, true])
    func `an exchange that is let go is answered with 500 and logged`(isLater: Bool) throws {
        try serve(
            errors: 2,
            handler: { exchange in
                guard isLater else { return }
                exchange.loop.createTask { _ = exchange.path }
            }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get + Self.get)
            for _ in 0..<2 {
                let answer = try await client.answer()
                #expect(answer.status == 500)
                #expect(answer.fields["content-type"] == "application/problem+json")
                #expect(answer.text.contains("\"status\":500"))
            }
            #expect(
                fixture.log.all.first
                    == "error: request refused: the handler let go of the exchange without an answer"
            )
            client.close()
        }
    }

    @Test func `an exchange that is let go on another thread is answered with 500`() throws {
        try serve(
            errors: 1,
            handler: { exchange in
                let box = Box(exchange)
                try? startThread(name: "other") { box.exchange = nil }
            }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            #expect(try await client.answer().status == 500)
            client.close()
        }
    }

    // Safety (@unchecked Sendable): handed over to one thread.
    private final class Box: @unchecked Sendable {
        var exchange: HTTPExchange?
        init(_ exchange: HTTPExchange) { self.exchange = exchange }
    }

    @Test func `a field that can't be sent makes the answer a 500`() throws {
        try serve(
            errors: 1,
            handler: { $0.respond(.ok, ["Location": "a\r\nSet-Cookie: b"], "secret") }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            let answer = try await client.answer()
            #expect(answer.status == 500)
            #expect(!answer.text.contains("Location"))
            #expect(fixture.log.all.first?.contains("Location") == true)
            client.close()
        }
    }

    @Test func `a target that can't be decoded is refused in the server's own form`() throws {
        try serve(handler: { exchange in
            do throws(WireError) {
                exchange.respond(.ok, [:], try exchange.target().segments.joined())
            } catch {
                exchange.refuse(error)
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send("GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n" + Self.get)
            let answer = try await client.answer()
            #expect(answer.status == 400)
            #expect(answer.text.contains("'.' or '..'"))
            #expect(try await client.answer().status == 200)
            client.close()
        }
    }

    @Test func `a handler that waits is told when the client goes`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            let loop = exchange.loop
            let gone = Future<Void>(on: loop)
            exchange.onDisconnect { if !gone.isDone { try? gone.setResult(()) } }
            loop.createTask {
                #expect(!exchange.isClientGone)
                try await gone.value
                #expect(exchange.isClientGone)
                exchange.respond(.ok)
                journal.note("gone")
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            try await fixture.settle()
            #expect(journal.entries.isEmpty)
            client.close()
            _ = consume client
            try await fixture.until { journal.entries == ["gone"] }
            try await fixture.until { fixture.server.connectionsOpen == 0 }
        }
    }

    @Test func `a handler that asks too late is told at once`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            let loop = exchange.loop
            loop.createTask {
                while !exchange.isClientGone { try await loop.sleep(for: .zero) }
                exchange.onDisconnect { journal.note("gone") }
                journal.note("asked")
                exchange.respond(.ok)
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            client.connection.finishWriting()
            #expect(try await client.answer().status == 200)
            #expect(journal.entries == ["gone", "asked"])
            client.close()
        }
    }

    @Test func `a handler whose request is answered is not told that the client goes`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            exchange.onDisconnect { journal.note("gone") }
            exchange.respond(.ok)
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            _ = try await client.answer()
            client.close()
            _ = consume client
            try await fixture.until { fixture.server.connectionsOpen == 0 }
            #expect(journal.entries.isEmpty)
        }
    }

    @Test func `while a request is handled no more than the limit is read behind it`() throws {
        // Safety: one loop.
        nonisolated(unsafe) var waiting: HTTPExchange?
        try serve(
            { $0.pipelinedBytesMax = 1000 },
            handler: { exchange in
                if exchange.path == "/wait" {
                    unsafe waiting = exchange
                } else {
                    exchange.respond(.ok, [:], exchange.path)
                }
            }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            try await fixture.until { unsafe waiting != nil }
            // The kernel's buffers take some megabytes; the server must not take the rest.
            let flood = fixture.loop.createTask {
                try await client.send(String(repeating: Self.get, count: 2_000_000))
            }
            for _ in 0..<200 { try await fixture.settle() }
            #expect(!flood.isDone)
            unsafe waiting?.respond(.ok, [:], "waited")
            unsafe waiting = nil
            #expect(try await client.answer().text == "waited")
            #expect(try await client.answer().text == "/")
            client.close()
            await #expect(throws: (any Error).self) { try await flood.value }
        }
    }

    @Test func `answers that the client does not take stop its further requests`() throws {
        let journal = Journal()
        let body = [UInt8](repeating: 120, count: 4 << 20)
        try serve(handler: { exchange in
            journal.note(exchange.path)
            exchange.respond(.ok, [:], body)
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(String(repeating: Self.get, count: 16))
            for _ in 0..<50 { try await fixture.settle() }
            #expect(journal.entries.count < 5)
            for _ in 0..<16 { #expect(try await client.answer().body.count == body.count) }
            #expect(journal.entries.count == 16)
            client.close()
        }
    }

    @Test func `two answers to one request stop the process`() async {
        await #expect(processExitsWith: .failure) {
            try serve(handler: { exchange in
                exchange.respond(.ok)
                exchange.respond(.ok)
            }) { fixture in
                _ = try await fixture.answers(to: "GET / HTTP/1.0\r\n\r\n")
            }
        }
    }
}
