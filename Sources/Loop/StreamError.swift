// SPDX-License-Identifier: Apache-2.0

/// What can go wrong with a stream beside the kernel's own reasons.
public enum StreamError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A task reads while another one waits in `call`.
    case alreadyReading(call: String)
    /// The connection is gone, closed by this side.
    case connectionLost
    /// Bytes were written after `writeEOF()`.
    case writeAfterEOF
    /// The descriptor is a file or a directory: always ready, so nothing could be waited for.
    case notAPipe(descriptor: CInt)

    /// asyncio's words where asyncio has the same.
    public var description: String {
        switch self {
        case .alreadyReading(let call):
            "\(call) called while another task is already waiting for incoming data"
        case .connectionLost: "Connection lost"
        case .writeAfterEOF: "Cannot call write() after writeEOF()"
        case .notAPipe(let descriptor):
            """
            descriptor \(descriptor): Pipe transport is for pipes, sockets and character devices \
            only; read files with runInExecutor
            """
        }
    }
}

/// The stream ended before everything that was asked for had come.
///
/// Source: `asyncio.IncompleteReadError`, Lib/asyncio/exceptions.py.
public struct IncompleteReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What did come. It is no longer in the stream.
    public let partial: [UInt8]
    /// How many bytes were asked for; nil where the wait was for a separator.
    public let expected: Int?

    /// `3 bytes read on a total of 8 expected bytes`
    public var description: String {
        "\(partial.count) bytes read on a total of \(expected.map(String.init) ?? "undefined")"
            + " expected bytes"
    }
}

/// The reader's limit was reached before a separator had come, or the part before it is longer.
///
/// Source: `asyncio.LimitOverrunError`, Lib/asyncio/exceptions.py.
public struct LimitOverrunError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes that were looked at. After `readUntil` they are still in the stream, after
    /// `readLine` they are not.
    public let partial: [UInt8]
    /// Whether the separator had come.
    public let isSeparatorFound: Bool

    /// How many bytes to read in order to get past them.
    public var consumed: Int { partial.count }

    /// asyncio's words.
    public var description: String {
        isSeparatorFound
            ? "Separator is found, but chunk is longer than limit"
            : "Separator is not found, and chunk exceed the limit"
    }
}
