// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Loop
import LoopHTTP
import LoopSystem
import Testing

@Suite struct TimeoutTests {
    private static let short: Duration = .milliseconds(40)
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `a slow sender of a head is answered with 408`() throws {
        try serve({ $0.headTimeout = Self.short }, handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            let start = fixture.loop.time()
            // Bytes that trickle in do not prolong it.
            let trickle = fixture.loop.createTask {
                for byte in "GET / HTTP/1.1\r\nX: ".utf8 { try await client.send([byte]) }
                while true {
                    try await fixture.loop.sleep(for: .milliseconds(5))
                    try await client.send("y")
                }
            }
            let answer = try await client.answer()
            #expect(answer.status == 408)
            #expect(answer.fields["connection"] == "close")
            #expect(start.duration(to: fixture.loop.time()) >= Self.short)
            #expect(try await client.isEnded())
            trickle.cancel()
            _ = try? await trickle.value
            client.close()
        }
    }

    @Test func `a connection on which nothing comes ends without an answer`() throws {
        try serve({ $0.headTimeout = Self.short }, handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            let start = fixture.loop.time()
            #expect(try await client.isEnded())
            #expect(start.duration(to: fixture.loop.time()) >= Self.short)
            client.close()
        }
    }

    @Test func `a connection without a further request ends without an answer`() throws {
        try serve({ $0.idleTimeout = Self.short }, handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            #expect(try await client.answer().status == 200)
            let start = fixture.loop.time()
            #expect(try await client.isEnded())
            #expect(start.duration(to: fixture.loop.time()) >= Self.short / 2)
            client.close()
        }
    }

    @Test func `a slow sender of a body is answered with 408`() throws {
        let journal = Journal()
        try serve(
            { $0.bodyTimeout = Self.short },
            handler: { exchange in
                exchange.loop.createTask {
                    do throws(HTTPError) {
                        _ = try await exchange.readBody(max: 1 << 20)
                    } catch {
                        journal.note("\(error)")
                    }
                }
            }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
            )
            // Enough in each span: no fault.
            for _ in 0..<8 {
                try await fixture.loop.sleep(for: Self.short / 4)
                try await client.send([UInt8](repeating: 0, count: 1024))
            }
            let trickle = fixture.loop.createTask {
                while true {
                    try await fixture.loop.sleep(for: .milliseconds(5))
                    try await client.send([0])
                }
            }
            #expect(try await client.answer().status == 408)
            #expect(try await client.isEnded())
            #expect(journal.entries.count == 1)
            #expect(journal.entries.first?.contains("send it faster") == true)
            trickle.cancel()
            _ = try? await trickle.value
            client.close()
        }
    }

    @Test func `a slow sender of a body that nobody wants is cut off`() throws {
        try serve({ $0.bodyTimeout = Self.short }, handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            try await client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
            #expect(try await client.answer().status == 200)
            #expect(try await client.isEnded())
            client.close()
        }
    }

    @Test func `a handler may take longer than any time-out`() throws {
        try serve(
            {
                $0.headTimeout = Self.short
                $0.bodyTimeout = Self.short
                $0.idleTimeout = Self.short
                $0.writeTimeout = Self.short
            },
            handler: { exchange in
                let loop = exchange.loop
                loop.createTask {
                    try await loop.sleep(for: Self.short * 5)
                    exchange.respond(.ok)
                }
            }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            #expect(try await client.answer().status == 200)
            client.close()
        }
    }

    @Test func `a client that takes nothing of an answer is cut off`() throws {
        try serve(
            { $0.writeTimeout = Self.short },
            handler: { $0.respond(.ok, [:], [UInt8](repeating: 0, count: 32 << 20)) }
        ) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            try await fixture.until { fixture.server.connectionsOpen == 1 }
            try await fixture.until { fixture.server.connectionsOpen == 0 }
            #expect(fixture.log.all.contains("debug: client takes nothing"))
            client.close()
        }
    }

    @Test func `a connection that is to end does not wait for the client for ever`() throws {
        try serve({ $0.lingerTimeout = Self.short }, handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            try await client.send("nonsense\r\n\r\n")
            #expect(try await client.answer().status == 400)
            #expect(fixture.server.connectionsOpen == 1)
            try await fixture.until { fixture.server.connectionsOpen == 0 }
            client.close()
        }
    }
}
