// SPDX-License-Identifier: Apache-2.0

/// The bytes HTTP is written in, and the classes its grammar sorts them into.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let hash = UInt8(ascii: "#")
    static let percent = UInt8(ascii: "%")
    static let ampersand = UInt8(ascii: "&")
    static let asterisk = UInt8(ascii: "*")
    static let plus = UInt8(ascii: "+")
    static let comma = UInt8(ascii: ",")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")
    static let question = UInt8(ascii: "?")
    static let at = UInt8(ascii: "@")
    static let leftBracket = UInt8(ascii: "[")
    static let backslash = UInt8(ascii: "\\")
    static let rightBracket = UInt8(ascii: "]")
    static let lowerA = UInt8(ascii: "a")
    static let delete: UInt8 = 0x7F

    /// Space or tab.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// 0 to 9.
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    /// A to Z or a to z.
    @inline(__always)
    static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- lowerA < 26 }

    /// A to Z become a to z; everything else stays.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// 0 to 15; nil for what is no hexadecimal digit.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - zero }
        let letter = (byte | 0x20) &- lowerA
        return letter < 6 ? letter + 10 : nil
    }

    /// A control character other than tab: what no line of a message may hold.
    @inline(__always)
    static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != tab || byte == delete
    }

    /// `tchar` of RFC 9110 §5.6.2: what methods and field names are made of. Letters, digits
    /// and `!#$%&'*+-.^_`, backquote, `|~`.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        isLetter(byte) || isIn(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE, byte)
    }

    /// What may stand in a registered name (RFC 3986 §3.2.2), but `%` and comma: a comma in
    /// Host is how two Host lines look after somebody joined them. Letters, digits and
    /// `!$&'()*+-.;=_~`.
    @inline(__always)
    static func isHostName(_ byte: UInt8) -> Bool {
        isLetter(byte) || isIn(low: 0x2BFF_6FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE, byte)
    }

    /// Anything that is seen, in ASCII, but `#` and `?`. More than RFC 3986 permits in a target:
    /// browsers and curl send brackets, braces and bars as people type them.
    @inline(__always)
    static func isPlainTarget(_ byte: UInt8) -> Bool {
        byte > space && byte < delete && byte != hash && byte != question
    }

    /// Whether `byte` is in a set that has one bit for each character: 0 to 63, 64 to 127.
    @inline(__always)
    private static func isIn(low: UInt64, high: UInt64, _ byte: UInt8) -> Bool {
        let half = byte < 64 ? low : high
        return byte < 128 && half &>> UInt64(byte & 63) & 1 == 1
    }
}
