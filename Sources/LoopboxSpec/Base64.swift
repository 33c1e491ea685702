// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Bytes as text. Source: RFC 4648 §4.
enum Base64 {
    /// The bytes that `text` stands for; line breaks and blanks don't count, as tools wrap it. nil
    /// where it is something else.
    static func decode(_ text: String) -> [UInt8]? {
        let dense = text.utf8.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return Data(base64Encoded: Data(dense)).map { Array($0) }
    }

    /// The text that stands for `bytes`.
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
