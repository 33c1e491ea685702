// SPDX-License-Identifier: Apache-2.0

/// The value of one key of a spec, as JSON has it.
public enum SpecValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case list([String])
}

extension SpecValue: CustomStringConvertible {
    /// In one line: `python3.13`, `50ms`, `[--fast, 3]`.
    public var description: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .text(let text): text
        case .list(let items): "[\(items.joined(separator: ", "))]"
        }
    }
}

extension SpecValue: Codable {
    /// Reads a boolean, a number, a text, or a list of texts.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([String].self))
        }
    }

    /// Writes the bare value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .text(let text): try container.encode(text)
        case .list(let items): try container.encode(items)
        }
    }
}
