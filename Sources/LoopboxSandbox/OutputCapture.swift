// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// Keeps the head and the tail of a stream and counts what it drops between them.
///
/// The head is what a reader needs to see how it began, the tail how it ended; half of the limit
/// each. Memory never exceeds the limit by more than one read.
struct OutputCapture {
    private let headMax: Int
    private let tailMax: Int
    private var head: [UInt8] = []
    /// A ring once it is full: `tailStart` is the oldest byte.
    private var tail: [UInt8] = []
    private var tailStart = 0
    private var dropped = 0

    init(limit: ByteCount) {
        headMax = limit.bytes - limit.bytes / 2
        tailMax = limit.bytes / 2
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let toHead = min(bytes.count, headMax - head.count)
        unsafe head.append(contentsOf: bytes.prefix(toHead))
        var rest = unsafe UnsafeRawBufferPointer(rebasing: bytes.dropFirst(toHead))
        if rest.count > tailMax {
            dropped += rest.count - tailMax
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest.suffix(tailMax))
        }
        let room = min(rest.count, tailMax - tail.count)
        unsafe tail.append(contentsOf: rest.prefix(room))
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(room))
        dropped += rest.count
        // At most twice round the corner of the ring: the rest is no longer than the ring.
        while unsafe !rest.isEmpty {
            let piece = unsafe rest.prefix(tailMax - tailStart)
            unsafe tail.replaceSubrange(tailStart..<tailStart + piece.count, with: piece)
            tailStart = unsafe (tailStart + piece.count) % tailMax
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
        }
    }

    var captured: CapturedOutput {
        let ordered = Array(tail[tailStart...] + tail[..<tailStart])
        return dropped == 0
            ? CapturedOutput(head: head + ordered)
            : CapturedOutput(head: head, tail: ordered, dropped: dropped)
    }
}
