// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// What to do about a finding.
struct Cure: Hashable {
    /// In a sentence.
    var text: String
    /// As a change of the source, where the sentence asks for no more than that.
    var edit: SourceEdit?

    init(_ text: String, edit: SourceEdit? = nil) {
        self.text = text
        self.edit = edit
    }

    /// The change that writes `new` in place of `call` at `location`; nil where the line could be no
    /// Python after it, or could mean something else than it says.
    ///
    /// The call has to be all of a statement, of what it assigns or of what it returns: an
    /// expression may stand there, and so may `await` with one, if the function is a coroutine
    /// function and the call in no function within the line.
    static func edit(
        writing new: String,
        inPlaceOf call: CallExpression,
        at location: Location,
        of source: ProgramSource
    ) -> SourceEdit? {
        let line = location.snippet
        let before = line.prefix(call.offset).drop(while: \.isWhitespace)
        let after = line.dropFirst(call.offset + call.text.count).drop(while: \.isWhitespace)
        guard after.isEmpty || after.first == "#", isHead(before) else { return nil }
        let isAsync = source.definition(around: location.line, of: location.path)?.isAsync ?? false
        if new.hasPrefix("await "), !isAsync { return nil }
        if new.contains("asyncio."), !source.imports("asyncio", in: location.path) { return nil }
        return SourceEdit(
            path: location.path,
            line: location.line,
            column: call.offset + 1,
            endColumn: call.offset + 1 + call.text.count,
            text: new
        )
    }

    /// Whether the rest of a statement that begins like this is an expression: nothing, `return`,
    /// or `name =`.
    private static func isHead(_ text: some StringProtocol) -> Bool {
        let words = text.split(separator: " ")
        switch words.count {
        case 0: return true
        case 1: return words[0] == "return"
        case 2:
            return words[1] == "="
                && words[0].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
        default: return false
        }
    }
}

extension Finding {
    /// Says `cure`.
    mutating func take(_ cure: Cure) {
        fix = cure.text
        edit = cure.edit
    }
}
