// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// A short name for texts, the same in every run and on every machine.
public enum Fingerprint {
    /// Sixteen digits for `parts`.
    ///
    /// Source: FNV-1a, 64 bits. It tells apart what happens to differ, not what an enemy makes alike.
    public static func of(_ parts: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in parts.joined(separator: "\0").utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Finding {
    /// Names it so that it is known again where its line has moved: by rule, file, function and
    /// code, or by its message where it has no place.
    public mutating func setFingerprint() {
        let place = location ?? stack.last
        let code = place.map { $0.snippet.split { $0 == " " || $0 == "\t" }.joined(separator: " ") }
        fingerprint = Fingerprint.of(
            place.map { [rule, $0.path, $0.function, code ?? ""] }
                ?? [rule, message.filter { !$0.isNumber }]
        )
    }
}
