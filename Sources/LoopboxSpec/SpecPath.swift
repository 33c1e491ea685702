// SPDX-License-Identifier: Apache-2.0

/// Where in a document's tree something is.
public struct SpecPath: Hashable, Sendable, CustomStringConvertible {
    /// One step down.
    public enum Step: Hashable, Sendable {
        /// To the value of a key.
        case key(String)
        /// To an item of a list, from 0.
        case item(Int)
    }

    /// From the root on.
    public var steps: [Step]

    /// The root, or where `steps` lead from it.
    public init(_ steps: [Step] = []) { self.steps = steps }

    /// This path and then `step`.
    public func appending(_ step: Step) -> SpecPath { SpecPath(steps + [step]) }

    /// As a spec's texts name it: `limits.time`, `webhooks[0].url`, `program.files["a.py"]`.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key) where Self.isWord(key): text += text.isEmpty ? key : ".\(key)"
            case .key(let key): text += "[\(Excerpt.quoted(key))]"
            case .item(let place): text += "[\(place)]"
            }
        }
        return text
    }

    /// As a JSON Pointer; the root is the empty text. Source: RFC 6901 §3.
    ///
    /// It ends before a key of more than ``pointedKeyMax`` bytes: no key of a good spec is as long,
    /// and a bad one shall not come back twenty times.
    public var pointer: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key):
                guard key.utf8.count <= Self.pointedKeyMax else { return text }
                text += "/"
                for scalar in key.unicodeScalars {
                    text += scalar == "~" ? "~0" : scalar == "/" ? "~1" : String(scalar)
                }
            case .item(let place): text += "/\(place)"
            }
        }
        return text
    }

    /// Bytes of a key in a pointer; as many as the path of a file may have.
    static let pointedKeyMax = PathRules.bytesMax

    private static func isWord(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.count <= Excerpt.quotedMax
            && key.utf8.allSatisfy { byte in
                byte.isLetterOfASCII || byte.isDigitOfASCII || byte == UInt8(ascii: "_")
            }
    }
}

extension UInt8 {
    var isDigitOfASCII: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isLetterOfASCII: Bool {
        self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")
    }
}
