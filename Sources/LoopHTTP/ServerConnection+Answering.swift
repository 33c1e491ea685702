// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Logging
import Loop
import LoopSystem

// From the handler to the socket.

extension ServerConnection {
    /// Whether request `number` still waits for its answer to begin. The number is looked at
    /// although a request is never left unanswered: an answer to the wrong one would be a leak.
    private func isAwaitingAnswer(_ number: UInt64) -> Bool {
        guard number == requestNumber, !request.isStreaming else { return false }
        return phase == .handling || phase == .reading
    }

    /// Answers request `number`, if it still waits for that.
    func answer(
        _ number: UInt64,
        _ status: HTTPStatus,
        _ fields: FieldBlock,
        _ body: Span<UInt8>
    ) {
        guard isAwaitingAnswer(number) else { return }
        let start = server.output.count
        writeAnswer(status, fields, body)
        finishAnswer(from: start)
    }

    /// Writes an answer with all of its body.
    private func writeAnswer(_ status: HTTPStatus, _ fields: FieldBlock, _ body: Span<UInt8>) {
        // Each touch of a class's property costs a look whether it is free: so but one of each.
        func write(_ encoder: inout ResponseEncoder, _ output: inout [UInt8]) {
            beginAnswer(&encoder, &output, status, fields)
            encoder.body(body, into: &output)
        }
        write(&encoder, &server.output)
    }

    private func beginAnswer(
        _ encoder: inout ResponseEncoder,
        _ output: inout [UInt8],
        _ status: HTTPStatus,
        _ fields: FieldBlock
    ) {
        if !encoder.closes { encoder.closes = mustClose }
        encoder.begin(status, date: server.clock.date, into: &output)
        if !server.commonFields.bytes.isEmpty {
            encoder.fields(server.commonFields, into: &output)
        }
        encoder.fields(fields, into: &output)
    }

    /// Whether the connection can't go on after the answer to this request.
    private var mustClose: Bool {
        if server.isDraining { return true }
        guard !request.isBodyRead else { return false }
        switch parser.head.framing {
        case .none, .untilClose: return false
        case .length(let length):
            if length == 0 { return false }
            let left = length - request.bodyBytesRead
            if left > server.configuration.skippedBodyBytesMax { return true }
        case .chunked: break
        }
        // A client that was not told to go on may leave the body out or send it: who knows.
        return parser.head.expectsContinue && !request.isContinueSent
    }

    /// The answer is complete and stands in `output` from `start` on.
    private func finishAnswer(from start: Int) {
        request.isStreaming = false
        forgetDisconnect()
        if request.bodyWaiter != nil { failBody(.cancelled) }
        phase = encoder.closes ? .closing : request.isBodyRead ? .idle : .discarding
        if phase == .discarding { startBodyTime() }
        guard batchStart == nil else { return }
        flush(from: start)
        resume()
    }

    // MARK: The server's own answers

    /// Answers request `number` with the server's own words, if it still waits for an answer.
    func refuse(_ number: UInt64, _ failure: HTTPFailure) {
        guard isAwaitingAnswer(number) else { return }
        log(failure)
        let start = server.output.count
        writeFailure(failure)
        finishAnswer(from: start)
    }

    /// Refuses whatever is being read, and ends the connection: where the next request begins is
    /// not known.
    func refuse(_ failure: HTTPFailure) {
        log(failure)
        let start = server.output.count
        switch phase {
        case .idle, .head:
            // The head is whole where it was its meaning that was refused; HEAD then gets no body.
            requestNumber &+= 1
            request = Request()
            let isHeadWhole = parser.headRange != nil
            encoder = isHeadWhole ? ResponseEncoder(answering: parser.head) : ResponseEncoder()
            encoder.closes = true
            writeFailure(failure)
        case .handling, .reading:
            encoder.closes = true
            writeFailure(failure)
            failBody(.refused(failure))
        case .discarding, .closing, .lingering, .closed: break
        }
        forgetDisconnect()
        phase = .closing
        guard batchStart == nil else { return }
        flush(from: start)
        settle()
    }

    private func writeFailure(_ failure: HTTPFailure) {
        let content = server.configuration.errorBody(failure)
        do throws(WireError) {
            let fields = try FieldBlock(["Content-Type": content.contentType])
            writeAnswer(failure.status, fields, content.bytes.span)
        } catch {
            fatalError("errorBody gave a content type that can't be sent: \(error)")
        }
    }

    private func log(_ failure: HTTPFailure) {
        server.logger.log(
            level: failure.isServerFault ? .error : .debug,
            "request refused",
            metadata: [
                "conn.id": "\(id)", "status": "\(failure.status.code)", "reason": "\(failure)",
            ]
        )
    }

    /// The handler has let go of request `number` and did not answer it.
    func noteDropped(_ number: UInt64) { refuse(number, .notAnswered) }

    // MARK: Streams

    /// Begins the answer to request `number`, if it still waits for that.
    func beginStream(
        _ number: UInt64,
        _ status: HTTPStatus,
        _ fields: FieldBlock,
        length: Int?
    ) {
        guard isAwaitingAnswer(number) else { return }
        let start = server.output.count
        beginAnswer(&encoder, &server.output, status, fields)
        if let length {
            encoder.startBody(length: length, into: &server.output)
        } else {
            encoder.startBodyOfUnknownLength(into: &server.output)
        }
        request.isStreaming = true
        failBody(.cancelled)
        phase = .handling
        if batchStart == nil {
            flush(from: start)
            settle()
        }
    }

    /// Whether request `number` is the one whose answer is being written.
    private func isStreaming(_ number: UInt64) -> Bool {
        number == requestNumber && request.isStreaming && phase == .handling
    }

    /// Writes a piece and waits until the kernel has taken it.
    func writePiece(_ number: UInt64, _ bytes: [UInt8]) async throws(HTTPError) {
        guard isStreaming(number) else { throw .clientGone }
        let start = server.output.count
        do throws(WireError) {
            try encoder.piece(bytes.span, into: &server.output)
        } catch {
            fatalError("more was written than announced: \(error)")
        }
        flush(from: batchStart ?? start)
        settle()
        guard !backlog.isEmpty else {
            if phase == .closed { throw .clientGone }
            return
        }
        precondition(writeWaiter?.isDone ?? true, "two tasks write one answer")
        let waiter = Future<Void>(on: server.loop)
        writeWaiter = waiter
        do {
            try await waiter.value
        } catch {
            // Who is cancelled because the connection went is told of the connection.
            throw phase == .closed ? .clientGone : .cancelled
        }
        if phase == .closed { throw .clientGone }
    }

    /// The answer to request `number` is complete.
    func endStream(_ number: UInt64) {
        guard isStreaming(number) else { return }
        let start = server.output.count
        do throws(WireError) {
            try encoder.end(into: &server.output)
        } catch {
            server.logger.error(
                "answer shorter than announced",
                metadata: ["conn.id": "\(id)", "reason": "\(error)"]
            )
            return close()
        }
        finishAnswer(from: start)
    }

    /// The answer to request `number` will never be complete.
    func abandonStream(_ number: UInt64) {
        guard isStreaming(number) else { return }
        log("answer abandoned")
        close()
    }

    // MARK: Writing

    /// Writes `output` from `start` on and takes it off; what the kernel does not take is kept.
    func flush(from start: Int) {
        let count = server.output.count - start
        guard count > 0 else { return }
        var written = 0
        if phase != .closed, backlog.isEmpty {
            let transfer = unsafe server.output.withUnsafeBytes {
                unsafe writeNow(socket, UnsafeRawBufferPointer(rebasing: $0[start...]))
            }
            switch transfer {
            case .count(let taken): written = taken
            case .wouldBlock: break
            case .failed: close()
            }
        }
        if written < count, phase != .closed {
            if backlog.isEmpty {
                backlogStart = 0
                writeDeadline = server.clock.deadline(in: server.clock.write)
            }
            backlog.append(contentsOf: server.output[(start + written)...])
        }
        server.truncateOutput(to: start)
    }

    /// Writes on where the kernel had enough.
    func writeBacklog() {
        let transfer = unsafe backlog.withUnsafeBytes {
            unsafe writeNow(socket, UnsafeRawBufferPointer(rebasing: $0[backlogStart...]))
        }
        switch transfer {
        case .wouldBlock: return
        case .failed: return close()
        case .count(let taken): backlogStart += taken
        }
        guard backlogStart == backlog.count else {
            writeDeadline = server.clock.deadline(in: server.clock.write)
            return
        }
        backlog = []
        backlogStart = 0
        writeDeadline = SweepClock.never
        wake(&writeWaiter)
        resume()
    }
}
