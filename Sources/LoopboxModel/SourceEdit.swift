// SPDX-License-Identifier: Apache-2.0

/// A change of one line of a program's source that an editor can make by itself.
public struct SourceEdit: Hashable, Sendable, Codable {
    /// Relative to the work directory.
    public var path: String
    /// Counts from 1.
    public var line: Int
    /// The first Unicode scalar that is replaced, counting from 1.
    public var column: Int
    /// The first one after those.
    public var endColumn: Int
    /// What stands there instead.
    public var text: String

    /// `text` in place of the columns from `column` to before `endColumn` of a line.
    public init(path: String, line: Int, column: Int, endColumn: Int, text: String) {
        self.path = path
        self.line = line
        self.column = column
        self.endColumn = endColumn
        self.text = text
    }

    enum CodingKeys: String, CodingKey {
        case path, line, column
        case endColumn = "end_column"
        case text
    }
}
