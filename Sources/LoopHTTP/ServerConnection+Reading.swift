// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Loop
import LoopSystem

// From the socket to the handler.

extension ServerConnection {
    /// Reads what is there, once: who has more comes up again in the next iteration.
    func receive() {
        switch unsafe readNow(socket, into: server.readBuffer) {
        case .wouldBlock: return
        case .failed: close()
        case .count(0): receiveEnd()
        case .count(let count):
            let bytes = unsafe UnsafeBufferPointer(
                start: server.readBuffer.baseAddress!.assumingMemoryBound(to: UInt8.self),
                count: count
            )
            if phase == .lingering {
                progressBytes += count
                if progressBytes > server.configuration.lingerBytesMax { close() }
            } else if pending.isEmpty {
                server.isReadBufferInUse = true
                let consumed = unsafe process(bytes)
                server.isReadBufferInUse = false
                if consumed < count, keepsInput {
                    unsafe pending.append(contentsOf: bytes[consumed...])
                }
                settle()
            } else {
                unsafe pending.append(contentsOf: bytes)
                processPending()
            }
        }
    }

    /// The client has closed its sending side, or the whole connection: that can't be told yet.
    private func receiveEnd() {
        isInputEnded = true
        if phase == .lingering { return close() }
        if phase == .handling { tellDisconnect() }
        settle()
    }

    /// Goes on after an answer that came later, or after a backlog.
    func resume() {
        guard batchStart == nil else { return }
        if pending.isEmpty {
            // Nothing can be handed over here, but the end of a request without a body be noticed.
            _ = unsafe process(UnsafeBufferPointer(start: nil, count: 0))
            settle()
        } else {
            // Not at once: a handler that answers at once would be called by its own answer.
            scheduleResume()
            settle()
        }
    }

    private func scheduleResume() {
        guard !isResumeScheduled else { return }
        isResumeScheduled =
            (try? server.loop.callSoon { [self] in
                isResumeScheduled = false
                processPending()
            }) != nil
    }

    /// Parses what was kept, and settles.
    func processPending() {
        guard phase != .closed else { return }
        var held = pending
        pending = []
        let consumed = unsafe held.withUnsafeBufferPointer { unsafe process($0) }
        if consumed < held.count, keepsInput {
            if consumed > 0 { held.removeFirst(consumed) }
            pending = held
        }
        settle()
    }

    /// Whether what was not parsed may be parsed later.
    private var keepsInput: Bool {
        switch phase {
        case .closing, .lingering, .closed: false
        default: true
        }
    }

    /// Whether the parser may go on.
    private var canParse: Bool {
        switch phase {
        case .idle, .head: backlog.isEmpty
        case .reading, .discarding: true
        case .handling, .closing, .lingering, .closed: false
        }
    }

    /// Parses `bytes`, hands requests over, and writes what was answered.
    ///
    /// - Returns: how many bytes are done with.
    private func process(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        unsafe current = bytes
        let start = server.output.count
        batchStart = start
        var requestCount = 0
        parsing: while canParse {
            do throws(WireError) {
                switch try unsafe parser.next(in: bytes.span) {
                case .needMore: break parsing
                case .head:
                    requestCount += 1
                    handOver()
                    if server.output.count - start > server.configuration.answersBytesMax {
                        flush(from: start)
                    }
                case .body(let piece):
                    unsafe receiveBody(UnsafeBufferPointer(rebasing: bytes[piece]))
                case .trailer: break
                case .end:
                    endBody()
                    if requestCount >= server.configuration.requestsPerTurn,
                        parser.consumed < bytes.count, phase == .idle
                    {
                        scheduleResume()
                        break parsing
                    }
                }
            } catch {
                refuse(.wire(error))
            }
        }
        unsafe current = nil
        batchStart = nil
        flush(from: start)
        let consumed = parser.consumed
        parser.drop(consumed)
        return consumed
    }

    // MARK: Heads

    private func handOver() {
        requestNumber &+= 1
        request = Request()
        encoder = ResponseEncoder(answering: parser.head)
        phase = .handling
        var exchange = server.spareExchange ?? HTTPExchange()
        server.spareExchange = nil
        exchange.begin(self, requestNumber)
        server.handler(exchange)
        let isKept = !isKnownUniquelyReferenced(&exchange)
        if isKept {
            exchange.detach()
        } else {
            if !exchange.isAnswered {
                exchange.giveUp()
                noteDropped(requestNumber)
            }
            exchange.release()
            server.spareExchange = exchange
        }
    }

    func withHead<Result, Failure: Error>(
        _ body: (borrowing RequestHead, Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let bytes = unsafe current, let range = parser.headRange else {
            fatalError("a head was read after its bytes were dropped")
        }
        return try body(parser.head, unsafe bytes.span.extracting(range))
    }

    func copyHead() -> (RequestHead, [UInt8]) {
        guard let bytes = unsafe current, let range = parser.headRange else {
            fatalError("a head was copied after its bytes were dropped")
        }
        return (parser.head, unsafe Array(bytes[range]))
    }

    // MARK: Bodies

    /// The body of request `number`, at most `max` bytes.
    func readBody(_ number: UInt64, max: Int) async throws(HTTPError) -> [UInt8] {
        guard number == requestNumber, phase == .handling, !request.isStreaming else {
            throw request.bodyFailure ?? .clientGone
        }
        if case .length(let length) = parser.head.framing, length > max {
            let failure = HTTPFailure.wire(.bodyTooLarge(limit: max, announced: length))
            refuse(failure)
            throw .refused(failure)
        }
        if !request.isBodyRead {
            phase = .reading
            request.bodyMax = max
            startBodyTime()
            sendContinue()
            // Inside the handler the bytes at hand are parsed as soon as it returns.
            if batchStart == nil { processPending() }
        }
        if !request.isBodyRead, request.bodyFailure == nil {
            let waiter = Future<Void>(on: server.loop)
            request.bodyWaiter = waiter
            do {
                try await waiter.value
            } catch {
                throw .cancelled
            }
        }
        guard number == requestNumber else { throw .clientGone }
        if let failure = request.bodyFailure { throw failure }
        let body = request.body
        request.body = []
        return body
    }

    private func sendContinue() {
        guard parser.head.expectsContinue, !request.isContinueSent else { return }
        request.isContinueSent = true
        let start = server.output.count
        // Safety: a literal lives for ever.
        let line = ResponseEncoder.continueResponse
        unsafe server.output.append(
            contentsOf: UnsafeBufferPointer(start: line.utf8Start, count: line.utf8CodeUnitCount)
        )
        flush(from: batchStart ?? start)
    }

    private func receiveBody(_ piece: UnsafeBufferPointer<UInt8>) {
        request.bodyBytesRead += piece.count
        noteProgress(piece.count)
        if phase == .reading {
            guard request.bodyBytesRead <= request.bodyMax else {
                return refuse(.wire(.bodyTooLarge(limit: request.bodyMax, announced: nil)))
            }
            unsafe request.body.append(contentsOf: piece)
        } else if request.bodyBytesRead > server.configuration.skippedBodyBytesMax {
            // Only a body in chunks gets here: of the others the length is known beforehand.
            phase = .closing
        }
    }

    private func endBody() {
        request.isBodyRead = true
        if phase == .reading {
            phase = .handling
            wake(&request.bodyWaiter)
        } else {
            phase = .idle
        }
    }

    /// Whoever waits for the body gets `error` instead.
    func failBody(_ error: HTTPError) {
        if request.bodyFailure == nil { request.bodyFailure = error }
        wake(&request.bodyWaiter)
    }
}
