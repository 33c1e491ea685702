// SPDX-License-Identifier: Apache-2.0

/// Writes values as JSON with the keys in the order of their declaration.
///
/// Foundation's encoder gives keys in the order of a hash table; people read our answers with curl,
/// and for them `id` and `state` come first. An optional that is nil is written as `null`, so that
/// a key that can be there always is.
///
/// Source: RFC 8259.
public struct JSONText: Sendable {
    /// Whether each member has a line of its own.
    public var isPretty: Bool

    /// A writer.
    public init(isPretty: Bool = false) { self.isPretty = isPretty }

    /// The JSON of `value` in UTF-8.
    ///
    /// - Throws: `EncodingError` where `value` holds a number that JSON has no word for.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        var bytes: [UInt8] = []
        write(try ValueTree(value), to: &bytes, depth: 0)
        return bytes
    }

    private func write(_ box: ValueTree, to bytes: inout [UInt8], depth: Int) {
        switch box.node {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .literal(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): Self.writeString(text, to: &bytes)
        case .array(let members):
            bytes.append(UInt8(ascii: "["))
            for (place, member) in members.enumerated() {
                separate(place, to: &bytes, depth: depth + 1)
                write(member, to: &bytes, depth: depth + 1)
            }
            if !members.isEmpty { breakLine(to: &bytes, depth: depth) }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in members.enumerated() {
                separate(place, to: &bytes, depth: depth + 1)
                Self.writeString(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                if isPretty { bytes.append(UInt8(ascii: " ")) }
                write(member.value, to: &bytes, depth: depth + 1)
            }
            if !members.isEmpty { breakLine(to: &bytes, depth: depth) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private func separate(_ place: Int, to bytes: inout [UInt8], depth: Int) {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(to: &bytes, depth: depth)
    }

    private func breakLine(to bytes: inout [UInt8], depth: Int) {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    private static func writeString(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: #"\""#.utf8)
            case "\\": bytes.append(contentsOf: #"\\"#.utf8)
            case "\n": bytes.append(contentsOf: #"\n"#.utf8)
            case "\r": bytes.append(contentsOf: #"\r"#.utf8)
            case "\t": bytes.append(contentsOf: #"\t"#.utf8)
            case _ where scalar.isDisruptive:
                bytes.append(contentsOf: #"\u"#.utf8)
                bytes.append(contentsOf: scalar.hexadecimal(digits: 4).utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension Unicode.Scalar {
    /// Whether a terminal, an editor or a reader of lines could take it for more than a letter.
    ///
    /// These are the control characters, those that some take for the end of a line, those that
    /// turn the order of the text around them, and the mark that programs drop at the start of a
    /// file. All lie below U+10000, so JSON can write each as one `\u`.
    ///
    /// Source: ECMA-48 §5; UAX #9 §2; CVE-2021-42574.
    package var isDisruptive: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
            0xFEFF, 0xFFFE...0xFFFF:
            true
        default: false
        }
    }

    /// Its number with so many hexadecimal digits.
    func hexadecimal(digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
