// SPDX-License-Identifier: Apache-2.0

/// What is looked at before a document is parsed: its size, its encoding, its control characters.
enum InputCheck {
    /// The first reason for which `source` is not read at all; nil where there is none.
    ///
    /// - Parameter allowsDelete: JSON forbids only the controls below U+0020, and those in strings,
    ///   which its reader sees; it can hold U+007F and what is above as it is.
    static func fault(in source: SourceText, asJSON: Bool) -> Fault? {
        let bytes = source.bytes
        guard bytes.count <= DocumentLimits.bytes else {
            return Fault(.tooLarge(bytes: bytes.count), at: 0..<0)
        }
        if let encoding = encoding(of: bytes) { return Fault(.encoding(encoding), at: 0..<0) }
        if let offset = firstInvalid(in: bytes) {
            return Fault(.invalidUTF8(byte: bytes[offset]), at: offset..<offset + 1)
        }
        return asJSON ? nil : firstControl(in: bytes)
    }

    /// By the byte order mark, or by where the zeros are in the first two characters, which are
    /// ASCII in any document that can be a spec.
    private static func encoding(of bytes: [UInt8]) -> SpecError.TextEncoding? {
        let head = Array(bytes.prefix(4))
        if head.starts(with: [0xFF, 0xFE, 0, 0]) { return .utf32LittleEndian }
        if head.starts(with: [0, 0, 0xFE, 0xFF]) { return .utf32BigEndian }
        if head.starts(with: [0xFF, 0xFE]) { return .utf16LittleEndian }
        if head.starts(with: [0xFE, 0xFF]) { return .utf16BigEndian }
        guard head.count == 4 else { return nil }
        switch (head[0] == 0, head[1] == 0, head[2] == 0, head[3] == 0) {
        case (false, true, true, true): return .utf32LittleEndian
        case (true, true, true, false): return .utf32BigEndian
        case (false, true, false, true): return .utf16LittleEndian
        case (true, false, true, false): return .utf16BigEndian
        default: return nil
        }
    }

    private static func firstInvalid(in bytes: [UInt8]) -> Int? {
        do throws(Unicode.UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    /// Source: YAML 1.1 §4.1.1, "c-printable".
    private static func firstControl(in bytes: [UInt8]) -> Fault? {
        for (offset, byte) in bytes.enumerated() {
            let length: Int
            switch byte {
            case 0x09, 0x0A, 0x0D, 0x20...0x7E: continue
            case 0..<0x20, 0x7F: length = 1
            // U+0080 to U+009F, but the line end U+0085.
            case 0xC2 where bytes[offset + 1] < 0xA0 && bytes[offset + 1] != 0x85: length = 2
            // U+FEFF, U+FFFE, U+FFFF.
            case 0xEF
            where bytes[offset + 1] == 0xBB && bytes[offset + 2] == 0xBF
                || bytes[offset + 1] == 0xBF && bytes[offset + 2] >= 0xBE:
                length = 3
            default: continue
            }
            let span = offset..<offset + length
            let text = String(decoding: bytes[span], as: UTF8.self)
            guard let scalar = text.unicodeScalars.first else { continue }
            return Fault(.controlCharacter(scalar), at: span)
        }
        return nil
    }
}
