// SPDX-License-Identifier: Apache-2.0

/// A mistake and where it is, before lines and columns are counted.
package struct Fault: Error {
    package let error: SpecError
    /// Bytes of the document; empty where something is missing.
    package let span: Range<Int>
    package let path: SpecPath

    package init(_ error: SpecError, at span: Range<Int>, path: SpecPath = SpecPath()) {
        self.error = error
        self.span = span
        self.path = path
    }
}
