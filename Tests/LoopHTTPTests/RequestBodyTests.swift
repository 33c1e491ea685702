// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Loop
import LoopHTTP
import Testing

/// Reads the body, at most 1000 bytes, and sends it back.
private let echo: @Sendable (HTTPExchange) -> Void = { exchange in
    exchange.loop.createTask {
        do throws(HTTPError) {
            exchange.respond(.ok, FieldBlock(), try await exchange.readBody(max: 1000))
        } catch {
            // The answer to a request that was refused goes nowhere.
            exchange.respond(.internalServerError)
        }
    }
}

@Suite struct RequestBodyTests {
    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body
    }

    @Test func `a body of known length is read`() throws {
        try serve(handler: echo) { fixture in
            let client = try await fixture.client()
            let request = Self.post("Content-Length: 5\r\n", "hello")
            try await client.send(request + request)
            for _ in 0..<2 { #expect(try await client.answer().text == "hello") }
            client.close()
        }
    }

    @Test func `a body in chunks is read`() throws {
        try serve(handler: echo) { fixture in
            let client = try await fixture.client()
            let request = Self.post(
                "Transfer-Encoding: chunked\r\n",
                "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nX-T: 1\r\n\r\n"
            )
            try await client.send(request + request)
            for _ in 0..<2 { #expect(try await client.answer().text == "hello") }
            client.close()
        }
    }

    @Test func `a request without a body has an empty one`() throws {
        try serve(handler: echo) { fixture in
            let client = try await fixture.client()
            for fields in ["", "Content-Length: 0\r\n"] {
                try await client.send(Self.post(fields))
                let answer = try await client.answer()
                #expect(answer.status == 200)
                #expect(answer.body.isEmpty)
            }
            client.close()
        }
    }

    @Test func `a client that waits to be told is told to go on at once`() throws {
        try serve(handler: echo) { fixture in
            let client = try await fixture.client()
            for _ in 0..<2 {
                try await client.send(
                    Self.post("Content-Length: 5\r\nExpect: 100-continue\r\n")
                )
                #expect(try await client.answer().status == 100)
                try await client.send("hello")
                #expect(try await client.answer().text == "hello")
            }
            client.close()
        }
    }

    @Test func `a client that waits to be told is refused before it sends its body`() throws {
        try serve(handler: echo) { fixture in
            let client = try await fixture.client()
            try await client.send(
                Self.post("Content-Length: 1001\r\nExpect: 100-continue\r\n")
            )
            let answer = try await client.answer()
            #expect(answer.status == 413)
            #expect(answer.fields["connection"] == "close")
            #expect(try await client.isEnded())
            client.close()
        }
    }

    @Test func `a body that nobody wants is not asked for`() throws {
        try serve(handler: { $0.respond(.unauthorized) }) { fixture in
            let answers = try await fixture.answers(
                to: Self.post("Content-Length: 5\r\nExpect: 100-continue\r\n")
            )
            #expect(answers.map(\.status) == [401])
            #expect(answers.first?.fields["connection"] == "close")
        }
    }

    @Test(arguments: [
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ])
    func `a small body that nobody wants is skipped`(rest: String) throws {
        try serve(handler: { $0.respond(.ok, [:], $0.path) }) { fixture in
            let client = try await fixture.client()
            let request = "POST /a HTTP/1.1\r\nHost: x\r\n" + rest
            try await client.send(request + request)
            for _ in 0..<2 { #expect(try await client.answer().text == "/a") }
            for byte in request.utf8 {
                try await client.send([byte])
                try await fixture.settle()
            }
            #expect(try await client.answer().text == "/a")
            client.close()
        }
    }

    @Test func `a large body that nobody wants ends the connection, and the answer is read`()
        throws
    {
        let body = String(repeating: "x", count: 1 << 20)
        let chunk = "100000\r\n" + body + "\r\n"
        try serve(handler: { $0.respond(.forbidden) }) { fixture in
            let announced = try await fixture.answers(
                to: Self.post("Content-Length: \(body.utf8.count)\r\n", body)
            )
            #expect(announced.map(\.status) == [403])
            #expect(announced.first?.fields["connection"] == "close")
            let chunked = try await fixture.answers(
                to: Self.post("Transfer-Encoding: chunked\r\n", chunk + chunk + "0\r\n\r\n")
            )
            #expect(chunked.map(\.status) == [403])
        }
    }

    @Test func `a body larger than the handler takes is refused`() throws {
        let body = String(repeating: "x", count: 1001)
        try serve(handler: echo) { fixture in
            for request in [
                Self.post("Content-Length: 1001\r\n", body),
                Self.post("Transfer-Encoding: chunked\r\n", "3e9\r\n" + body + "\r\n0\r\n\r\n"),
            ] {
                let answers = try await fixture.answers(to: request)
                #expect(answers.map(\.status) == [413])
                #expect(answers.first?.text.contains("limit of 1000") == true)
            }
        }
    }

    @Test func `a body larger than the server takes never reaches the handler`() throws {
        let journal = Journal()
        try serve(
            { $0.wire.bodyBytes = 10 },
            handler: { exchange in
                journal.note("handler")
                echo(exchange)
            }
        ) { fixture in
            let refused = try await fixture.answers(
                to: Self.post("Content-Length: 11\r\nExpect: 100-continue\r\n")
            )
            #expect(refused.map(\.status) == [413])
            #expect(journal.entries.isEmpty)
            let chunked = try await fixture.answers(
                to: Self.post("Transfer-Encoding: chunked\r\n", "b\r\nhello world\r\n0\r\n\r\n")
            )
            #expect(chunked.map(\.status) == [413])
        }
    }

    @Test func `a malformed chunk is refused while the handler waits for the body`() throws {
        try serve(handler: echo) { fixture in
            let answers = try await fixture.answers(
                to: Self.post("Transfer-Encoding: chunked\r\n", "5\r\nhelloX")
            )
            #expect(answers.map(\.status) == [400])
            #expect(answers.first?.text.contains("chunk 1") == true)
        }
    }

    @Test func `a client that goes in the middle of its body ends the handler's wait`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            exchange.loop.createTask {
                do throws(HTTPError) {
                    _ = try await exchange.readBody(max: 10)
                } catch {
                    journal.note("\(error)")
                }
                exchange.respond(.ok)
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.post("Content-Length: 10\r\n", "hello"))
            try await fixture.settle()
            client.connection.finishWriting()
            #expect(try await client.isEnded())
            #expect(journal.entries == ["the client is gone"])
            client.close()
        }
    }

    @Test func `a wait for a body that is cancelled leaves the request to be answered`() throws {
        try serve(handler: { exchange in
            let loop = exchange.loop
            let reading = loop.createTask {
                do throws(HTTPError) {
                    exchange.respond(.ok, FieldBlock(), try await exchange.readBody(max: 10))
                } catch {
                    exchange.respond(.conflict, [:], "\(error)")
                }
            }
            loop.createTask {
                for _ in 0..<3 { try await loop.sleep(for: .zero) }
                reading.cancel()
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.post("Content-Length: 10\r\n", "hello"))
            #expect(try await client.answer().text == "the wait for the client was cancelled")
            // The rest is skipped, and the connection goes on.
            try await client.send("world" + Self.post("Content-Length: 3\r\n", "abc"))
            #expect(try await client.answer().text == "abc")
            client.close()
        }
    }
}
