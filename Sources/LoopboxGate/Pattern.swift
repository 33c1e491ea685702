// SPDX-License-Identifier: Apache-2.0

import CRE2

/// A regular expression that a user wrote, to be tried on what a stranger's program wrote.
///
/// RE2 takes time in proportion to the text, whatever either of them is, and has no back-references
/// and no looking around, which can't be had at that price. `^` and `$` are the ends of the text, with
/// `(?m)` those of each line.
///
/// Source: RE2, "Syntax"; R. Cox, "Regular Expression Matching in the Wild".
///
/// Safety: the compiled expression is owned here, never handed out, and freed with this.
@safe
public struct Pattern: ~Copyable {
    /// Why a text is no regular expression.
    public struct Fault: Error, Hashable, Sendable {
        /// What is wrong and where, in RE2's words.
        public let reason: String
    }

    private let expression: OpaquePointer

    /// How large a compiled expression may be, in RE2's instructions. A search takes at worst so many
    /// steps for each byte: some seconds for a mebibyte, which is what is kept of an output.
    static let sizeMax = 2000

    /// The expression `text`.
    public init(_ text: String) throws(Fault) {
        var text = text
        // Safety: the bytes are lent for the length of the call, which copies them.
        let made = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) {
                unsafe cre2_new($0.baseAddress, $0.count)
            }
        }
        guard let made = unsafe made else { fatalError("no memory for a pattern") }
        if let fault = unsafe Self.fault(of: made) {
            // Safety: nothing else knows of it yet.
            unsafe cre2_free(made)
            throw fault
        }
        unsafe expression = unsafe made
    }

    private static func fault(of made: OpaquePointer) -> Fault? {
        // Safety: the text lives as long as the expression, and is copied.
        let reason = unsafe String(cString: cre2_error(made))
        if !reason.isEmpty { return Fault(reason: reason) }
        guard unsafe cre2_size(made) > sizeMax else { return nil }
        return Fault(reason: "too large once its repetitions are written out")
    }

    deinit {
        // Safety: nothing outside holds a pointer to it.
        unsafe cre2_free(expression)
    }

    /// Where in `bytes` it first matches; nil: nowhere.
    public func firstMatch(in bytes: [UInt8]) -> Range<Int>? {
        var start = 0
        var end = 0
        // Safety: the bytes are lent for the length of the call.
        let isFound = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) {
                unsafe cre2_search(expression, $0.baseAddress, $0.count, &start, &end)
            }
        }
        return isFound != 0 ? start..<end : nil
    }
}
