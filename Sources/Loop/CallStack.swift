// SPDX-License-Identifier: Apache-2.0

import LoopSystem
import Runtime

/// Who called whom when something was made, or while something blocked.
///
/// Taking one costs less than a microsecond and is done in debug mode only; names and lines are looked
/// up when somebody asks for ``frames``, which costs milliseconds. Any thread.
///
/// Source: `Backtrace` in the Swift runtime, which looks the names up; `format_helpers.extract_stack` in asyncio.
public final class CallStack: Sendable {
    /// One call: where it stands in the source.
    public struct Frame: Hashable, Sendable {
        /// The function as it is written: `fetch(_:)`, `closure #1 in fetch(_:)`.
        public let function: String
        /// The file's path on the machine that compiled it.
        public let path: String
        /// Counts from 1.
        public let line: Int
    }

    private let stack: ThreadStack

    /// asyncio keeps ten; with async frames, thunks and our own between them it takes more to have
    /// ten of the user's.
    private static let framesMax = 32

    // A map made anew for each trace costs more than the trace, and making one while another
    // thread loads a library crashes (swiftlang/swift#92089). So: once.
    private static let images = ImageMap.capture()

    /// Takes the map of what is loaded. To be called while the process has one thread, if it can.
    static func prepare() { _ = images.count }

    private init?(_ stack: ThreadStack) {
        guard !stack.isEmpty else { return nil }
        self.stack = stack
    }

    /// The stack of the caller; nil where it can't be had.
    static func here() -> CallStack? { CallStack(ThreadStack.here(depth: framesMax)) }

    /// The stack of another thread at this moment; nil where it can't be had.
    static func ofThread(_ thread: Int32) -> CallStack? {
        CallStack(ThreadStack.of(thread: thread, depth: 2 * framesMax))
    }

    /// The calls that stand in a source file of the program, the most recent one last, as Python
    /// prints them. Frames of this library, of the runtime and of the compiler are left out.
    public var frames: [Frame] {
        guard let backtrace = AddressDecoder.backtrace(of: stack),
            let symbolicated = backtrace.symbolicated(with: Self.images)
        else { return [] }
        return symbolicated.frames.reversed().compactMap { frame in
            guard let symbol = frame.symbol, let location = symbol.sourceLocation,
                !frame.isSwiftThunk, !frame.isSystem, location.line > 0,
                location.path.hasPrefix("/"), !location.path.hasSuffix("<compiler-generated>"),
                !Self.ownFolders.contains(where: location.path.hasPrefix),
                // What a sanitizer puts in between.
                !location.path.contains("/compiler-rt/")
            else { return nil }
            return Frame(
                function: Self.withoutSpecialization(symbol.name),
                path: location.path,
                line: location.line
            )
        }
    }

    /// As Python prints a stack, two lines a call: place and source. Without the source where the
    /// file can't be read.
    public var text: String {
        frames.map { frame in
            let place = "  File \"\(frame.path)\", line \(frame.line), in \(frame.function)"
            guard let source = sourceLine(frame.path, frame.line) else { return place }
            return place + "\n    " + source
        }.joined(separator: "\n")
    }

    /// That the optimiser has made a copy of a function says nothing to who wrote it.
    private static func withoutSpecialization(_ name: String) -> String {
        let mark = "specialized "
        return name.hasPrefix(mark) ? String(name.dropFirst(mark.count)) : name
    }

    /// `…/Sources/Loop/` and what is below it: the frames in there are ours.
    private static let ownFolders: [String] = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        let sources = parts.dropLast(2).joined(separator: "/")
        return ["Loop", "LoopSystem", "CLoop"].map { "\(sources)/\($0)/" }
    }()
}

/// Makes a `Backtrace` of bare addresses. It has no initializer for that, but it can be decoded,
/// and the form that it is encoded in is documented.
///
/// Source: docs/CompactBacktraceFormat.md of the Swift repository; SE-0419.
private struct AddressDecoder: Decoder {
    let encoded: String

    /// What an address is, as the form tells it.
    private enum Instruction: UInt8 {
        /// It stands for the call before it, so for the line that is being executed.
        case returnAddress = 0x20
        case asyncResumePoint = 0x30
    }

    static func backtrace(of stack: ThreadStack) -> Backtrace? {
        // Version 0, addresses of 64 bits.
        var bytes: [UInt8] = [0x02]
        var previous: UInt = 0
        func append(_ instruction: Instruction, _ address: UInt) {
            // Relative to the one before it, in 8 bytes.
            bytes.append(instruction.rawValue | 0x07)
            let delta = address &- previous
            for shift in stride(from: UInt(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: delta >> shift))
            }
            previous = address
        }
        for address in stack.returns { append(.returnAddress, address) }
        for address in stack.resumptions { append(.asyncResumePoint, address) }
        return try? Backtrace(from: AddressDecoder(encoded: base64(bytes)))
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            value <<= 8 * UInt32(3 - group.count)
            for place in 0...group.count {
                text.append(digits[Int(value >> (18 - 6 * UInt32(place)) & 0x3F)])
            }
            text += [UInt8](repeating: UInt8(ascii: "="), count: 3 - group.count)
        }
        return String(decoding: text, as: UTF8.self)
    }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed<Key>(encoded: encoded))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unexpected() }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Unexpected() }

    private struct Unexpected: Error {}

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let encoded: String
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { ["architecture", "backtrace"].compactMap { Key(stringValue: $0) } }

        func contains(_ key: Key) -> Bool { allKeys.contains { $0.stringValue == key.stringValue } }
        func decodeNil(forKey key: Key) -> Bool { !contains(key) }

        func decode(_ type: String.Type, forKey key: Key) throws -> String {
            switch key.stringValue {
            case "architecture": architecture
            case "backtrace": encoded
            default: throw Unexpected()
            }
        }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            guard let text = try decode(String.self, forKey: key) as? Value else {
                throw Unexpected()
            }
            return text
        }

        private var architecture: String {
            #if arch(arm64)
            "arm64"
            #else
            "x86_64"
            #endif
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type,
            forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw Unexpected() }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw Unexpected()
        }
        func superDecoder() throws -> any Decoder { throw Unexpected() }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw Unexpected() }
    }
}
