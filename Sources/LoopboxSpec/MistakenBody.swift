// SPDX-License-Identifier: Apache-2.0

/// Recognises bodies that are no badly written spec but something else, so that the sender is told
/// what happened and not where YAML gave up.
///
/// It is only asked when a document could not be used.
enum MistakenBody {
    static func error(in bytes: [UInt8], contentType: SpecContentType) -> SpecError? {
        if startsLikePython(bytes) { return .pythonSource }
        guard contentType == .form || contentType == .sniffed,
            !bytes.contains(0x0A), !bytes.contains(0x0D)
        else { return nil }
        if isPercentEncoded(bytes) { return .percentEncoded }
        // What curl -d has taken out of a file were the ends of lines that each held a key.
        guard contentType == .form, bytes.first != UInt8(ascii: "{"),
            colons(outsideOfFlow: bytes) > 1
        else { return nil }
        return .lineBreaksLost
    }

    /// By the first line that is neither empty nor a comment.
    private static func startsLikePython(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: "#!".utf8) {
            let line = bytes.prefix { $0 != 0x0A }
            return String(decoding: line, as: UTF8.self).contains("python")
        }
        // Only as many lines as it takes: the document may be made of nothing else.
        var rest = bytes[...]
        while !rest.isEmpty {
            let line = rest.prefix { $0 != 0x0A && $0 != 0x0D }
            rest = rest.dropFirst(line.count + 1)
            let text = line.drop { $0 == 0x20 || $0 == 0x09 }
            guard let first = text.first, first != UInt8(ascii: "#") else { continue }
            return starts.contains { text.starts(with: $0.utf8) }
                || text.starts(with: "from ".utf8)
                    && String(decoding: text.prefix(200), as: UTF8.self).contains(" import ")
        }
        return false
    }

    private static let starts = [
        "import ", "def ", "async def ", "class ", "print(", "asyncio.run(", "if __name__", "@",
        "\"\"\"", "'''", "try:", "while True",
    ]

    private static func isPercentEncoded(_ bytes: [UInt8]) -> Bool {
        guard !bytes.contains(0x20) else { return false }
        let text = String(decoding: bytes.prefix(4096), as: UTF8.self).lowercased()
        return text.contains("%3a") && (text.contains("%0a") || text.contains("%7b"))
    }

    /// Ends of keys that are not inside of brackets or quotes.
    private static func colons(outsideOfFlow bytes: [UInt8]) -> Int {
        var depth = 0
        var quote: UInt8?
        var colons = 0
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case _ where quote == byte: quote = nil
            case _ where quote != nil: break
            case UInt8(ascii: "\""): quote = byte
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ":")
            where depth <= 0 && offset + 1 < bytes.count && bytes[offset + 1] == 0x20:
                colons += 1
            default: break
            }
        }
        return colons
    }
}
