// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The program's files as they were handed in, and where frames lie in them.
struct ProgramSource: Sendable {
    /// Lines by path relative to the work directory.
    private let lines: [String: [Substring]]
    private let workDirectory: String
    private let library: String

    /// Characters of a line that are read and quoted; nobody writes longer ones by hand.
    static let lineMax = 2000
    /// Frames of one stack; the harness sends 48. Of more, those at both ends are kept.
    static let framesMax = 100

    /// `files` by path relative to `workDirectory`; `library` is where the interpreter's own
    /// modules lie.
    init(files: [String: String], workDirectory: String, library: String) {
        lines = files.mapValues { text in
            text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
                // Each is a text of its own, which all that quote it share.
                .map { Substring(String($0.prefix(Self.lineMax))) }
        }
        self.workDirectory = workDirectory.hasSuffix("/") ? workDirectory : workDirectory + "/"
        self.library = library
    }

    /// The path relative to the work directory; nil where the file is none of the program's.
    func path(of file: String) -> String? {
        if file.hasPrefix("<") || !library.isEmpty && file.hasPrefix(library) { return nil }
        if file.hasPrefix(workDirectory) {
            let path = String(file.dropFirst(workDirectory.count))
            return path.contains("site-packages/") ? nil : path
        }
        let path = file.hasPrefix("./") ? String(file.dropFirst(2)) : file
        return lines[path] == nil ? nil : path
    }

    func isProgram(_ frame: WireFrame) -> Bool { path(of: frame.file) != nil }

    /// The line without its end; nil where it is not known.
    func line(_ number: Int, of path: String) -> Substring? {
        guard let file = lines[path], number >= 1, number <= file.count else { return nil }
        return file[number - 1]
    }

    /// The frame as a place: in the program with its line, elsewhere without.
    func location(_ frame: WireFrame) -> Location {
        guard let path = path(of: frame.file) else {
            return Location(
                path: frame.file,
                line: max(frame.line, 0),
                column: nil,
                endColumn: nil,
                function: frame.function,
                snippet: ""
            )
        }
        let text = line(frame.line, of: path) ?? ""
        var function = frame.function
        if function.isEmpty {
            function = definition(around: frame.line, of: path)?.name ?? "<module>"
        }
        return Location(
            path: path,
            line: max(frame.line, 1),
            column: frame.column.flatMap { Self.character(at: $0, in: text) },
            endColumn: frame.endColumn.flatMap { Self.character(at: $0, in: text) },
            function: function,
            snippet: String(text)
        )
    }

    /// The places of the program's own frames.
    func own(_ frames: [WireFrame]?) -> [Location] {
        Self.ends(of: (frames ?? []).filter(isProgram)).map(location)
    }

    /// No more than ``framesMax`` of `frames`.
    static func ends(of frames: [WireFrame]) -> [WireFrame] {
        guard frames.count > framesMax else { return frames }
        return Array(frames.prefix(framesMax / 2) + frames.suffix(framesMax / 2))
    }

    /// The number, from 1, of the character at a number of bytes, from 0.
    private static func character(at byte: Int, in text: Substring) -> Int? {
        guard byte >= 0, byte <= text.utf8.count else { return nil }
        let index = text.utf8.index(text.startIndex, offsetBy: byte)
        return text[..<index].count + 1
    }

    /// The function that a line stands in.
    struct Definition: Hashable {
        let name: String
        let isAsync: Bool
    }

    /// The innermost function that line `number` stands in, judged by indentation; nil: none.
    func definition(around number: Int, of path: String) -> Definition? {
        guard let file = lines[path], number >= 1, number <= file.count else { return nil }
        var indent = Self.indent(of: file[number - 1]) ?? Int.max
        var place = number - 1
        while place > 0, indent > 0 {
            place -= 1
            let text = file[place]
            guard let here = Self.indent(of: text), here < indent else { continue }
            indent = here
            let words = text.split(separator: " ", maxSplits: 3)
            let isAsync = words.first == "async"
            let rest = isAsync ? words.dropFirst() : words[...]
            if rest.first == "def", let name = rest.dropFirst().first {
                return Definition(
                    name: String(name.prefix { $0.isLetter || $0.isNumber || $0 == "_" }),
                    isAsync: isAsync
                )
            }
        }
        return nil
    }

    /// Whether a line is the first one of a function.
    func isDefinition(_ number: Int, of path: String) -> Bool {
        let words = (line(number, of: path) ?? "").split(separator: " ", maxSplits: 2)
        return words.first == "def" || words.count > 1 && words[0] == "async" && words[1] == "def"
    }

    /// Whether line `number` stands in a function that has a `yield`, judged by indentation.
    func isGenerator(around number: Int, of path: String) -> Bool {
        guard let file = lines[path], number >= 1, number <= file.count,
            let start = (1...number).reversed().first(where: { place in
                isDefinition(place, of: path)
                    && (Self.indent(of: file[place - 1]) ?? 0)
                        < (Self.indent(of: file[number - 1]) ?? 0)
            })
        else { return false }
        let indent = Self.indent(of: file[start - 1]) ?? 0
        return file[start...].prefix { (Self.indent(of: $0) ?? Int.max) > indent }.contains {
            line in
            line.split { !$0.isLetter && $0 != "_" }.contains("yield")
        }
    }

    /// The only call in all files of one of `methods` that takes the function `name`.
    func call(
        of methods: [String],
        handingOver name: some StringProtocol
    ) -> (call: CallExpression, path: String, line: Int)? {
        var found: [(call: CallExpression, path: String, line: Int)] = []
        for (path, file) in lines {
            for (number, line) in file.enumerated()
            where line.contains(name) && Self.indent(of: line) != nil {
                for method in methods {
                    guard let call = CallExpression(of: method, in: line),
                        call.argumentList.contains(where: { argument in
                            argument == name || argument.hasSuffix(".\(name)")
                        })
                    else { continue }
                    found.append((call, path, number + 1))
                }
            }
        }
        return found.count == 1 ? found[0] : nil
    }

    /// The only line of a file with a call of `method` that takes a coroutine function.
    func callOfCoroutineFunction(of method: String, in path: String) -> Int? {
        let found = (lines[path] ?? []).enumerated().filter { _, line in
            Self.indent(of: line) != nil
                && CallExpression(of: method, in: line)?.argumentList.first.map(definesCoroutine)
                    ?? false
        }
        return found.count == 1 ? found[0].offset + 1 : nil
    }

    /// Whether the file at `path` has a line `import` of this `module`, by its own name.
    func imports(_ module: String, in path: String) -> Bool {
        (lines[path] ?? []).contains { line in
            guard line.hasPrefix("import ") else { return false }
            return line.dropFirst(7).split(separator: ",").contains { part in
                part.filter { !$0.isWhitespace } == module
            }
        }
    }

    /// Whether one of the files defines a coroutine function of this name.
    func definesCoroutine(_ name: String) -> Bool {
        lines.values.contains { file in
            file.contains { line in
                let words = line.split(maxSplits: 3, whereSeparator: { $0 == " " || $0 == "\t" })
                guard words.count >= 3, words[0] == "async", words[1] == "def" else { return false }
                return words[2].prefix { $0.isLetter || $0.isNumber || $0 == "_" } == name
            }
        }
    }

    /// How far a line is indented; nil where there is nothing on it but a comment.
    private static func indent(of line: Substring) -> Int? {
        let rest = line.drop { $0 == " " || $0 == "\t" }
        return rest.isEmpty || rest.first == "#" ? nil : line.count - rest.count
    }
}
