// SPDX-License-Identifier: Apache-2.0

/// A path with wildcards: `*` and `?` for characters of one name, `[a-z]` and `[!a-z]` for one of a
/// set, `**` for folders of any depth, none included.
///
/// Matches bytes, as names are bytes. A name that begins with a dot is a name like any other.
struct ArtifactPattern: Hashable {
    /// The names, the first one first.
    let parts: ArraySlice<[UInt8]>

    init(_ text: String) {
        var parts: [[UInt8]] = []
        for part in text.utf8.split(separator: UInt8(ascii: "/")).map(Array.init) {
            // Folders of any depth, and then of any depth again, are folders of any depth.
            if part != Self.anyDepth || parts.last != part { parts.append(part) }
        }
        self.parts = parts[...]
    }

    private init(parts: ArraySlice<[UInt8]>) { self.parts = parts }

    private static let anyDepth = Array("**".utf8)

    /// Whether `name`, in the folder at which this pattern has arrived, is what it leads to.
    func matches(_ name: [UInt8]) -> Bool {
        guard let first = parts.first else { return false }
        let rest = ArtifactPattern(parts: parts.dropFirst())
        if first == Self.anyDepth { return rest.parts.isEmpty || rest.matches(name) }
        return rest.parts.isEmpty && Self.matches(name[...], first[...])
    }

    /// What is left of it in the folder `name`; empty where nothing there can match.
    func inside(_ name: [UInt8]) -> [ArtifactPattern] {
        guard let first = parts.first else { return [] }
        let rest = ArtifactPattern(parts: parts.dropFirst())
        if first == Self.anyDepth { return [self] + rest.inside(name) }
        return !rest.parts.isEmpty && Self.matches(name[...], first[...]) ? [rest] : []
    }

    /// Whether `name` fits `part`. Goes back to the last `*` only, so the time is at most their
    /// product.
    static func matches(_ name: ArraySlice<UInt8>, _ part: ArraySlice<UInt8>) -> Bool {
        var name = name
        var part = part
        var retry: (name: ArraySlice<UInt8>, part: ArraySlice<UInt8>)?
        while true {
            if part.first == UInt8(ascii: "*") {
                part = part.dropFirst()
                retry = (name, part)
            } else if let byte = name.first, let rest = one(byte, part) {
                name = name.dropFirst()
                part = rest
            } else if name.isEmpty, part.isEmpty {
                return true
            } else if let last = retry, !last.name.isEmpty {
                retry = (last.name.dropFirst(), last.part)
                (name, part) = (last.name.dropFirst(), last.part)
            } else {
                return false
            }
        }
    }

    /// What of `part` follows its first character where that fits `byte`; nil where it does not.
    private static func one(_ byte: UInt8, _ part: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let first = part.first else { return nil }
        if first == UInt8(ascii: "?") { return part.dropFirst() }
        if first == UInt8(ascii: "["), let set = ByteSet(part) {
            return set.contains(byte) ? set.rest : nil
        }
        return first == byte ? part.dropFirst() : nil
    }

    /// `[a-z]`, or with `!` first whatever is not in it. Without its end it is no set.
    private struct ByteSet {
        private var ranges: [ClosedRange<UInt8>] = []
        private var isInverted = false
        let rest: ArraySlice<UInt8>

        init?(_ part: ArraySlice<UInt8>) {
            var inner = part.dropFirst()
            if inner.first == UInt8(ascii: "!") {
                isInverted = true
                inner = inner.dropFirst()
            }
            // One that comes first is a member.
            guard let end = inner.dropFirst().firstIndex(of: UInt8(ascii: "]")) else { return nil }
            rest = part[(end + 1)...]
            var members = inner[..<end]
            while let low = members.popFirst() {
                if members.first == UInt8(ascii: "-"), members.count > 1 {
                    members = members.dropFirst()
                    let high = members.removeFirst()
                    if low <= high { ranges.append(low...high) }
                } else {
                    ranges.append(low...low)
                }
            }
        }

        func contains(_ byte: UInt8) -> Bool {
            ranges.contains { $0.contains(byte) } != isInverted
        }
    }
}
