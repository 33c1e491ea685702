// SPDX-License-Identifier: Apache-2.0

/// Turns what libyaml says about a malformed document into what its writer did.
///
/// Source: the texts in libyaml 0.2.5's scanner.c and parser.c. A text that is not known here is
/// told as it is.
struct YAMLDiagnosis {
    let source: SourceText
    let places: CharacterPlaces

    func fault(for problem: YAMLEventParser.Problem) -> Fault {
        let offset = places.offset(of: problem.place)
        if let tab = indentingTab(before: offset) { return Fault(.yaml(.tab), at: tab) }
        let context = places.offset(of: problem.contextPlace)
        let here = offset..<min(offset + 1, source.bytes.count)

        switch (problem.text, problem.context) {
        case ("found unexpected end of stream", "while scanning a quoted scalar"),
            ("found unexpected document indicator", _):
            return Fault(.yaml(.openQuote), at: context..<context + 1)
        case ("mapping values are not allowed in this context", _):
            if hasColon(before: offset) { return Fault(.yaml(.secondColon), at: here) }
            return Fault(.yaml(.keyTooDeep), at: lineStart(of: offset)..<offset)
        case ("did not find expected key", _):
            if source.bytes[offset...].first == UInt8(ascii: ":") {
                return Fault(.keyNotText(found: .nothing), at: here)
            }
            return Fault(
                .yaml(isFirst(offset) ? .misplacedKey : .textAfterValue),
                at: word(at: offset)
            )
        case ("did not find expected '-' indicator", _):
            return Fault(.yaml(.misplacedItem(column: column(of: context))), at: word(at: offset))
        case ("could not find expected ':'", _):
            return Fault(.yaml(.colonMissing), at: lineEnd(from: context))
        case ("block sequence entries are not allowed in this context", _):
            return Fault(.yaml(.listOnKeyLine), at: here)
        case ("mapping keys are not allowed in this context", _):
            return Fault(.yaml(.complexKey), at: here)
        case ("did not find expected ',' or ']'", _), ("did not find expected ',' or '}'", _):
            let bracket: Character = problem.text.hasSuffix("']'") ? "[" : "{"
            guard source.firstVisible(from: offset) != nil else {
                return Fault(.yaml(.unclosedBracket(bracket)), at: context..<context + 1)
            }
            let position = source.position(of: context)
            return Fault(.yaml(.openBracket(bracket, at: position)), at: word(at: offset))
        case ("found character that cannot start any token", _),
            ("did not find expected alphabetic or numeric character", _):
            // An anchor's or alias's name is looked for behind its mark.
            let start =
                problem.context.contains("anchor") || problem.context.contains("alias")
                ? context : offset
            guard start < source.bytes.count else { break }
            let character = Character(Unicode.Scalar(source.bytes[start]))
            return Fault(.yaml(.reservedCharacter(character)), at: word(at: start))
        case ("found unknown escape character", _),
            ("did not find expected hexdecimal number", _):
            // The mark is at the backslash or behind it.
            return Fault(.yaml(.unknownEscape), at: here)
        case ("did not find expected comment or line break", "while scanning a block scalar"):
            return Fault(.yaml(.textAfterBlockMark), at: lineEnd(from: offset))
        case ("did not find expected <document start>", _):
            return Fault(.yaml(.textAfterEnd), at: word(at: offset))
        default: break
        }
        return Fault(.yaml(.other(problem.text)), at: here)
    }

    /// The tab in the indentation of the line at `offset`, or of the one that ends there.
    private func indentingTab(before offset: Int) -> Range<Int>? {
        let line = source.line(holding: offset)
        for place in line where source.bytes[place] != 0x20 {
            return source.bytes[place] == 0x09 ? place..<place + 1 : nil
        }
        return nil
    }

    private func hasColon(before offset: Int) -> Bool {
        let before = source.bytes[source.line(holding: offset).lowerBound..<offset]
        return zip(before, before.dropFirst()).contains { one, next in
            one == UInt8(ascii: ":") && next == 0x20
        }
    }

    /// Whether there are only blanks before `offset` in its line.
    private func isFirst(_ offset: Int) -> Bool { lineStart(of: offset) == offset }

    /// Behind the blanks of the line that holds `offset`.
    private func lineStart(of offset: Int) -> Int {
        let start = source.line(holding: offset).lowerBound
        return source.bytes[start..<offset].firstIndex { $0 != 0x20 } ?? offset
    }

    private func column(of offset: Int) -> Int { source.position(of: offset).column }

    /// From `start` to the next blank or the line's end.
    private func word(at start: Int) -> Range<Int> {
        let line = source.line(holding: start)
        guard start < line.upperBound else { return start..<start }
        let end = source.bytes[start..<line.upperBound].firstIndex { $0 <= 0x20 }
        return start..<max(start + 1, end ?? line.upperBound)
    }

    private func lineEnd(from start: Int) -> Range<Int> {
        start..<max(start, source.line(holding: start).upperBound)
    }
}
