// SPDX-License-Identifier: Apache-2.0

/// A call in a line of Python: `self.client.fetch(url)`.
struct CallExpression: Hashable {
    /// As it is written.
    let text: String
    /// What is called: `self.client.fetch`.
    let callee: String
    /// What stands between the brackets.
    let arguments: String
    /// Characters of the line before it.
    let offset: Int

    /// The only call of `name` that begins and ends in `line`; nil: none, or several.
    init?(of name: String, in line: some StringProtocol) {
        let characters = Array(line)
        let wanted = Array(name)
        var found: CallExpression?
        guard !wanted.isEmpty, characters.count > wanted.count else { return nil }
        for start in 0..<(characters.count - wanted.count)
        where characters[start..<start + wanted.count].elementsEqual(wanted) {
            let open = start + wanted.count
            guard characters[open] == "(" else { continue }
            if start > 0, Self.isPart(characters[start - 1]), characters[start - 1] != "." {
                continue
            }
            guard found == nil, let call = CallExpression(characters, open: open) else {
                return nil
            }
            found = call
        }
        guard let found else { return nil }
        self = found
    }

    /// The call that fills `columns` (from 1, the end not included) of `line`.
    init?(in line: String, columns: Range<Int>) {
        let characters = Array(line)
        guard columns.lowerBound >= 1, columns.upperBound <= characters.count + 1,
            let open = characters[columns.lowerBound - 1..<columns.upperBound - 1].firstIndex(
                of: "("
            ),
            let call = CallExpression(characters, open: open),
            call.offset == columns.lowerBound - 1, call.text.count == columns.count
        else { return nil }
        self = call
    }

    private init?(_ characters: [Character], open: Int) {
        var depth = 0
        var quote: Character?
        var end = open
        while end < characters.count {
            let character = characters[end]
            if let mark = quote {
                if character == "\\" { end += 1 } else if character == mark { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if "([{".contains(character) {
                depth += 1
            } else if ")]}".contains(character) {
                depth -= 1
                if depth == 0 { break }
            }
            end += 1
        }
        guard end < characters.count else { return nil }
        var start = open
        while start > 0, Self.isPart(characters[start - 1]) { start -= 1 }
        guard start < open else { return nil }
        text = String(characters[start...end])
        callee = String(characters[start..<open])
        arguments = String(characters[open + 1..<end])
        offset = start
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "."
    }
}
