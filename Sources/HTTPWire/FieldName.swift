// SPDX-License-Identifier: Apache-2.0

/// A field's name to look for, written in lower case: `"content-type"`.
///
/// It is a literal in the program, so looking it up costs no allocation.
@safe public struct FieldName: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    // Safety: a literal never moves and is never freed.
    let literal: StaticString

    /// A name in lower case. A capital letter is a mistake of the program and stops debug
    /// builds, because such a name would never be found.
    public init(stringLiteral value: StaticString) {
        assert(
            !value.description.utf8.contains { ASCII.lowercased($0) != $0 },
            "write field names in lower case"
        )
        literal = value
    }

    /// The name.
    public var description: String { literal.description }
}
