// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxSandbox

@Suite struct OutputCaptureTests {
    /// What is kept of the numbers 0..<`count` when they come in pieces of `piece` bytes.
    private func captured(count: Int, piece: Int, limit: Int) -> CapturedOutput {
        var capture = OutputCapture(limit: ByteCount(bytes: limit))
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        for start in stride(from: 0, to: count, by: piece) {
            unsafe bytes[start..<min(start + piece, count)].withUnsafeBytes {
                unsafe capture.append($0)
            }
        }
        return capture.captured
    }

    @Test(arguments: [1, 3, 7, 64, 1000])
    func `a stream under the limit is kept whole, however it comes`(piece: Int) {
        let captured = captured(count: 100, piece: piece, limit: 100)
        #expect(captured.bytes == (0..<100).map { UInt8($0) })
        #expect(captured.dropped == 0)
    }

    @Test(arguments: [1, 3, 7, 10, 64, 1000])
    func `of a stream over the limit the head and the tail are kept`(piece: Int) {
        for count in [101, 149, 150, 151, 250, 255] {
            let captured = captured(count: count, piece: piece, limit: 100)
            #expect(captured.head == (0..<50).map { UInt8($0) })
            #expect(captured.tail == (count - 50..<count).map { UInt8(truncatingIfNeeded: $0) })
            #expect(captured.dropped == count - 100)
            #expect(captured.summary.written.bytes == count)
            #expect(captured.summary.isTruncated)
        }
    }

    @Test func `a limit that is odd is used to the last byte`() {
        let captured = captured(count: 10, piece: 4, limit: 5)
        #expect(captured.head == [0, 1, 2])
        #expect(captured.tail == [8, 9])
        #expect(captured.dropped == 5)
    }
}
