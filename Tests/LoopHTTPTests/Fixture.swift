// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTPWire
import Logging
import Loop
import LoopHTTP
import LoopSystem
import Synchronization
import Testing

/// Keeps what is logged.
final class LogCapture: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "test") { _ in Handler(capture: self) }
        logger.logLevel = level
        return logger
    }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
            capture.lines.withLock { $0.append("\(event.level): \(event.message)\(reason)") }
        }
    }
}

/// Notes of a handler, read by the test. On one loop.
final class Journal: Sendable {
    private let notes = Mutex<[String]>([])
    var entries: [String] { notes.withLock { $0 } }
    func note(_ entry: String) { notes.withLock { $0.append(entry) } }
}

// Safety (@unchecked Sendable): lives on one loop.

/// A server on a loop in debug mode, and the ways to reach it.
final class Fixture: @unchecked Sendable {
    let loop: EventLoop
    let server: HTTPServer
    let address: SocketAddress
    let log: LogCapture

    init(loop: EventLoop, server: HTTPServer, address: SocketAddress, log: LogCapture) {
        self.loop = loop
        self.server = server
        self.address = address
        self.log = log
    }

    var port: UInt16 { address.port ?? 0 }
    var url: String { "http://127.0.0.1:\(port)" }

    func client() async throws -> Client {
        Client(try await Connection.open(on: loop, to: address))
    }

    /// The answers to `text`, sent on a connection of its own, up to the connection's end.
    func answers(to text: String) async throws -> [Answer] {
        let client = try await client()
        defer { client.close() }
        try await client.send(text)
        var answers: [Answer] = []
        while let answer = try await client.answerOrEnd() { answers.append(answer) }
        return answers
    }

    /// Lets everything run that is ready now, and what follows from it.
    func settle() async throws {
        for _ in 0..<4 { try await loop.sleep(for: .zero) }
    }

    /// Waits until `condition` is true.
    func until(_ condition: () -> Bool) async throws {
        while !condition() { try await loop.sleep(for: .milliseconds(1)) }
    }

    /// What curl prints, and its exit status.
    func curl(_ arguments: String...) async throws -> (output: String, status: CInt) {
        let pipe = try FileDescriptor.pipe()
        let null = try FileDescriptor.null()
        var plan = ProcessPlan(
            path: "/usr/bin/curl",
            arguments: ["curl", "-sS", "--max-time", "20"] + arguments,
            environment: ["PATH=/usr/bin:/bin", "NO_PROXY=*"]
        )
        plan.descriptors = [0: null.number, 1: pipe.writing.number, 2: pipe.writing.number]
        let child = try Subprocess(plan, on: loop)
        let reading = try pipe.reading.duplicate().release()
        _ = consume pipe
        let output = try Connection(on: loop, FileDescriptor(owning: reading))
        var bytes: [UInt8] = []
        while true {
            let piece = try await output.read()
            if piece.isEmpty { break }
            bytes += piece
        }
        output.close()
        let exit = try await child.wait()
        guard case .exited(let status) = exit.ending else { return ("", -1) }
        return (String(decoding: bytes, as: UTF8.self), status)
    }
}

/// Runs `body` beside a server whose handler is `handler`. Whatever debug mode, the exception
/// handler or the server's log at level error reports fails the test, unless it is expected.
func serve(
    at address: SocketAddress = .loopback(port: 0),
    errors: Int = 0,
    debug: Bool = true,
    _ change: (inout HTTPServer.Configuration) -> Void = { _ in },
    handler: @escaping @isolated(any) @Sendable (HTTPExchange) -> Void,
    _ body: @escaping @Sendable (Fixture) async throws -> Void
) throws {
    let loopLog = LogCapture()
    let serverLog = LogCapture()
    let loop = try EventLoop(debug: debug, logger: loopLog.logger(.warning))
    // A machine that is busy with other tests stops a thread for longer than the usual limit.
    loop.slowCallbackDuration = .seconds(2)
    loop.exceptionHandler = { Issue.record("reported: \($0.description)") }
    var configuration = HTTPServer.Configuration()
    change(&configuration)
    let server = HTTPServer(
        on: loop,
        configuration: configuration,
        logger: serverLog.logger(.debug),
        handler: handler
    )
    let bound = try server.listen(at: address)
    let fixture = Fixture(loop: loop, server: server, address: bound, log: serverLog)
    let task = loop.createTask(name: "test") {
        defer { for task in loop.allTasks where task.name != "test" { task.cancel() } }
        try await body(fixture)
        await server.drain(within: .zero)
        #expect(server.connectionsOpen == 0)
    }
    let watchdog = try loop.callLater(.seconds(60)) { task.cancel() }
    try loop.runUntilComplete(task)
    watchdog.cancel()
    while !loop.allTasks.isEmpty {
        try loop.callSoon { loop.stop() }
        try loop.runForever()
    }
    loop.close()
    #expect(loopLog.all.isEmpty)
    #expect(serverLog.all.filter { $0.hasPrefix("error") }.count == errors, "\(serverLog.all)")
}

/// A response as the client sees it.
struct Answer {
    var status = 0
    var reason = ""
    /// By their names in lower case.
    var fields: [String: String] = [:]
    var body: [UInt8] = []
    var text: String { String(decoding: body, as: UTF8.self) }
}

// Safety (@unchecked Sendable): lives on one loop.

/// The client's side of a connection.
final class Client: @unchecked Sendable {
    let connection: Connection
    private var parser = ResponseParser()
    private var bytes: [UInt8] = []
    /// How many segments with data came: one for each write of the server, which delays none.
    ///
    /// Source: `tcpi_data_segs_in` of `struct tcp_info` in linux/tcp.h; the C library's is older.
    var segments: UInt32 {
        var info = [UInt32](repeating: 0, count: 64)
        var length = socklen_t(256)
        unsafe getsockopt(
            connection.descriptorNumber,
            CInt(IPPROTO_TCP),
            TCP_INFO,
            &info,
            &length
        )
        return info[38]
    }

    init(_ connection: Connection) { self.connection = connection }

    func send(_ text: String) async throws { try await connection.write(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) async throws { try await connection.write(bytes) }
    func close() { connection.close() }

    /// The next answer; an end instead of it fails the test.
    func answer(toHEAD: Bool = false) async throws -> Answer {
        try #require(try await answerOrEnd(toHEAD: toHEAD))
    }

    /// Whether nothing more comes but the end.
    func isEnded() async throws -> Bool {
        try await answerOrEnd() == nil
    }

    /// The next answer; nil where the connection ends first. An end that the server's kernel forced
    /// is an error: with it, an answer may get lost.
    func answerOrEnd(toHEAD: Bool = false) async throws -> Answer? {
        parser.answersHEAD = toHEAD
        var answer = Answer()
        while true {
            let held = bytes
            switch try parser.next(in: held.span) {
            case .needMore:
                bytes.removeFirst(parser.consumed)
                parser.drop(parser.consumed)
                let piece = try await connection.read()
                if piece.isEmpty { return nil }
                bytes += piece
            case .head(let range):
                let head = parser.head
                let text = held.span.extracting(range)
                answer.status = head.status.code
                for index in 0..<head.fields.count {
                    let name = head.fields.name(at: index, in: text).lowercased()
                    answer.fields[name] = head.fields.value(at: index, in: text)
                }
            case .body(let range): answer.body += held[range]
            case .trailer: break
            case .end: return answer
            }
        }
    }
}
