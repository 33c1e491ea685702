// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

// Safety (@unchecked Sendable): tasks of one loop share it; everything goes through the transport,
// which minds its thread.

/// The bytes that go out over a connection or a pipe. On the loop.
///
/// A write never waits: what the kernel does not take is kept and goes out by itself. Call
/// ``drain()`` after each write, so that a slow receiver slows the sender down and memory does not
/// fill. A write to a connection that is gone is dropped; the next ``drain()`` says why.
///
/// Source: `asyncio.StreamWriter`, Lib/asyncio/streams.py.
public final class StreamWriter: @unchecked Sendable {
    /// With more unsent bytes than this ``drain()`` waits, until there are a quarter of it; asyncio's.
    public static let highWaterDefault = 65_536

    private let transport: StreamTransport

    init(_ transport: StreamTransport) { self.transport = transport }

    /// Writes `bytes` behind what was written before.
    public func write(_ bytes: [UInt8]) { transport.write(bytes) }

    /// Writes each of `lines`, which bring their line ends along.
    public func writeLines(_ lines: some Sequence<[UInt8]>) {
        write(Array(lines.joined()))
    }

    /// Says that no more bytes will be written, once all that were have gone out. Reading goes on;
    /// a pipe is closed by it.
    public func writeEOF() { transport.writeEOF() }

    /// Waits until the receiver has taken enough; returns at once where little is unsent.
    ///
    /// - Throws: the reason for which the connection was lost; ``StreamError``;
    ///   `CancellationError`.
    public func drain() async throws { try await transport.drain() }

    /// Closes the connection, both directions, once all that was written has gone out.
    public func close() { transport.close() }

    /// Closes the connection now; what has not gone out is dropped.
    public func abort() { transport.abort() }

    /// Waits until the connection is closed.
    ///
    /// - Throws: the reason for which it was lost; `CancellationError`.
    public func waitClosed() async throws { try await transport.waitClosed() }

    /// Whether it is closed or about to be.
    public var isClosing: Bool { transport.isClosing }

    /// How many bytes the kernel has not taken yet.
    public var writeBufferCount: Int { transport.pendingCount }

    /// Has ``drain()`` wait with more than `high` unsent bytes until there are at most `low` (nil: a
    /// quarter of `high`).
    ///
    /// Source: `asyncio.WriteTransport.set_write_buffer_limits`.
    public func setWriteBufferLimits(high: Int, low: Int? = nil) {
        let low = low ?? high / 4
        precondition(high >= low && low >= 0, "high (\(high)) must be >= low (\(low)) must be >= 0")
        transport.setLimits(high: high, low: low)
    }

    /// Who is at the other end; nil for a pipe and once it is closed.
    public var peerAddress: SocketAddress? {
        transport.isOpen ? Socket.peerAddress(transport.number) : nil
    }

    /// This end; nil for a pipe and once it is closed.
    public var localAddress: SocketAddress? {
        transport.isOpen ? Socket.localAddress(transport.number) : nil
    }

    /// The descriptor's number, which stays the stream's; nil once it is closed.
    public var descriptorNumber: CInt? { transport.isOpen ? transport.number : nil }
}
