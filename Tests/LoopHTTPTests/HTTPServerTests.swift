// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPWire
import Logging
import Loop
import LoopHTTP
import LoopSystem
import Testing

/// An actor whose executor is a loop.
@globalActor actor LoopActor {
    static let shared = LoopActor()
    // Safety: set once, before the actor is used, and read by its one loop only.
    nonisolated(unsafe) static var loop: EventLoop?
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe Self.loop!.asUnownedSerialExecutor()
    }
}

/// An actor that lives elsewhere.
@globalActor private actor ElsewhereActor {
    static let shared = ElsewhereActor()
}

@LoopActor private var countOfIsolatedCalls = 0

@Suite struct HTTPServerTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test(arguments: [false, true])
    func `a connection carries one request after the other`(debug: Bool) throws {
        let journal = Journal()
        try serve(
            debug: debug,
            handler: { exchange in
                journal.note("\(exchange.connectionID)")
                exchange.respond(.ok, ["Content-Type": "text/plain"], exchange.path)
            }
        ) { fixture in
            let client = try await fixture.client()
            for number in 0..<5 {
                try await client.send("GET /\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
                let answer = try await client.answer()
                #expect(answer.status == 200)
                #expect(answer.text == "/\(number)")
                #expect(answer.fields["content-type"] == "text/plain")
                #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
                #expect(answer.fields["server"] == nil)
                #expect(fixture.server.connectionsOpen == 1)
            }
            #expect(journal.entries == ["1", "1", "1", "1", "1"])
            client.close()
        }
    }

    @Test func `sixteen requests of one write are answered in order in one write`() throws {
        try serve(handler: { $0.respond(.ok, [:], $0.path) }) { fixture in
            let client = try await fixture.client()
            try await client.send(
                (0..<16).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            )
            for number in 0..<16 { #expect(try await client.answer().text == "/\(number)") }
            #expect(client.segments == 1)
            client.close()
        }
    }

    @Test func `pipelined requests are answered in order where some are answered later`() throws {
        try serve(handler: { exchange in
            guard exchange.path.hasPrefix("/later") else {
                return exchange.respond(.ok, [:], exchange.path)
            }
            let loop = exchange.loop
            loop.createTask {
                try await loop.sleep(for: .milliseconds(1))
                exchange.respond(.ok, [:], exchange.path)
            }
        }) { fixture in
            let client = try await fixture.client()
            let paths = ["/later0", "/1", "/2", "/later3", "/later4", "/5"]
            try await client.send(
                paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            )
            for path in paths { #expect(try await client.answer().text == path) }
            client.close()
        }
    }

    @Test func `more pipelined requests than fit a turn are all answered`() throws {
        try serve({ $0.requestsPerTurn = 3 }, handler: { $0.respond(.ok, [:], $0.path) }) {
            fixture in
            let client = try await fixture.client()
            let count = 5000
            let sending = fixture.loop.createTask {
                try await client.send(
                    (0..<count).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
                )
            }
            for number in 0..<count {
                let text = try await client.answer().text
                guard text == "/\(number)" else {
                    Issue.record("got \(text) for /\(number)")
                    break
                }
            }
            try await sending.value
            client.close()
        }
    }

    @Test func `an answer to HEAD has the length and no body`() throws {
        try serve(handler: { $0.respond(.ok, [:], "hello") }) { fixture in
            let client = try await fixture.client()
            try await client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + Self.get)
            let head = try await client.answer(toHEAD: true)
            #expect(head.fields["content-length"] == "5")
            #expect(head.body.isEmpty)
            #expect(try await client.answer().text == "hello")
            client.close()
        }
    }

    @Test func `a request that asks for the end gets its answer and the end`() throws {
        try serve(handler: { $0.respond(.ok, [:], "bye") }) { fixture in
            for request in [
                "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
            ] {
                let answers = try await fixture.answers(to: request)
                #expect(answers.map(\.text) == ["bye"])
                #expect(answers.first?.fields["connection"] == "close")
            }
            try await fixture.until { fixture.server.connectionsOpen == 0 }
        }
    }

    @Test func `a client that has closed its sending side gets all its answers`() throws {
        try serve(handler: { exchange in
            let loop = exchange.loop
            loop.createTask {
                try await loop.sleep(for: .milliseconds(1))
                exchange.respond(.ok, [:], "later")
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get + Self.get)
            client.connection.finishWriting()
            #expect(try await client.answer().text == "later")
            #expect(try await client.answer().text == "later")
            #expect(try await client.isEnded())
            client.close()
            try await fixture.until { fixture.server.connectionsOpen == 0 }
        }
    }

    @Test func `a request is understood wherever its bytes are cut`() throws {
        let request = Array(
            ("POST /a%20b?c=d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nDigest: q\r\n\r\n").utf8
        )
        try serve(handler: { exchange in
            exchange.loop.createTask {
                let target = try exchange.target()
                let body = try await exchange.readBody(max: 100)
                exchange.respond(
                    .ok,
                    [:],
                    "\(target.segments) \(target.first("c") ?? "") "
                        + String(decoding: body, as: UTF8.self)
                )
            }
        }) { fixture in
            let client = try await fixture.client()
            for cut in 1..<request.count {
                try await client.send(Array(request[..<cut]))
                try await fixture.settle()
                try await client.send(Array(request[cut...]))
                let text = try await client.answer().text
                guard text == "[\"a b\"] d abcde" else {
                    Issue.record("cut at \(cut): \(text)")
                    break
                }
            }
            for byte in request {
                try await client.send([byte])
                try await fixture.settle()
            }
            #expect(try await client.answer().text == "[\"a b\"] d abcde")
            client.close()
        }
    }

    @Test func `a connection beyond the limit waits while requests are under way on all`() throws {
        // Safety: one loop.
        nonisolated(unsafe) var kept: [HTTPExchange] = []
        try serve(
            {
                $0.connectionsMax = 2
                // Sweeps every 10 ms.
                $0.lingerTimeout = .milliseconds(80)
            },
            handler: { exchange in
                if unsafe kept.count < 2 {
                    unsafe kept.append(exchange)
                } else {
                    exchange.respond(.ok)
                }
            }
        ) { fixture in
            let first = try await fixture.client()
            let second = try await fixture.client()
            for client in [first, second] { try await client.send(Self.get) }
            try await fixture.until { unsafe kept.count == 2 }
            let third = try await fixture.client()
            try await third.send(Self.get)
            let waiting = fixture.loop.createTask { try await third.answer().status }
            try await fixture.loop.sleep(for: .milliseconds(50))
            #expect(fixture.server.connectionsOpen == 2)
            #expect(!waiting.isDone)
            // Once nothing is under way on it, it makes room.
            unsafe kept[0].respond(.ok)
            #expect(try await first.answer().status == 200)
            #expect(try await waiting.value == 200)
            #expect(try await first.isEnded())
            #expect(fixture.server.connectionsOpen == 2)
            unsafe kept[1].respond(.ok)
            #expect(try await second.answer().status == 200)
            unsafe kept = []
            for client in [first, second, third] { client.close() }
        }
    }

    @Test func `connections that send nothing make room for those that do`() throws {
        try serve(
            {
                $0.connectionsMax = 20
                $0.lingerTimeout = .milliseconds(80)
            },
            handler: { $0.respond(.ok) }
        ) { fixture in
            let known = try await fixture.client()
            try await known.send(Self.get)
            #expect(try await known.answer().status == 200)
            var silent: [Client] = []
            for _ in 0..<19 { silent.append(try await fixture.client()) }
            // The beginning of a head is not a request.
            try await silent[3].send("GET / HT")
            try await fixture.until { fixture.server.connectionsOpen == 20 }
            for _ in 0..<19 {
                let client = try await fixture.client()
                try await client.send(Self.get)
                #expect(try await client.answer().status == 200)
                #expect(fixture.server.connectionsOpen <= 20)
                silent.append(client)
            }
            // One that has asked before is closed last.
            try await known.send(Self.get)
            #expect(try await known.answer().status == 200)
            for client in silent + [known] { client.close() }
        }
    }

    @Test func `a thousand idle connections are kept, served, and closed by a drain`() throws {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        try serve(handler: { $0.respond(.ok) }) { fixture in
            var clients: [Client] = []
            for _ in 0..<1000 { clients.append(try await fixture.client()) }
            try await fixture.until { fixture.server.connectionsOpen == 1000 }
            for client in clients {
                try await client.send(Self.get)
                #expect(try await client.answer().status == 200)
            }
            await fixture.server.drain(within: .seconds(10))
            #expect(fixture.server.connectionsOpen == 0)
            for client in clients {
                #expect(try await client.isEnded())
                client.close()
            }
        }
    }

    @Test func `a drain waits for what is in flight and takes nothing new`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            let loop = exchange.loop
            loop.createTask {
                journal.note("handed over")
                while journal.entries.last != "go on" { try await loop.sleep(for: .zero) }
                exchange.respond(.ok, [:], "in time")
            }
        }) { fixture in
            let busy = try await fixture.client()
            let idle = try await fixture.client()
            let unread = try await fixture.client()
            try await busy.send(Self.get)
            try await fixture.until { journal.entries.count == 1 }
            // This request stands in the kernel, unnoticed, when the drain begins.
            try await unread.send(Self.get)
            let draining = fixture.loop.createTask {
                await fixture.server.drain(within: .seconds(30))
                journal.note("drained")
            }
            #expect(try await idle.isEnded())
            #expect(fixture.server.isDraining)
            await #expect(throws: LoopError.self) { _ = try await fixture.client() }
            #expect(!draining.isDone)
            journal.note("go on")
            for client in [busy, unread] {
                let answer = try await client.answer()
                #expect(answer.text == "in time")
                #expect(answer.fields["connection"] == "close")
                #expect(try await client.isEnded())
                client.close()
            }
            try await draining.value
            #expect(fixture.server.connectionsOpen == 0)
            idle.close()
        }
    }

    @Test func `a handler that begins the drain disturbs no request`() throws {
        // Safety: one loop.
        nonisolated(unsafe) var draining: HTTPServer?
        try serve(handler: { exchange in
            if exchange.path == "/drain", let server = unsafe draining {
                // Runs up to its first wait before this handler returns.
                Task.immediate(executorPreference: exchange.loop.taskExecutor) {
                    await server.drain(within: .seconds(30))
                }
            }
            exchange.respond(.ok, [:], exchange.path)
        }) { fixture in
            unsafe draining = fixture.server
            let first = try await fixture.client()
            let second = try await fixture.client()
            try await fixture.until { fixture.server.connectionsOpen == 2 }
            // Both are read in one iteration; the second one's bytes must not replace the first's.
            let requests = ["/drain", "/a"].map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }
            try await first.send(requests.joined())
            try await second.send(
                Self.get.replacing("/a", with: "/" + String(repeating: "b", count: 99))
            )
            #expect(try await first.answer().text == "/drain")
            #expect(try await first.isEnded())
            first.close()
            second.close()
            try await fixture.until { fixture.server.connectionsOpen == 0 }
            unsafe draining = nil
        }
    }

    @Test func `a drain cuts off what is not answered in time`() throws {
        let journal = Journal()
        try serve(handler: { exchange in
            let loop = exchange.loop
            loop.createTask {
                exchange.onDisconnect { journal.note("cut") }
                while !exchange.isClientGone { try await loop.sleep(for: .zero) }
                exchange.respond(.ok)
            }
        }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            try await fixture.settle()
            await fixture.server.drain(within: .milliseconds(20))
            #expect(journal.entries == ["cut"])
            #expect(try await client.isEnded())
            client.close()
        }
    }

    @Test func `an address that is taken is an error that names it`() throws {
        try serve(handler: { $0.respond(.ok) }) { fixture in
            let error = #expect(throws: HTTPError.self) {
                _ = try fixture.server.listen(at: fixture.address)
            }
            #expect(error?.description.contains(fixture.address.description) == true)
        }
    }

    @Test func `one server listens at several addresses`() throws {
        let path = "/tmp/loop-http-test-\(getpid())-several.sock"
        try serve(handler: { $0.respond(.ok, [:], "\($0.peer.port != nil)") }) { fixture in
            let unix = try fixture.server.listen(at: .unix(path: path))
            let local = Client(try await Connection.open(on: fixture.loop, to: unix))
            let remote = try await fixture.client()
            for client in [local, remote] { try await client.send(Self.get) }
            #expect(try await local.answer().text == "false")
            #expect(try await remote.answer().text == "true")
            for client in [local, remote] { client.close() }
        }
    }

    @Test func `the Server field is written where it was asked for`() throws {
        try serve({ $0.serverName = "Loop" }, handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            try await client.send(Self.get)
            #expect(try await client.answer().fields["server"] == "Loop")
            client.close()
        }
    }

    @Test func `a handler may be isolated to an actor that lives on the loop`() throws {
        try EventLoop.run(debug: true) { loop in
            unsafe LoopActor.loop = loop
            let log = LogCapture()
            let handler: @LoopActor @Sendable (HTTPExchange) -> Void = { exchange in
                countOfIsolatedCalls += 1
                exchange.respond(.ok, [:], "\(countOfIsolatedCalls)")
            }
            let server = HTTPServer(on: loop, logger: log.logger(.debug), handler: handler)
            let address = try server.listen(at: .loopback(port: 0))
            let client = Client(try await Connection.open(on: loop, to: address))
            try await client.send(Self.get + Self.get)
            #expect(try await client.answer().text == "1")
            #expect(try await client.answer().text == "2")
            client.close()
            await server.drain(within: .zero)
        }
    }

    @Test func `a handler that is isolated to another actor stops the process`() async {
        await #expect(processExitsWith: .failure) {
            let handler: @ElsewhereActor @Sendable (HTTPExchange) -> Void = { $0.respond(.ok) }
            _ = HTTPServer(on: try EventLoop(), logger: Logger(label: "x"), handler: handler)
        }
    }
}
