// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Takes the stream of a report apart: lengths of 32 bits (big endian), each before one JSON
/// object.
///
/// The stream comes from the program's process, so anything can be in it. A frame that is none is
/// counted and the report then is incomplete; memory stays bounded whatever comes.
public struct FrameDecoder: Sendable {
    /// Of one frame; the harness shortens what would be longer.
    public static let frameBytesMax = 256 << 10
    /// Of all frames together: some thousand findings. What comes after is not read.
    public static let totalBytesMax = 16 << 20
    /// Facts of one run: a place is told 20 times at most.
    public static let factsMax = 50_000
    /// Of brackets in a frame. Deeper ones than the harness writes could exhaust the stack of the
    /// thread that decodes them.
    public static let depthMax = 128

    /// Of the interpreter's text of its threads' stacks: a hundred threads.
    public static let stacksBytesMax = 64 << 10

    /// What the interpreter wrote, in place of a frame, of where its threads stood.
    public private(set) var stacks: [UInt8] = []
    /// Frames that were none.
    public private(set) var badFrames = 0

    private var pending: [UInt8] = []
    private var totalBytes = 0
    private var factCount = 0
    private var phase = Phase.reading
    private var isInStacks = false
    private let json = JSONDecoder()

    private enum Phase { case reading, ended, broken }

    /// Of all frames of this stream together.
    private let totalBytesMax: Int

    /// A decoder at the beginning of a stream, which reads `totalBytesMax` of it.
    public init(totalBytesMax: Int = Self.totalBytesMax) { self.totalBytesMax = totalBytesMax }

    /// Whether the report is whole, when nothing more comes.
    public var state: ReportState {
        phase == .ended && badFrames == 0 && pending.isEmpty ? .complete : .incomplete
    }

    /// The facts that `bytes`, which follow on all earlier ones, complete.
    public mutating func read(_ bytes: [UInt8]) -> [Fact] {
        guard phase != .broken, !bytes.isEmpty else { return [] }
        totalBytes += bytes.count
        guard totalBytes <= totalBytesMax else {
            breakOff()
            return []
        }
        pending += bytes
        var facts: [Fact] = []
        var start = takeStacks(from: 0)
        while pending.count - start >= 4 {
            let length = pending[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length > 0, length <= Self.frameBytesMax, factCount < Self.factsMax else {
                // Nothing says where the next frame begins.
                breakOff()
                return facts
            }
            guard pending.count - start - 4 >= length else { break }
            if let fact = decode(pending[start + 4..<start + 4 + length]) {
                facts.append(fact)
                factCount += 1
                if fact.kind == .bye { phase = .ended }
            } else {
                badFrames += 1
            }
            start = takeStacks(from: start + 4 + length)
        }
        pending.removeFirst(start)
        return facts
    }

    /// Takes text in place of a frame, which begins with a zero, as no text does; gives where the next
    /// frame begins.
    private mutating func takeStacks(from start: Int) -> Int {
        if !isInStacks {
            // "Thread 0x…" or "Current thread 0x…".
            guard start < pending.count,
                pending[start] == UInt8(ascii: "T") || pending[start] == UInt8(ascii: "C")
            else { return start }
            isInStacks = true
        }
        let end = pending[start...].firstIndex(of: 0)
        stacks += pending[start..<(end ?? pending.count)].prefix(Self.stacksBytesMax - stacks.count)
        isInStacks = end == nil
        return end ?? pending.count
    }

    private mutating func breakOff() {
        badFrames += 1
        pending = []
        phase = .broken
    }

    private func decode(_ bytes: ArraySlice<UInt8>) -> Fact? {
        guard Self.depth(of: bytes) <= Self.depthMax else { return nil }
        return try? json.decode(Fact.self, from: Data(bytes))
    }

    /// How deep brackets lie within one another.
    private static func depth(of bytes: ArraySlice<UInt8>) -> Int {
        var depth = 0
        var deepest = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                isEscaped = false
            } else if isInString {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isInString = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    deepest = max(deepest, depth)
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
            }
        }
        return deepest
    }
}
