// SPDX-License-Identifier: Apache-2.0

/// Why a document is no job spec: all mistakes in it that are worth telling.
public struct SpecFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// How far the document was understood.
    public enum Kind: Hashable, Sendable {
        /// It can't be read, or uses what documents may not; HTTP 400.
        case syntax
        /// It was read, and asks for what can't be; HTTP 422.
        case meaning
    }

    /// How far the document was understood.
    public let kind: Kind
    /// At least one and at most ``DocumentLimits/faultsShown``, in the order of their places.
    public let diagnostics: [SpecDiagnostic]
    /// Further mistakes that were found.
    public let omitted: Int
    /// What no text may show of the document.
    let hidden: HiddenText

    init(_ faults: [Fault], dropped: Int, in source: SourceText, hidden: HiddenText) {
        let ordered = faults.enumerated().sorted { left, right in
            (left.element.span.lowerBound, left.offset)
                < (right.element.span.lowerBound, right.offset)
        }
        kind = faults.contains { $0.error.isSyntax } ? .syntax : .meaning
        diagnostics = ordered.prefix(DocumentLimits.faultsShown).map {
            SpecDiagnostic($0.element, in: source)
        }
        omitted = max(0, faults.count - DocumentLimits.faultsShown) + dropped
        self.hidden = hidden
    }

    /// `2 errors in job.yaml`.
    public func summary(file: String) -> String {
        let count = diagnostics.count + omitted
        return "\(count) \(count == 1 ? "error" : "errors") in \(file)"
    }

    /// The mistakes in one line each, without the document.
    public var description: String {
        diagnostics.map { "\($0.line):\($0.column): error: \($0.detail)" }.joined(separator: "\n")
    }

    /// The mistakes as a compiler would print them, each with its line of the document.
    ///
    /// Every line ends with a line break. Nothing in it harms a terminal, whatever the document
    /// holds, and no secret is shown.
    ///
    /// - Parameters:
    ///   - file: the name that is shown, `job.yaml`.
    ///   - source: the document that was decoded.
    ///   - color: whether escape sequences of ANSI colours are put in.
    public func render(file: String, source: [UInt8], color: Bool) -> String {
        let lines = ExcerptLines(source: SourceText(source), hidden: hidden)
        let paint = Paint(isOn: color)
        var text = ""
        for diagnostic in diagnostics {
            text += paint.bold("\(file):\(diagnostic.line):\(diagnostic.column):")
            text += " \(paint.red("error:")) \(paint.bold(diagnostic.detail))\n"
            if let shown = lines.excerpt(of: diagnostic) {
                text += "\(shown.line)\n\(paint.green(shown.marks))\n"
            }
            if let hint = diagnostic.hint { text += "  \(paint.cyan("hint:")) \(hint)\n" }
        }
        if omitted > 0 {
            text +=
                "\(file): \(omitted) more \(omitted == 1 ? "error is" : "errors are") not shown\n"
        }
        return text
    }
}

/// ANSI colours, or none. Source: ECMA-48 §8.3.117, "SGR".
private struct Paint {
    let isOn: Bool

    func bold(_ text: String) -> String { paint(text, "1") }
    func red(_ text: String) -> String { paint(text, "1;31") }
    func green(_ text: String) -> String { paint(text, "32") }
    func cyan(_ text: String) -> String { paint(text, "36") }

    private func paint(_ text: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
