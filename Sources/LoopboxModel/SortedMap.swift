// SPDX-License-Identifier: Apache-2.0

/// A map whose keys come in alphabetical order.
public struct SortedMap: Encodable {
    private let map: [String: String]

    /// Writes `map`.
    public init(_ map: [String: String]) { self.map = map }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            try container.encode(value, forKey: Key(stringValue: key))
        }
    }
}
