// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// Bytes that wait to be written, in the pieces in which they came: none is copied.
struct PendingBytes {
    private var pieces: [[UInt8]] = []
    private var first = 0
    /// How much of the first piece is written.
    private var offset = 0
    /// How many bytes there are.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    /// Whether there is one piece and nothing of it is written.
    var isOnlyLast: Bool { pieces.count - first == 1 && offset == 0 }

    mutating func append(_ piece: [UInt8]) {
        pieces.append(piece)
        count += piece.count
    }

    mutating func removeAll() { self = PendingBytes() }

    /// Writes of the first piece what the kernel takes; nil where there is none.
    mutating func writeFirst(to descriptor: CInt) -> Transfer? {
        guard !isEmpty else { return nil }
        let transfer = unsafe pieces[first].withUnsafeBytes {
            unsafe writeNow(descriptor, UnsafeRawBufferPointer(rebasing: $0[offset...]))
        }
        guard case .count(let written) = transfer else { return transfer }
        count -= written
        offset += written
        if offset == pieces[first].count {
            pieces[first] = []
            first += 1
            offset = 0
            if isEmpty {
                pieces.removeAll(keepingCapacity: true)
                first = 0
            } else if first > 64, first * 2 > pieces.count {
                // The done part is dropped when it is the larger one.
                pieces.removeFirst(first)
                first = 0
            }
        }
        return transfer
    }
}
