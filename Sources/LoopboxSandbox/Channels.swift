// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Loop
public import LoopSystem

// Safety (@safe): the buffer that `take` is handed is lent for the call.

/// Reads a pipe from the program to its end, as fast as the loop comes round: a program must never
/// stand still because nobody reads.
@safe public final class PipeReader: ReadinessHandler {
    /// Done at the end of the pipe, or when it was given up.
    public let ended: Future<Void>
    private let loop: EventLoop
    private let descriptor: FileDescriptor
    private let take: (UnsafeRawBufferPointer) -> Void

    /// A pipe's own size: one read empties it.
    private static let readSize = 65_536

    public init(
        on loop: EventLoop,
        _ descriptor: consuming FileDescriptor,
        _ take: @escaping (UnsafeRawBufferPointer) -> Void
    ) throws(LoopError) {
        self.loop = loop
        self.descriptor = descriptor
        unsafe self.take = unsafe take
        ended = Future(on: loop)
        do {
            try self.descriptor.makeNonBlocking()
        } catch {
            throw .system(error)
        }
        try loop.watch(self.descriptor.number, for: .readable, self)
    }

    public func ready(_ readiness: Readiness) { _ = readOnce() }

    /// - Returns: whether there may be more.
    private func readOnce() -> Bool {
        guard !ended.isDone else { return false }
        return unsafe withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 16) {
            switch unsafe readNow(descriptor.number, into: $0) {
            case .count(let count) where count > 0:
                unsafe take(UnsafeRawBufferPointer(rebasing: $0[..<count]))
                return true
            case .wouldBlock: return false
            case .count, .failed:
                giveUp()
                return false
            }
        }
    }

    /// Reads what is there, and no more after that.
    public func finish() {
        // Bounded: a descendant that escaped may go on writing for ever.
        for _ in 0..<64 where readOnce() {}
        giveUp()
    }

    private func giveUp() {
        guard !ended.isDone else { return }
        loop.unwatch(descriptor.number)
        try? ended.setResult(())
    }
}

/// Writes bytes to the program's standard input and closes it.
public final class PipeWriter: ReadinessHandler {
    private let loop: EventLoop
    private let bytes: [UInt8]
    private var written = 0
    private var descriptor: FileDescriptor?

    public init(
        on loop: EventLoop,
        _ descriptor: consuming FileDescriptor,
        _ bytes: [UInt8]
    ) throws(LoopError) {
        self.loop = loop
        self.bytes = bytes
        do {
            try descriptor.makeNonBlocking()
        } catch {
            throw .system(error)
        }
        let number = descriptor.number
        self.descriptor = consume descriptor
        try loop.watch(number, for: .writable, self)
    }

    public func ready(_ readiness: Readiness) {
        guard let number = descriptor?.number else { return }
        let transfer = unsafe bytes.withUnsafeBytes {
            unsafe writeNow(number, UnsafeRawBufferPointer(rebasing: $0[written...]))
        }
        switch transfer {
        case .count(let count): written += count
        case .wouldBlock: return
        // Nobody reads it any more: that is the program's choice.
        case .failed: written = bytes.count
        }
        if written == bytes.count { close() }
    }

    public func close() {
        guard let number = descriptor?.number else { return }
        loop.unwatch(number)
        descriptor = nil
    }
}
