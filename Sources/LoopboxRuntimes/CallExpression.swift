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
        guard columns.lowerBound >= 1, columns.upperBound <= characters.count + 1 else {
            return nil
        }
        let place = columns.lowerBound - 1..<columns.upperBound - 1
        let call = place.lazy.filter { characters[$0] == "(" }
            .compactMap { CallExpression(characters, open: $0) }
            .first { $0.offset == place.lowerBound && $0.text.count == place.count }
        guard let call else { return nil }
        self = call
    }

    /// The call that a statement consists of: `    order.cancel()  # late`.
    init?(statement line: some StringProtocol) {
        let characters = Array(line)
        guard let start = characters.firstIndex(where: { !$0.isWhitespace }) else { return nil }
        let call = characters.indices.lazy.filter { characters[$0] == "(" }
            .compactMap { CallExpression(characters, open: $0) }
            .first { call in
                let rest = characters[(call.offset + call.text.count)...]
                let next = rest.first { !$0.isWhitespace }
                return call.offset == start && (next == nil || next == "#")
            }
        guard let call else { return nil }
        self = call
    }

    /// The only call in `line`; nil: none, or several.
    init?(only line: some StringProtocol) {
        let characters = Array(line)
        let calls = characters.indices.lazy.filter { characters[$0] == "(" }
            .compactMap { CallExpression(characters, open: $0) }.prefix(2)
        guard calls.count == 1, let call = calls.first else { return nil }
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
        while start > 0 {
            if Self.isPart(characters[start - 1]) {
                start -= 1
            } else if characters[start] == ".",
                let before = Self.start(of: characters, endingAt: start - 1)
            {
                start = before
            } else {
                break
            }
        }
        guard start < open else { return nil }
        text = String(characters[start...end])
        callee = String(characters[start..<open])
        arguments = String(characters[open + 1..<end])
        offset = start
    }

    /// What stands between the brackets, cut at its commas.
    var argumentList: [String] {
        var list: [String] = []
        var current = ""
        var depth = 0
        var quote: Character?
        var isEscaped = false
        for character in arguments {
            if let mark = quote {
                if !isEscaped, character == mark { quote = nil }
                isEscaped = !isEscaped && character == "\\"
            } else if character == "\"" || character == "'" {
                quote = character
            } else if "([{".contains(character) {
                depth += 1
            } else if ")]}".contains(character) {
                depth -= 1
            } else if character == ",", depth == 0 {
                list.append(current)
                current = ""
                continue
            }
            current.append(character)
        }
        list.append(current)
        return list.map { String($0.drop(while: \.isWhitespace)) }.filter { !$0.isEmpty }
    }

    /// Whether one of the arguments goes by its name, as in `cancel(msg="late")`.
    var hasNamedArguments: Bool {
        argumentList.contains { argument in
            let rest = argument.drop { $0.isLetter || $0.isNumber || $0 == "_" }
                .drop(while: \.isWhitespace)
            return argument.hasPrefix("**") || rest.hasPrefix("=") && !rest.hasPrefix("==")
        }
    }

    /// The last names of all that is called in it, itself among them: `create_task`, `work`.
    var namesCalled: [String] {
        var names: [String] = []
        var name = ""
        for character in text {
            if character.isLetter || character.isNumber || character == "_" {
                name.append(character)
            } else {
                if character == "(", !name.isEmpty { names.append(name) }
                name = ""
            }
        }
        return names
    }

    /// Where the brackets open that close at `end`: what is called may itself be the result of a
    /// call, or a member of a list.
    private static func start(of characters: [Character], endingAt end: Int) -> Int? {
        guard ")]".contains(characters[end]) else { return nil }
        var depth = 0
        for place in stride(from: end, through: 0, by: -1) {
            if ")]}".contains(characters[place]) { depth += 1 }
            if "([{".contains(characters[place]) { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "."
    }
}
