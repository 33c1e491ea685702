// SPDX-License-Identifier: Apache-2.0

public import Loop
public import LoopSystem

/// A small HTTP server for tests: takes requests with a Content-Length and answers what it is told
/// to. On the loop.
//
// Safety (@unchecked Sendable): tasks of one loop share it.
public final class LocalReceiver: @unchecked Sendable {
    /// A request as it came in; header names in lower case.
    public struct Message: Sendable {
        public let method: String
        public let target: String
        public let headers: [String: String]
        public let body: [UInt8]
    }

    /// What is answered.
    public enum Answer: Sendable {
        /// A whole answer.
        case status(Int, headers: [String] = [], body: String = "")
        /// A body of this many bytes that the head announces.
        case large(Int)
        /// A body that goes on until the other side leaves.
        case endless
        /// A whole answer with a head of about this many bytes.
        case head(Int)
        /// Half of the body, and the end of the connection.
        case half
        /// Nothing, until the other side leaves.
        case silence
    }

    public private(set) var messages: [Message] = []
    /// Connections that are open, and that there ever were.
    public private(set) var openCount = 0
    public private(set) var connectionCount = 0
    /// Requests that are being answered, now and at most.
    public private(set) var answeringCount = 0
    public private(set) var answeringMax = 0

    private let loop: EventLoop
    private var listener: Listener?
    private var changed: Future<Void>?
    private let answer: (Message) async -> Answer

    public init(
        on loop: EventLoop,
        at address: SocketAddress = .loopback(port: 0),
        answer: @escaping (Message) async -> Answer
    ) throws(LoopError) {
        self.loop = loop
        self.answer = answer
        listener = try Listener(on: loop, at: address) { [weak self] descriptor, _ in
            guard let self, let connection = try? Connection(on: loop, descriptor) else { return }
            openCount += 1
            connectionCount += 1
            loop.createTask {
                try? await self.serve(connection)
                connection.close()
                self.openCount -= 1
                self.tellChange()
            }
        }
    }

    public var address: SocketAddress { listener!.address }
    public var url: String { "http://\(address)/hook" }

    public func close() { listener?.close() }

    /// Waits until `condition` holds; it is looked at whenever something has changed.
    public func wait(until condition: () -> Bool) async throws {
        while !condition() {
            let changed = changed ?? Future<Void>(on: loop)
            self.changed = changed
            try await changed.value
        }
    }

    private func tellChange() {
        let changed = changed
        self.changed = nil
        if let changed, !changed.isDone { try? changed.setResult(()) }
    }

    private func serve(_ connection: Connection) async throws {
        var input: [UInt8] = []
        while let message = try await read(connection, &input) {
            messages.append(message)
            answeringCount += 1
            answeringMax = max(answeringMax, answeringCount)
            tellChange()
            let answer = await answer(message)
            answeringCount -= 1
            guard try await write(answer, connection) else { return }
        }
    }

    private func read(_ connection: Connection, _ input: inout [UInt8]) async throws -> Message? {
        var headEnd: Int?
        while headEnd == nil {
            headEnd = input.indices.dropLast(3).first {
                input[$0] == 13 && input[$0 + 1] == 10 && input[$0 + 2] == 13 && input[$0 + 3] == 10
            }
            if headEnd != nil { break }
            let bytes = try await connection.read()
            if bytes.isEmpty { return nil }
            input += bytes
        }
        let end = headEnd ?? 0
        // "\r\n" is one Character.
        let lines = String(decoding: input[..<end], as: UTF8.self).split(separator: "\r\n")
        input.removeFirst(end + 4)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let length = Int(headers["content-length"] ?? "0") ?? 0
        while input.count < length {
            let bytes = try await connection.read()
            if bytes.isEmpty { return nil }
            input += bytes
        }
        let body = Array(input.prefix(length))
        input.removeFirst(length)
        let request = lines[0].split(separator: " ")
        return Message(
            method: String(request[0]),
            target: String(request[1]),
            headers: headers,
            body: body
        )
    }

    /// - Returns: whether the connection can take another request.
    private func write(_ answer: Answer, _ connection: Connection) async throws -> Bool {
        func send(_ text: String) async throws { try await connection.write(Array(text.utf8)) }
        switch answer {
        case .status(let status, let headers, let body):
            let lines = ["HTTP/1.1 \(status) Test", "Content-Length: \(body.utf8.count)"] + headers
            try await send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
            return true
        case .large(let count):
            try await send("HTTP/1.1 200 Test\r\nContent-Length: \(count)\r\n\r\n")
            try await connection.write([UInt8](repeating: UInt8(ascii: "x"), count: count))
            return true
        case .endless:
            try await send("HTTP/1.1 200 Test\r\nConnection: close\r\n\r\n")
            while true { try await connection.write([UInt8](repeating: 120, count: 65_536)) }
        case .head(let count):
            let line = "X-Filler: \(String(repeating: "x", count: 988))\r\n"
            try await send("HTTP/1.1 200 Test\r\nContent-Length: 0\r\n")
            for _ in 0..<count / 1000 { try await send(line) }
            try await send("\r\n")
            return true
        case .half:
            try await send("HTTP/1.1 200 Test\r\nContent-Length: 10\r\n\r\nhalf!")
            return false
        case .silence:
            while try await !connection.read().isEmpty {}
            return false
        }
    }
}
