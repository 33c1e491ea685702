// SPDX-License-Identifier: Apache-2.0

/// The keys that labels may have: they stand in URLs as `label=key:value`.
enum LabelKey {
    /// Characters; all of them are ASCII.
    static let bytesMax = 63
    static let pattern = "^[a-z0-9][a-z0-9._/-]{0,62}$"

    /// What is wrong with `key`; nil for a good one.
    static func error(in key: String) -> SpecError? {
        if isGood(key) { return nil }
        let meant = String(
            key.lowercased().prefix(bytesMax).map { character in
                character.utf8.count == 1 && character.utf8.allSatisfy(isInner) ? character : "-"
            }
        )
        return .labelKey(key, suggestion: isGood(meant) ? meant : nil)
    }

    private static func isGood(_ key: String) -> Bool {
        guard let first = key.utf8.first, key.utf8.count <= bytesMax else { return false }
        return isInner(first) && !"._/-".utf8.contains(first) && key.utf8.allSatisfy(isInner)
    }

    private static func isInner(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte.isDigitOfASCII
            || "._/-".utf8.contains(byte)
    }
}
