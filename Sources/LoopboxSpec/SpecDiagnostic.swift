// SPDX-License-Identifier: Apache-2.0

/// One mistake in a spec, with its place.
public struct SpecDiagnostic: Hashable, Sendable {
    /// From 1.
    public let line: Int
    /// In Unicode scalars, from 1.
    public let column: Int
    /// Behind the last column of what is wrong, on the same line; more than `column`.
    public let endColumn: Int
    /// Where it is in the document's tree, as a JSON Pointer (RFC 6901).
    public let pointer: String
    /// The mistake.
    public let error: SpecError

    /// A word for programs, as `unknown-key`.
    public var code: String { error.code }
    /// What is wrong, in one line.
    public var detail: String { error.detail }
    /// How it is cured, in one line.
    public var hint: String? { error.hint }
    /// The word that was probably meant.
    public var suggestion: String? { error.suggestion }

    init(_ fault: Fault, in source: SourceText) {
        let start = source.position(of: fault.span.lowerBound)
        let line = source.line(start.line)
        // What runs over lines is underlined to the end of its first one, without blanks there.
        var end = min(fault.span.upperBound, line.upperBound)
        while end > fault.span.lowerBound, source.bytes[end - 1] <= 0x20 { end -= 1 }
        self.line = start.line
        column = start.column
        endColumn = max(
            start.column + 1,
            end > fault.span.lowerBound ? source.position(of: end).column : 0
        )
        pointer = fault.path.pointer
        error = fault.error
    }
}
