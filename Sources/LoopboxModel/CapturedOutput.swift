// SPDX-License-Identifier: Apache-2.0

/// What was kept of an output stream: its head and its tail.
public struct CapturedOutput: Hashable, Sendable {
    /// The first bytes; all of them where nothing was dropped.
    public var head: [UInt8]
    /// The last bytes; empty where nothing was dropped.
    public var tail: [UInt8]
    /// How many bytes between the two were dropped.
    public var dropped: Int

    /// `head`, then `dropped` bytes that are gone, then `tail`.
    public init(head: [UInt8] = [], tail: [UInt8] = [], dropped: Int = 0) {
        self.head = head
        self.tail = tail
        self.dropped = dropped
    }

    /// The numbers of it.
    public var summary: OutputSummary {
        OutputSummary(
            written: ByteCount(bytes: head.count + dropped + tail.count),
            kept: ByteCount(bytes: head.count + tail.count)
        )
    }

    /// The bytes as they are shown: a line in brackets stands where some were dropped.
    public var bytes: [UInt8] {
        guard dropped > 0 else { return head }
        return head + Array("\n[... \(dropped) bytes dropped ...]\n".utf8) + tail
    }
}
