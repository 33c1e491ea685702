// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.

/// The descriptor under a `StreamReader` and a `StreamWriter`. On the loop.
///
/// How this works. A read is tried at once and waits only where the kernel has nothing; nothing is
/// read ahead, so the kernel's buffer is the back-pressure. What a write could not hand to the
/// kernel waits here and goes out whenever the descriptor is writable, whether or not a task waits
/// for that. The descriptor is watched only while somebody waits or something is left to write:
/// then the loop keeps the transport, else only its users do.
///
/// Source: `_SelectorSocketTransport`, Lib/asyncio/selector_events.py.
final class StreamTransport: ReadinessHandler, @unchecked Sendable {
    /// How the end of what is written is told to the other side.
    enum Kind { case socket, pipe }

    private enum Phase { case open, closing, closed }

    let loop: EventLoop
    /// Stays known when the descriptor is closed; used only while it is not.
    let number: CInt
    private let kind: Kind
    /// Who made it; nil where somebody else answers for its being closed.
    private let origin: Origin?
    private var descriptor: FileDescriptor?
    private var phase = Phase.open
    private var interest: Readiness = []
    /// Why the connection was lost; nil where nothing went wrong.
    private var failure: (any Error)?

    private var reader: Future<Void>?
    private var readsInARow = 0

    private var pending = PendingBytes()
    private var isEOFWanted = false
    private var isWrittenAfterEOF = false
    private var isPaused = false
    private var highWater = StreamWriter.highWaterDefault
    private var lowWater = StreamWriter.highWaterDefault / 4
    private var drainers: [Future<Void>] = []
    private var closeWaiters: [Future<Void>] = []

    /// Reads that find bytes at once before the task lets others run: else a fast sender would
    /// keep the loop for itself.
    static let readsInARowMax = 16

    /// Takes over `descriptor` and makes it non-blocking.
    init(
        on loop: EventLoop,
        _ descriptor: consuming FileDescriptor,
        kind: Kind,
        origin: Origin?
    ) throws(LoopError) {
        self.loop = loop
        self.kind = kind
        self.origin = origin
        number = descriptor.number
        do {
            try descriptor.makeNonBlocking()
        } catch {
            throw .system(error)
        }
        self.descriptor = consume descriptor
    }

    deinit {
        if phase != .closed, let origin {
            warnUnclosed("transport \(shown)", origin, on: loop)
        }
    }

    private var shown: String {
        guard kind == .socket, let peer = Socket.peerAddress(number) else {
            return "<StreamTransport fd=\(number)>"
        }
        return "<StreamTransport fd=\(number) connected to \(peer)>"
    }

    // MARK: reading

    /// The next bytes, at most `count`; empty at the end or when this side closes.
    func read(atMost count: Int, call: StaticString) async throws -> [UInt8] {
        loop.requireLoop(call)
        guard reader == nil else { throw StreamError.alreadyReading(call: call.description) }
        while true {
            if let failure { throw failure }
            guard phase == .open else { return [] }
            if readsInARow >= Self.readsInARowMax {
                readsInARow = 0
                try await loop.sleep(for: .zero)
                continue
            }
            var transfer = Transfer.wouldBlock
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                transfer = unsafe readNow(number, into: UnsafeMutableRawBufferPointer(buffer))
                if case .count(let read) = transfer { filled = read }
            }
            switch transfer {
            // EIO: a terminal whose other side is closed. Nothing can come any more, and there is
            // no writer to close the descriptor.
            case .count(0) where kind == .pipe, .failed(EIO) where kind == .pipe: finish()
            case .count:
                readsInARow += 1
                return bytes
            case .failed(let code):
                lose(SystemError(call: "read", subject: "descriptor \(number)", code: code))
            case .wouldBlock:
                readsInARow = 0
                try await waitUntilReadable()
            }
        }
    }

    private func waitUntilReadable() async throws {
        let waiter = Future<Void>(on: loop)
        try await wait(for: waiter)
    }

    private func wait(for waiter: Future<Void>) async throws {
        reader = waiter
        // A wait that was cancelled leaves nothing watched; one that was woken is off already.
        defer {
            if reader === waiter {
                reader = nil
                updateInterest()
            }
        }
        updateInterest()
        try await waiter.value
    }

    // MARK: writing

    /// Hands `bytes` to the kernel or keeps them until it takes them.
    func write(_ bytes: [UInt8]) {
        loop.requireLoop("StreamWriter.write")
        guard !bytes.isEmpty else { return }
        guard !isEOFWanted else {
            isWrittenAfterEOF = true
            return
        }
        // As in asyncio, what is written to a connection that is gone is dropped; `drain` tells.
        guard phase == .open else { return }
        pending.append(bytes)
        if pending.isOnlyLast { flush() }
        updateInterest()
        if pending.count > highWater { isPaused = true }
    }

    var pendingCount: Int { pending.count }

    func setLimits(high: Int, low: Int) {
        highWater = high
        lowWater = low
        if pending.count > high { isPaused = true } else { resumeIfLow() }
    }

    /// Waits until little enough is left to write.
    func drain() async throws {
        loop.requireLoop("StreamWriter.drain")
        if let failure { throw failure }
        guard !isWrittenAfterEOF else { throw StreamError.writeAfterEOF }
        guard phase != .closed else { throw StreamError.connectionLost }
        guard isPaused else { return }
        let waiter = Future<Void>(on: loop)
        drainers.append(waiter)
        defer { drainers.removeAll { $0 === waiter } }
        try await waiter.value
    }

    func writeEOF() {
        loop.requireLoop("StreamWriter.writeEOF")
        guard phase == .open, !isEOFWanted else { return }
        isEOFWanted = true
        if pending.isEmpty { sendEOF() }
    }

    private func sendEOF() {
        switch kind {
        case .socket: Socket.shutdownWriting(number)
        case .pipe: finish()
        }
    }

    private func flush() {
        while let transfer = pending.writeFirst(to: number) {
            switch transfer {
            case .count: continue
            case .wouldBlock: return
            case .failed(let code):
                lose(SystemError(call: "write", subject: "descriptor \(number)", code: code))
                return
            }
        }
    }

    private func resumeIfLow() {
        guard isPaused, pending.count <= lowWater else { return }
        isPaused = false
        for waiter in drainers where !waiter.isDone { try? waiter.setResult(()) }
    }

    // MARK: the end

    var isClosing: Bool { phase != .open }
    /// Whether `number` is still this transport's.
    var isOpen: Bool { phase != .closed }

    /// Closes the descriptor once everything written has gone out.
    func close() {
        loop.requireLoop("StreamWriter.close")
        guard phase == .open else { return }
        phase = .closing
        wakeReader()
        if pending.isEmpty { finish() } else { updateInterest() }
    }

    /// Closes the descriptor now; what was not written yet is dropped.
    func abort() {
        loop.requireLoop("StreamWriter.abort")
        finish()
    }

    /// Waits for the descriptor's being closed.
    func waitClosed() async throws {
        loop.requireLoop("StreamWriter.waitClosed")
        if phase != .closed {
            let waiter = Future<Void>(on: loop)
            closeWaiters.append(waiter)
            defer { closeWaiters.removeAll { $0 === waiter } }
            try await waiter.value
        }
        if let failure { throw failure }
    }

    private func lose(_ error: SystemError) {
        guard phase != .closed else { return }
        failure = failure ?? LoopError.system(error)
        finish()
    }

    private func finish() {
        guard phase != .closed else { return }
        phase = .closed
        pending.removeAll()
        if !interest.isEmpty { loop.unwatch(number) }
        interest = []
        descriptor = nil
        wakeReader()
        for waiter in drainers where !waiter.isDone {
            try? waiter.setException(failure ?? StreamError.connectionLost)
        }
        for waiter in closeWaiters where !waiter.isDone { try? waiter.setResult(()) }
    }

    private func wakeReader() {
        guard let waiter = reader else { return }
        reader = nil
        if !waiter.isDone { try? waiter.setResult(()) }
    }

    // MARK: readiness

    func ready(_ readiness: Readiness) {
        if readiness.concernsReader { wakeReader() }
        if readiness.concernsWriter, phase != .closed, !pending.isEmpty {
            flush()
            resumeIfLow()
            if pending.isEmpty, phase == .closing {
                finish()
            } else if pending.isEmpty, isEOFWanted, phase == .open {
                sendEOF()
            }
        }
        updateInterest()
    }

    private func updateInterest() {
        guard phase != .closed else { return }
        var wanted: Readiness = []
        if reader != nil { wanted.insert(.readable) }
        if !pending.isEmpty { wanted.insert(.writable) }
        do throws(LoopError) {
            try loop.change(&interest, to: wanted, of: number, self)
        } catch {
            failure = failure ?? error
            finish()
        }
    }
}
