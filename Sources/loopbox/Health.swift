// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import LoopSystem
import LoopboxService

/// `loopbox health`: whether a server is ready, for an image that has no HTTP client.
struct Health: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks a server whether it is ready to take jobs.",
        discussion: """
            loopbox health
            loopbox health 127.0.0.1:8080
            loopbox health unix:/run/loopbox.sock

            Exit status: 0 it is ready, 1 it is not or can't be reached.
            """
    )

    @Argument(help: "Where the server listens; default: LOOPBOX_LISTEN, or 127.0.0.1:8080.")
    var address: String?

    /// How long the whole question may take. A ready server needs milliseconds; whoever asks
    /// before each connection wants to know soon.
    static let timeLimit: Duration = .seconds(3)

    func run() throws {
        let text = address ?? environment("LOOPBOX_LISTEN") ?? "127.0.0.1:8080"
        guard let server = SocketAddress(text), server.port != 0 else {
            throw ValidationError(
                "\(text) is no address; write 127.0.0.1:8080, [::1]:8080 or unix:/path"
            )
        }
        do throws(SystemError) {
            let answer = try Self.ask(server)
            if answer.hasPrefix("HTTP/1.1 200 ") { return }
            complain("the server at \(server) is not ready: \(Self.reason(in: answer))")
        } catch {
            complain("\(error)")
        }
        throw ExitCode(1)
    }

    /// What the server answers to `GET /readyz`, head and body, as far as it fits in `answerMax`.
    private static func ask(_ server: SocketAddress) throws(SystemError) -> String {
        let deadline = MonotonicTime.now.advanced(by: timeLimit)
        // A socket that does not block, and poll(2) before each step: one deadline holds for all.
        let socket = try Socket.connect(to: server)
        try wait(for: POLLOUT, socket.number, server, until: deadline)
        let refusal = Socket.connectResult(socket.number)
        guard refusal == 0 else {
            throw SystemError(call: "connect", subject: server.description, code: refusal)
        }
        // A server that listens on loopback answers to this name, whatever else it is called.
        let request = Array(
            "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8
        )
        // So few bytes fit into the buffer of a new connection.
        guard unsafe send(socket.number, request, request.count, CInt(MSG_NOSIGNAL)) > 0
        else { throw .last("send", server.description) }
        var answer: [UInt8] = []
        while answer.count < answerMax {
            try wait(for: POLLIN, socket.number, server, until: deadline)
            var piece = [UInt8](repeating: 0, count: answerMax - answer.count)
            let count = unsafe recv(socket.number, &piece, piece.count, 0)
            guard count >= 0 else { throw .last("recv", server.description) }
            if count == 0 { break }
            answer += piece[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// Of an answer; a status line and a short text need less.
    private static let answerMax = 4096

    private static func wait(
        for event: CInt,
        _ descriptor: CInt,
        _ server: SocketAddress,
        until deadline: MonotonicTime
    ) throws(SystemError) {
        var question = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let rest = max(0, MonotonicTime.now.duration(to: deadline).nanoseconds / 1_000_000)
            let count = unsafe poll(&question, 1, CInt(rest))
            if count > 0 { return }
            guard count == 0 || errno == EINTR else { throw .last("poll", server.description) }
            if count == 0 {
                throw SystemError(
                    call: "GET /readyz",
                    subject: server.description,
                    code: ETIMEDOUT
                )
            }
        }
    }

    /// What the server says about it, or else its status line.
    private static func reason(in answer: String) -> Substring {
        let lines = answer.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let status = lines.first, !status.isEmpty else { return "it did not answer" }
        guard let blank = lines.firstIndex(of: ""), let text = lines[(blank + 1)...].first else {
            return status
        }
        return text.split(whereSeparator: \.isNewline).first ?? status
    }
}
