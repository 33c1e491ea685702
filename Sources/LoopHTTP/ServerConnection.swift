// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Logging
import Loop
import LoopSystem

// Safety (@unchecked Sendable): touched on the loop's thread only; exchanges and writers, the only
// ones who know it, see to that.
// Safety (@safe): `current` is set only while the bytes that it points to are lent to `process`.

/// One connection of a server.
///
/// How this works. The phases of a request are one after the other: `idle`, `head`, `handling`
/// with perhaps `reading` in it, `discarding` what the handler left of the body, `idle` again; or
/// `closing` and `lingering`. Whatever happens ends in `settle`, which looks at the phase and sees
/// to deadlines, to what the loop watches, and to the connection's end.
///
/// What goes out stands at the end of the server's `output` for as long as `process` runs, so
/// that the answers to pipelined requests share a write, and in `backlog` where the kernel does
/// not take it. While there is a backlog, no further request is begun.
@safe final class ServerConnection: ReadinessHandler, @unchecked Sendable {
    enum Phase {
        /// Between two requests.
        case idle
        /// A part of a head is there.
        case head
        /// The handler has the request. Nobody wants its body now.
        case handling
        /// The handler has the request and waits for its body.
        case reading
        /// The request is answered; the rest of its body is skipped.
        case discarding
        /// The last answer is written as soon as the backlog is empty.
        case closing
        /// Everything is written; the client is given time to read it.
        case lingering
        case closed
    }

    /// What is known of the request that is being read or handled.
    struct Request {
        /// Whether all of the body was read.
        var isBodyRead = false
        /// Bytes of the body that were read, wanted or not.
        var bodyBytesRead = 0
        var isContinueSent = false
        /// Whether its answer has begun, and is written piece by piece.
        var isStreaming = false
        /// How large the body may be that the handler awaits.
        var bodyMax = 0
        var body: [UInt8] = []
        var bodyFailure: HTTPError?
        var bodyWaiter: Future<Void>?
        var onDisconnect: (() -> Void)?
    }

    let server: HTTPServer
    let peer: SocketAddress
    let id: UInt64
    /// Where it stands in the server's list.
    var place = 0
    let socket: CInt
    /// Owns `socket`; nil once that is closed.
    private var descriptor: FileDescriptor?

    var phase = Phase.idle
    var parser: RequestParser
    var encoder = ResponseEncoder()
    var request = Request()
    /// How many requests there were; the exchange of an earlier one has no say any more.
    var requestNumber: UInt64 = 0

    /// What was read and not parsed yet.
    var pending: [UInt8] = []
    /// The bytes that are being parsed.
    var current: UnsafeBufferPointer<UInt8>?
    /// Where this connection's answers begin in the server's `output`, while it parses.
    var batchStart: Int?
    /// Whether the client has closed its sending side.
    var isInputEnded = false
    var isResumeScheduled = false

    /// What the kernel did not take yet, from `backlogStart` on.
    var backlog: [UInt8] = []
    var backlogStart = 0
    var writeWaiter: Future<Void>?

    /// The sweeps in which time is up for the client to send, and to take.
    var deadline: Int
    var writeDeadline = SweepClock.never
    /// Bytes that came since the deadline was set.
    var progressBytes = 0
    private var interest: Readiness = []
    /// The sweep in which it came.
    private let openedIn: Int

    init(
        _ server: HTTPServer,
        _ descriptor: consuming FileDescriptor,
        peer: SocketAddress,
        id: UInt64
    ) {
        self.server = server
        self.peer = peer
        self.id = id
        socket = descriptor.number
        self.descriptor = consume descriptor
        parser = RequestParser(limits: server.configuration.wire)
        deadline = server.clock.deadline(in: server.clock.head)
        openedIn = server.clock.sweep
    }

    /// Begins to read; the connection's place in the server's list is `place`.
    func open(at place: Int) throws(LoopError) {
        self.place = place
        interest = .readable
        try server.loop.watch(socket, for: interest, self)
    }

    /// Ends it at once: who waits for the client is told that it is gone.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        server.loop.unwatch(socket)
        interest = []
        descriptor = nil
        pending = []
        backlog = []
        server.remove(at: place)
        failBody(.clientGone)
        wake(&writeWaiter)
        tellDisconnect()
    }

    /// Closes it unless a request is under way. One that arrived unnoticed is answered still.
    func closeIfIdle() {
        guard phase == .idle, backlog.isEmpty else { return }
        // A handler may begin the drain, while its own request stands in the buffer.
        if !server.isReadBufferInUse { receive() }
        if phase == .idle, backlog.isEmpty, !isResumeScheduled { close() }
    }

    /// Whether nothing is under way on it, no request and no answer that is still to be taken, in
    /// `sweep`; a new one has until the second sweep for its request.
    func isQuiet(in sweep: Int) -> Bool {
        guard sweep >= openedIn + 2 else { return false }
        switch phase {
        case .idle, .head: return backlog.isEmpty && !isResumeScheduled
        case .lingering: return true
        case .handling, .reading, .discarding, .closing, .closed: return false
        }
    }

    // MARK: What the loop tells

    func ready(_ readiness: Readiness) {
        if !backlog.isEmpty, readiness.concernsWriter { writeBacklog() }
        if interest.contains(.readable) {
            if readiness.concernsReader { receive() }
        } else if !readiness.isDisjoint(with: [.hangup, .error]) {
            close()
        }
    }

    /// Whether anything may be read now.
    private var wantsInput: Bool {
        guard !isInputEnded else { return false }
        switch phase {
        case .idle, .head: return backlog.isEmpty && !isResumeScheduled
        case .handling: return pending.count < server.configuration.pipelinedBytesMax
        case .reading, .discarding, .lingering: return true
        case .closing, .closed: return false
        }
    }

    /// Does what the phase asks for, after whatever happened.
    func settle() {
        guard batchStart == nil else { return }
        switch phase {
        case .closed: return
        case .closing where backlog.isEmpty: return endOutput()
        case .idle, .head:
            if isInputEnded, backlog.isEmpty, !isResumeScheduled { return close() }
            settleBetweenRequests()
        case .handling, .closing: deadline = SweepClock.never
        case .reading:
            // The rest of the body will never come.
            if isInputEnded { return close() }
        case .discarding:
            if isInputEnded, !isResumeScheduled {
                phase = .closing
                return settle()
            }
        case .lingering: break
        }
        watch()
    }

    private func settleBetweenRequests() {
        guard backlog.isEmpty, !isResumeScheduled else {
            deadline = SweepClock.never
            return
        }
        if pending.isEmpty {
            if server.isDraining { return close() }
            phase = .idle
            deadline = server.clock.deadline(in: server.clock.idle)
        } else if phase != .head || deadline == SweepClock.never {
            phase = .head
            deadline = server.clock.deadline(in: server.clock.head)
        }
    }

    private func watch() {
        var wanted: Readiness = wantsInput ? .readable : []
        if !backlog.isEmpty { wanted.insert(.writable) }
        guard wanted != interest else { return }
        interest = wanted
        do {
            try server.loop.rewatch(socket, for: wanted)
        } catch {
            close()
        }
    }

    /// The last answer is out. The socket is not closed while the client may still send: the
    /// kernel would answer that with a reset, and the client's kernel throw away what it has
    /// not read yet (RFC 9112 §9.6).
    private func endOutput() {
        guard !isInputEnded else { return close() }
        phase = .lingering
        pending = []
        progressBytes = 0
        deadline = server.clock.deadline(in: server.clock.linger)
        Socket.shutdownWriting(socket)
        watch()
    }

    // MARK: Deadlines

    /// Looks whether the client's time is up in `sweep`.
    func checkDeadlines(_ sweep: Int) {
        if sweep >= writeDeadline {
            log("client takes nothing")
            close()
        } else if sweep >= deadline {
            switch phase {
            case .idle, .lingering, .discarding: close()
            case .head: refuse(.headTimeout(server.configuration.headTimeout))
            case .reading: refuse(.bodyTimeout(server.configuration.bodyTimeout))
            case .handling, .closing, .closed: break
            }
        }
    }

    /// Gives the client new time for a body where enough of it came.
    func noteProgress(_ count: Int) {
        progressBytes += count
        if progressBytes >= server.configuration.bodyProgressBytes { startBodyTime() }
    }

    func startBodyTime() {
        progressBytes = 0
        deadline = server.clock.deadline(in: server.clock.body)
    }

    // MARK: Who waits

    func isClientGone(_ number: UInt64) -> Bool {
        number != requestNumber || isInputEnded || phase == .closed
    }

    func setOnDisconnect(_ number: UInt64, _ body: @escaping () -> Void) {
        guard !isClientGone(number) else { return body() }
        forgetDisconnect()
        request.onDisconnect = body
    }

    func tellDisconnect() {
        let body = request.onDisconnect
        request.onDisconnect = nil
        body?()
    }

    func forgetDisconnect() {
        // What the closure holds may come back here when it goes, so `request` must be free then.
        withExtendedLifetime(request.onDisconnect) { request.onDisconnect = nil }
    }

    func wake(_ waiter: inout Future<Void>?) {
        guard let woken = waiter else { return }
        waiter = nil
        if !woken.isDone { try? woken.setResult(()) }
    }

    func log(_ message: Logger.Message) {
        server.logger.debug(message, metadata: ["conn.id": "\(id)", "peer": "\(peer)"])
    }
}
