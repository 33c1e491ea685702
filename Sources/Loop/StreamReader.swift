// SPDX-License-Identifier: Apache-2.0

import Glibc

// Safety (@unchecked Sendable): tasks of one loop share it; every read goes through the transport,
// which minds its thread.

/// The bytes that come in over a connection or a pipe. On the loop.
///
/// One task may read at a time. Every wait ends with `CancellationError` where its task is
/// cancelled; nothing that had come is lost by that.
///
/// Source: `asyncio.StreamReader`, Lib/asyncio/streams.py.
public final class StreamReader: @unchecked Sendable {
    /// The most bytes that ``readUntil(_:)`` and ``readLine()`` look through for a separator, where
    /// nothing else is said: a sender who never sends one must not fill the memory. asyncio's.
    public static let limitDefault = 65_536
    /// Bytes asked of the kernel at once.
    static let chunk = 65_536

    /// The most bytes before a separator.
    public let limit: Int
    private let transport: StreamTransport
    private var buffer: [UInt8] = []
    /// Where in `buffer` the unread begins.
    private var head = 0
    private var isEnded = false

    init(_ transport: StreamTransport, limit: Int) {
        precondition(limit > 0, "a reader's limit is above 0")
        self.transport = transport
        self.limit = limit
    }

    /// Whether the end was seen and everything before it was read.
    public var atEOF: Bool { isEnded && available == 0 }

    /// The next bytes, as soon as there are any, at most `count`; empty at the end.
    public func read(upTo count: Int) async throws -> [UInt8] {
        precondition(count >= 0, "a count is not negative")
        guard count > 0 else { return [] }
        if available > 0 { return take(Swift.min(count, available)) }
        guard !isEnded else { return [] }
        let bytes = try await transport.read(
            atMost: Swift.min(count, Self.chunk),
            call: "StreamReader.read"
        )
        if bytes.isEmpty { isEnded = true }
        return bytes
    }

    /// Everything up to the end.
    public func readToEnd() async throws -> [UInt8] {
        while try await fill("StreamReader.readToEnd") {}
        return take(available)
    }

    /// Exactly `count` bytes.
    ///
    /// - Throws: ``IncompleteReadError`` with what there was, where the end comes first.
    public func readExactly(_ count: Int) async throws -> [UInt8] {
        precondition(count >= 0, "readExactly size can not be less than zero")
        while available < count {
            guard try await fill("StreamReader.readExactly") else {
                throw IncompleteReadError(partial: take(available), expected: count)
            }
        }
        return take(count)
    }

    /// Everything up to `separator` and the separator itself.
    ///
    /// - Throws: ``IncompleteReadError`` with what there was, where the end comes first;
    ///   ``LimitOverrunError`` where more than ``limit`` bytes come before the separator. They stay
    ///   in the stream then.
    public func readUntil(_ separator: [UInt8]) async throws -> [UInt8] {
        precondition(!separator.isEmpty, "Separator should be at least one-byte string")
        // What is known to hold no separator is not looked at again.
        var searched = 0
        while true {
            if available - searched >= separator.count {
                if let place = place(of: separator, from: searched) {
                    guard place <= limit else { throw overrun(place, isFound: true) }
                    return take(place + separator.count)
                }
                searched = available + 1 - separator.count
                guard searched <= limit else { throw overrun(searched, isFound: false) }
            }
            guard try await fill("StreamReader.readUntil") else {
                throw IncompleteReadError(partial: take(available), expected: nil)
            }
        }
    }

    /// The next line with its `\n`; the last one may be without; empty at the end.
    ///
    /// - Throws: ``LimitOverrunError`` where the line is longer than ``limit``. What was looked at
    ///   is dropped then, so that the next call goes on behind it.
    public func readLine() async throws -> [UInt8] {
        do {
            return try await readUntil([UInt8(ascii: "\n")])
        } catch let error as IncompleteReadError {
            return error.partial
        } catch let error as LimitOverrunError {
            _ = error.isSeparatorFound ? take(error.consumed + 1) : take(available)
            throw error
        }
    }

    /// Closes what it reads from; for the reader of a pipe, which no writer goes with.
    public func close() { transport.close() }

    // MARK: the buffer

    private var available: Int { buffer.count - head }

    /// - Returns: false at the end.
    private func fill(_ call: StaticString) async throws -> Bool {
        guard !isEnded else { return false }
        let bytes = try await transport.read(atMost: Self.chunk, call: call)
        if bytes.isEmpty {
            isEnded = true
            return false
        }
        if available == 0 {
            buffer = bytes
            head = 0
        } else {
            if head > Self.chunk, head > available {
                buffer.removeFirst(head)
                head = 0
            }
            buffer += bytes
        }
        return true
    }

    private func take(_ count: Int) -> [UInt8] {
        if count == available {
            defer {
                buffer = []
                head = 0
            }
            return head == 0 ? buffer : Array(buffer[head...])
        }
        defer { head += count }
        return Array(buffer[head..<head + count])
    }

    private func overrun(_ count: Int, isFound: Bool) -> LimitOverrunError {
        LimitOverrunError(
            partial: Array(buffer[head..<head + count]),
            isSeparatorFound: isFound
        )
    }

    /// Where in the unread the first `separator` at or behind `start` begins.
    private func place(of separator: [UInt8], from start: Int) -> Int? {
        unsafe buffer.withUnsafeBytes { bytes in
            let unread = unsafe UnsafeRawBufferPointer(rebasing: bytes[head...])
            var from = start
            while from + separator.count <= unread.count {
                // The first byte may stand no later than where the whole separator still fits.
                let span = unread.count - separator.count + 1 - from
                guard
                    let found = unsafe memchr(
                        unread.baseAddress! + from,
                        CInt(separator[0]),
                        span
                    )
                else { return nil }
                let place = unsafe UnsafeRawPointer(found) - unread.baseAddress!
                let candidate = unsafe unread[place..<place + separator.count]
                if unsafe candidate.elementsEqual(separator) { return place }
                from = place + 1
            }
            return nil
        }
    }
}

extension StreamReader: AsyncSequence {
    /// Gives the lines one after the other, each with its `\n`.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let reader: StreamReader

        /// The next line; nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            let line = try await reader.readLine()
            return line.isEmpty ? nil : line
        }
    }

    /// `for try await line in reader`
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: self) }
}
