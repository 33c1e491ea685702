// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A JSON value to look into, with nothing known of its shape: `answer.json.runs[0].exit.int`.
@dynamicMemberLookup
struct JSON: CustomStringConvertible {
    private let value: Any?

    /// Reads `text`; null where it is no JSON.
    init(_ text: String) {
        value = try? JSONSerialization.jsonObject(
            with: Data(text.utf8),
            options: .fragmentsAllowed
        )
    }

    private init(value: Any?) { self.value = value is NSNull ? nil : value }

    subscript(dynamicMember key: String) -> JSON { self[key] }
    subscript(key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }
    subscript(place: Int) -> JSON {
        let array = array
        return array.indices.contains(place) ? array[place] : JSON(value: nil)
    }

    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var bool: Bool? { value as? Bool }
    var isNull: Bool { value == nil }
    /// The keys of an object, sorted.
    var keys: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
    /// The items of an array; none where it is no array.
    var array: [JSON] { (value as? [Any])?.map { JSON(value: $0) } ?? [] }
    var description: String { value.map { "\($0)" } ?? "null" }
}
