// SPDX-License-Identifier: Apache-2.0

/// The parts of a document that no text may show: secrets, and passwords in URLs.
struct HiddenText: Hashable, Sendable {
    /// Bytes of the document; in order, apart from each other, none empty.
    private let spans: [Range<Int>]

    /// What is to be hidden of `source`.
    ///
    /// - Parameter root: the document's tree, where it could be read: in it the values of keys
    ///   that hold secrets are known exactly, else they are taken to run to the end of the line.
    init(in source: SourceText, root: Node?) {
        var found = Self.marked(in: source.bytes) + Self.credentials(in: source.bytes)
        if let root {
            Self.collect(root, isSecret: false, into: &found)
        } else {
            found += Self.afterKeys(in: source)
        }
        var spans: [Range<Int>] = []
        for span in found.sorted(by: { $0.lowerBound < $1.lowerBound }) where !span.isEmpty {
            if let last = spans.last, last.upperBound >= span.lowerBound {
                spans[spans.count - 1] =
                    last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                spans.append(span)
            }
        }
        self.spans = spans
    }

    /// Whether the byte at `offset` is hidden.
    func contains(_ offset: Int) -> Bool {
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low < spans.count && spans[low].contains(offset)
    }

    /// Parts of the names of keys that hold secrets, in any spec and by any mistake.
    private static let words = ["secret", "token", "password"]

    private static func collect(_ node: Node, isSecret: Bool, into spans: inout [Range<Int>]) {
        switch node.content {
        case .map(let entries):
            for entry in entries {
                if isSecret { spans.append(entry.keySpan) }
                let key = entry.key.lowercased()
                let holdsSecret = isSecret || words.contains { key.contains($0) }
                collect(entry.value, isSecret: holdsSecret, into: &spans)
            }
        case .list(let items):
            for item in items { collect(item, isSecret: isSecret, into: &spans) }
        case .scalar: if isSecret { spans.append(node.span) }
        case .refused: break
        }
    }

    /// What follows `whsec_`.
    private static func marked(in bytes: [UInt8]) -> [Range<Int>] {
        spans(after: "whsec_", in: bytes) { start in
            let end = bytes[start...].firstIndex { $0 <= 0x20 || "\"',]}".utf8.contains($0) }
            return start..<(end ?? bytes.count)
        }
    }

    /// What stands between `://` and `@`.
    private static func credentials(in bytes: [UInt8]) -> [Range<Int>] {
        spans(after: "://", in: bytes) { start in
            let end = bytes[start...].firstIndex { $0 <= 0x20 || "/\"'".utf8.contains($0) }
            let authority = bytes[start..<(end ?? bytes.count)]
            return start..<(authority.lastIndex(of: UInt8(ascii: "@")) ?? start)
        }
    }

    /// What follows the colon of a key, to the end of its line.
    private static func afterKeys(in source: SourceText) -> [Range<Int>] {
        words.flatMap { word in
            spans(after: word, in: source.bytes) { start in
                let end = max(start, source.line(holding: start).upperBound)
                let colon = source.bytes[start..<end].firstIndex(of: UInt8(ascii: ":"))
                return (colon.map { $0 + 1 } ?? end)..<end
            }
        }
    }

    /// The span behind each `word`; what a span has passed is not looked at again, so that the
    /// whole takes one way through the document.
    private static func spans(
        after word: String,
        in bytes: [UInt8],
        span: (Int) -> Range<Int>
    ) -> [Range<Int>] {
        let word = Array(word.utf8)
        var spans: [Range<Int>] = []
        var rest = 0
        while let start = bytes[rest...].firstIndex(of: word[0]) {
            guard bytes[start...].starts(with: word) else {
                rest = start + 1
                continue
            }
            let found = span(start + word.count)
            spans.append(found)
            rest = max(start + word.count, found.upperBound)
        }
        return spans
    }
}
