// SPDX-License-Identifier: Apache-2.0

import Glibc
import LocalReceiver
import Loop
import LoopCurl
import LoopSystem
import Synchronization
import Testing

/// A request to a receiver of the test.
func post(_ url: String, _ body: String = "{}") -> CurlRequest {
    var request = CurlRequest(.post, url, body: Array(body.utf8))
    request.schemes = [.http]
    return request
}

@Suite struct CurlClientTests {
    @Test(arguments: [false, true])
    func `a request goes over as it is and the answer comes back`(debug: Bool) throws {
        try EventLoop.run(debug: debug) { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(201, body: "thanks") }
            let client = CurlClient(on: loop)
            var request = post(receiver.url, "a\u{0}b\n")
            request.headers = [("X-One", "1"), ("X-Empty", ""), ("Content-Type", "text/plain")]
            let result = await client.perform(request)
            #expect(result.status == 201)
            #expect(result.error == nil)
            #expect(result.body == Array("thanks".utf8))
            #expect(result.remoteAddress == receiver.address)
            #expect(result.times.connect > .zero)
            #expect(result.times.firstByte >= result.times.connect)
            #expect(result.times.total >= result.times.firstByte)
            let message = try #require(receiver.messages.first)
            #expect(message.method == "POST")
            #expect(message.target == "/hook")
            #expect(message.body == Array("a\u{0}b\n".utf8))
            #expect(message.headers["x-one"] == "1")
            #expect(message.headers["x-empty"] == "")
            #expect(message.headers["content-type"] == "text/plain")
            #expect(message.headers["expect"] == nil)
            receiver.close()
        }
    }

    @Test(arguments: [CurlRequest.Method.get, .put, .delete])
    func `other methods go over too`(method: CurlRequest.Method) throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            var request = post(receiver.url)
            request.method = method
            request.body = method == .put ? [1] : nil
            let result = await CurlClient(on: loop).perform(request)
            #expect(result.status == 200)
            #expect(receiver.messages.map(\.method) == [method.rawValue])
            receiver.close()
        }
    }

    @Test func `an empty body is sent as one`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let result = await CurlClient(on: loop).perform(post(receiver.url, ""))
            #expect(result.status == 200)
            #expect(receiver.messages.first?.headers["content-length"] == "0")
            receiver.close()
        }
    }

    @Test func `a body of a mebibyte goes over without waiting for leave`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            var request = post(receiver.url)
            request.body = (0..<1_200_000).map { UInt8(truncatingIfNeeded: $0) }
            let result = await CurlClient(on: loop).perform(request)
            #expect(result.status == 200)
            #expect(receiver.messages.first?.body == request.body)
            receiver.close()
        }
    }

    @Test(arguments: [false, true])
    func `two hundred requests are under way at once, and few connections stay`(debug: Bool) throws
    {
        try EventLoop.run(debug: debug) { loop in
            let gate = Future<Void>(on: loop)
            let receiver = try LocalReceiver(on: loop) { message in
                try? await gate.value
                return .status(200, body: String(decoding: message.body, as: UTF8.self))
            }
            let client = CurlClient(on: loop)
            let url = receiver.url
            let tasks = (0..<200).map { number in
                loop.createTask { await client.perform(post(url, "number \(number)")) }
            }
            try await receiver.wait { receiver.answeringCount == 200 }
            #expect(client.transferCount == 200)
            try gate.setResult(())
            for (number, task) in tasks.enumerated() {
                let result = try await task.value
                #expect(result.status == 200)
                #expect(String(decoding: result.body, as: UTF8.self) == "number \(number)")
            }
            #expect(client.transferCount == 0)
            try await receiver.wait { receiver.openCount <= 32 }
            #expect(receiver.openCount == 32)
            client.close()
            try await receiver.wait { receiver.openCount == 0 }
            receiver.close()
        }
    }

    @Test func `a connection is used again`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let client = CurlClient(on: loop)
            for _ in 0..<3 { #expect(await client.perform(post(receiver.url)).status == 200) }
            #expect(receiver.messages.count == 3)
            #expect(receiver.connectionCount == 1)
            receiver.close()
        }
    }

    @Test func `a redirect is an answer and is not followed`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in
                .status(302, headers: ["Location: /elsewhere"])
            }
            let result = await CurlClient(on: loop).perform(post(receiver.url))
            #expect(result.status == 302)
            #expect(receiver.messages.map(\.target) == ["/hook"])
            receiver.close()
        }
    }

    @Test func `Retry-After is read as seconds and as a date`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { message in
                switch message.target {
                case "/seconds": .status(503, headers: ["Retry-After: 120"])
                case "/date": .status(503, headers: ["Retry-After: Fri, 31 Dec 2100 23:59:59 GMT"])
                case "/past": .status(503, headers: ["Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"])
                case "/nonsense": .status(503, headers: ["Retry-After: soon"])
                default: .status(503)
                }
            }
            let client = CurlClient(on: loop)
            func delay(_ path: String) async -> Duration? {
                await client.perform(post("http://\(receiver.address)\(path)")).retryAfter
            }
            #expect(await delay("/seconds") == .seconds(120))
            #expect(try #require(await delay("/date")) > .seconds(365 * 24 * 3600))
            #expect(await delay("/past") == nil)
            #expect(await delay("/nonsense") == nil)
            #expect(await delay("/none") == nil)
            receiver.close()
        }
    }

    // MARK: bounds

    @Test func `a body up to the limit is whole and a longer one is cut`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { message in
                message.target == "/fits" ? .large(65_536) : .endless
            }
            let client = CurlClient(on: loop)
            let whole = await client.perform(post("http://\(receiver.address)/fits"))
            #expect(whole.body.count == 65_536)
            #expect(!whole.isBodyCut)
            let cut = await client.perform(post("http://\(receiver.address)/endless"))
            #expect(cut.status == 200)
            #expect(cut.error == nil)
            #expect(cut.isBodyCut)
            #expect(cut.body.count == 65_536)
            receiver.close()
        }
    }

    @Test func `a head up to the limit is taken and a larger one is an error`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { message in
                .head(message.target == "/fits" ? 65_000 : 67_000)
            }
            let client = CurlClient(on: loop)
            let fits = await client.perform(post("http://\(receiver.address)/fits"))
            #expect(fits.status == 200)
            #expect(fits.error == nil)
            let result = await client.perform(post(receiver.url))
            #expect(result.error == .headTooLarge)
            receiver.close()
        }
    }

    @Test func `a receiver that says nothing runs into the total time`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .silence }
            var request = post(receiver.url)
            request.totalTimeout = .milliseconds(50)
            let result = await CurlClient(on: loop).perform(request)
            #expect(result.status == nil)
            guard case .failed(.timeout, code: 28, _) = result.error else {
                Issue.record("\(result)")
                return
            }
            receiver.close()
        }
    }

    @Test func `a transfer that stands still runs into the stall time`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .silence }
            var request = post(receiver.url)
            request.stallTimeout = .seconds(1)
            let result = await CurlClient(on: loop).perform(request)
            guard case .failed(.timeout, code: 28, let words) = result.error else {
                Issue.record("\(result)")
                return
            }
            #expect(words.contains("too slow"))
            #expect(result.times.total < .seconds(10))
            receiver.close()
        }
    }

    @Test func `a connection that is not taken runs into the connect time`() throws {
        try EventLoop.run { loop in
            // A listener's queue that is full takes no connection and refuses none.
            let full = try FullListener()
            var request = post("http://\(full.address)/")
            request.connectTimeout = .milliseconds(50)
            let result = await CurlClient(on: loop).perform(request)
            guard case .failed(.timeout, code: 28, _) = result.error else {
                Issue.record("\(result)")
                return
            }
            #expect(result.times.total < .seconds(5))
        }
    }

    @Test func `an answer that ends midway is an error beside its status`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .half }
            let result = await CurlClient(on: loop).perform(post(receiver.url))
            #expect(result.status == 200)
            #expect(String(decoding: result.body, as: UTF8.self) == "half!")
            guard case .failed(.answer, code: 18, _) = result.error else {
                Issue.record("\(result)")
                return
            }
            receiver.close()
        }
    }

    @Test func `nobody there is an error of connecting`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let url = receiver.url
            receiver.close()
            _ = consume receiver
            let result = await CurlClient(on: loop).perform(post(url))
            guard case .failed(.connect, code: 7, let words) = result.error else {
                Issue.record("\(result)")
                return
            }
            #expect(!words.isEmpty)
        }
    }

    @Test func `the check sees the address and can refuse it before anything is sent`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            var request = post("http://localhost:\(receiver.address.port!)/")
            let seen = Mutex<[SocketAddress]>([])
            request.addressCheck = { address in
                seen.withLock { $0.append(address) }
                return "not there"
            }
            let result = await CurlClient(on: loop).perform(request)
            #expect(result.error == .refused(reason: "not there"))
            #expect(seen.withLock { $0 }.contains(receiver.address))
            #expect(receiver.connectionCount == 0)
            receiver.close()
        }
    }

    @Test func `a connection that is used again is checked again`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let client = CurlClient(on: loop)
            let first = await client.perform(post(receiver.url))
            #expect(first.status == 200)
            var request = post(receiver.url)
            request.addressCheck = { $0 == receiver.address ? "no more" : nil }
            let second = await client.perform(request)
            #expect(second.error == .refused(reason: "no more"))
            #expect(receiver.messages.count == 1)
            #expect(receiver.connectionCount == 1)
            receiver.close()
        }
    }

    @Test(arguments: ["a: b", "", "x\r\ny", "x\u{0}"])
    func `a header that would be two is refused`(name: String) throws {
        try EventLoop.run { loop in
            var request = post("http://127.0.0.1:1/")
            request.headers = [(name, "v")]
            #expect(
                await CurlClient(on: loop).perform(request).error == .headerNotAllowed(name: name)
            )
            request.headers = [("ok", "v\(name)\nHost: evil")]
            #expect(
                await CurlClient(on: loop).perform(request).error == .headerNotAllowed(name: "ok")
            )
        }
    }

    @Test(arguments: [
        "ftp://127.0.0.1/", "file:///etc/passwd", "http://me:x@127.0.0.1/", "nonsense://x",
        "https://127.0.0.1:1/",
    ])
    func `a URL of another kind is refused`(url: String) throws {
        try EventLoop.run { loop in
            let error = await CurlClient(on: loop).perform(post(url)).error
            guard case .failed(.request, _, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `proxies in the environment are not asked`() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
                unsafe _ = setenv(name, "http://127.0.0.1:1", 1)
            }
            try EventLoop.run { loop in
                let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
                let result = await CurlClient(on: loop).perform(post(receiver.url))
                #expect(result.status == 200)
                receiver.close()
            }
        }
    }

    // MARK: ends from outside

    @Test func `a cancelled request closes its connection`() async {
        await #expect(processExitsWith: .success) {
            try EventLoop.run { loop in
                let receiver = try LocalReceiver(on: loop) { _ in .silence }
                let client = CurlClient(on: loop)
                let before = openSocketCount()
                let url = receiver.url
                let tasks = (0..<20).map { _ in
                    loop.createTask { await client.perform(post(url)) }
                }
                try await receiver.wait {
                    receiver.answeringMax > 0 && receiver.messages.count == 20
                }
                for task in tasks { task.cancel() }
                for task in tasks { #expect(try await task.value.error == .cancelled) }
                #expect(client.transferCount == 0)
                try await receiver.wait { receiver.openCount == 0 }
                // The server's descriptors go with their objects, in the iteration after.
                try await loop.sleep(for: .zero)
                #expect(openSocketCount() == before)
                receiver.close()
            }
        }
    }

    @Test func `a request of a task that was cancelled already sends nothing`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            let client = CurlClient(on: loop)
            let url = receiver.url
            let task = loop.createTask {
                loop.currentTask?.cancel()
                return await client.perform(post(url))
            }
            #expect(try await task.value.error == .cancelled)
            #expect(receiver.messages.isEmpty)
            receiver.close()
        }
    }

    @Test func `closing the client ends what is under way and refuses what comes`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .silence }
            let client = CurlClient(on: loop)
            let url = receiver.url
            let task = loop.createTask { await client.perform(post(url)) }
            try await receiver.wait { receiver.messages.count == 1 }
            client.close()
            #expect(try await task.value.error == .closed)
            #expect(await client.perform(post(url)).error == .closed)
            try await receiver.wait { receiver.openCount == 0 }
            receiver.close()
        }
    }

    @Test func `a client that goes takes its connections along`() throws {
        try EventLoop.run { loop in
            let receiver = try LocalReceiver(on: loop) { _ in .status(200) }
            do {
                let client = CurlClient(on: loop)
                #expect(await client.perform(post(receiver.url)).status == 200)
                #expect(receiver.openCount == 1)
            }
            try await receiver.wait { receiver.openCount == 0 }
            receiver.close()
        }
    }
}

/// A listener that never takes a connection and whose queue is full.
final class FullListener {
    let address: SocketAddress
    private let listener: CInt
    private var waiting: [CInt] = []

    init() throws {
        listener = try Socket.listen(at: .loopback(port: 0)).release()
        address = try #require(Socket.localAddress(listener))
        // A second call shortens the queue.
        _ = listen(listener, 0)
        for _ in 0..<4 { waiting.append(try Socket.connect(to: address).release()) }
    }

    deinit { for descriptor in waiting + [listener] { close(descriptor) } }
}
