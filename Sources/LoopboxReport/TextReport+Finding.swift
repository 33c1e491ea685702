// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension TextReport {
    /// Callers shown of one stack, the nearest ones: a recursion has a thousand alike.
    static let callersMax = 8
    /// Columns shown of a rule's id; the longest real one has half of that.
    static let ruleMax = 60

    /// The blocks of some findings of a run, with an empty line between two of them.
    static func text(of findings: [Finding], in run: RunReport) -> String {
        let report = TextReport(run: run, name: "", debug: .init())
        var page = ReportPage(color: false)
        for (place, finding) in findings.enumerated() {
            if place > 0 { page.blank() }
            report.write(finding, to: &page)
        }
        return page.text
    }

    /// Adds the block of one finding.
    func write(_ finding: Finding, to page: inout ReportPage) {
        writeHead(of: finding, to: &page)
        if let location = finding.location {
            write(location, label: label(of: finding), to: &page)
        }
        // An exception brings its own frames, with those of the library where they matter.
        if finding.exception?.ownFrames.last?.isPlace(of: finding.stack.last) != true {
            let stack = finding.stack.isEmpty ? callersOfCreation(finding) : finding.stack
            if let seen = stack.last, finding.location?.isPlace(of: seen) != true {
                page.line(["  seen"] + Self.place(seen))
            }
            Self.write(callers: stack.dropLast(), "  ", to: &page)
        }
        if let exception = finding.exception { write(exception, of: finding, to: &page) }
        if let task = finding.task {
            page.line("  task: \(task.name), running \(Self.name(of: task.coroutine))")
        }
        if !isCreatedHere(finding), let made = finding.creation.last {
            page.line(["  created"] + Self.place(made))
            Self.write(callers: finding.creation.dropLast(), "    ", to: &page)
        }
        if finding.count > 1 { page.line("  seen \(finding.count) times") }
        if !finding.fix.isEmpty { page.line("  fix: \(finding.fix)") }
        if let more { page.line("  more: \(more)\(finding.rule)") }
    }

    /// The line that editors and `grep` read: place, severity, message, rule.
    private func writeHead(of finding: Finding, to page: inout ReportPage) {
        var place = ""
        if let location = finding.location {
            let column = location.column.map { ":\($0)" } ?? ""
            place = "\(Self.path(location.path)):\(location.line)\(column)"
        }
        let separator = place.isEmpty ? "" : ": "
        let rule = " [\(SafeText.start(of: finding.rule, columns: Self.ruleMax))]"
        // Whatever the message is, the rule stays in sight.
        let taken = SafeText.width(of: "\(place)\(separator)\(finding.severity.rawValue): \(rule)")
        let message = SafeText.start(
            of: finding.message,
            columns: ReportPage.columnsMax - taken
        )
        page.line(
            .path(place),
            "\(separator)",
            .severity(finding.severity),
            ": \(message)\(rule)"
        )
    }

    /// The source line with its carets; what `label` says of it stands beside them.
    private func write(_ location: Location, label: String, to page: inout ReportPage) {
        guard !location.snippet.isEmpty else {
            if !label.isEmpty { page.line("  \(label)") }
            return
        }
        let number = String(location.line)
        let gutter = String(repeating: " ", count: max(5 - number.count, 0)) + number
        let source = SourceLine(location, columns: ReportPage.columnsMax - gutter.count - 3)
        page.line("\(gutter) | \(source.text)")
        let margin = String(repeating: " ", count: gutter.count)
        if let underline = source.underline {
            page.line("\(margin) | ", .caret(underline), "\(label.isEmpty ? "" : " \(label)")")
        } else if !label.isEmpty {
            page.line("\(margin) | \(label)")
        }
    }

    /// `created here, in main()`
    private func label(of finding: Finding) -> String {
        var parts: [String] = []
        if let location = finding.location {
            if isCreatedHere(finding) { parts.append("created here") }
            if finding.exception?.frames.last?.isPlace(of: location) == true {
                parts.append("raised here")
            }
            if !location.function.isEmpty { parts.append("in \(Self.name(of: location.function))") }
        }
        return parts.joined(separator: ", ")
    }

    private func isCreatedHere(_ finding: Finding) -> Bool {
        finding.location?.isPlace(of: finding.creation.last) == true
    }

    /// The stack of the creation, where the finding's place is its last frame.
    private func callersOfCreation(_ finding: Finding) -> [Frame] {
        isCreatedHere(finding) ? finding.creation : []
    }

    // MARK: Frames

    /// Adds a line for each of the callers, the nearest first.
    static func write(callers: ArraySlice<Frame>, _ indent: String, to page: inout ReportPage) {
        for caller in callers.reversed().prefix(callersMax) {
            page.line(["\(indent)called from"] + place(caller, preposition: ""))
        }
        let more = callers.count - callersMax
        if more > 0 { page.line("\(indent)… \(more) more caller\(more == 1 ? "" : "s")") }
    }

    /// ` at main.py:4 in main(): asyncio.sleep(1)`
    static func place(_ frame: Frame, preposition: String = " at") -> [ReportPage.Piece] {
        let function = frame.function.isEmpty ? "" : " in \(name(of: frame.function))"
        let code = frame.snippet.drop { $0 == " " || $0 == "\t" }
        return [
            "\(preposition) ", .path("\(path(frame.path)):\(frame.line)"),
            "\(function)\(code.isEmpty ? "" : ": \(code)")",
        ]
    }

    /// The end of a path says most.
    private static func path(_ path: String) -> String { SafeText.end(of: path, columns: nameMax) }

    /// `main()`; `<module>` and its like stay as they are.
    static func name(of function: String) -> String {
        let name = SafeText.start(of: function, columns: nameMax)
        return name.hasSuffix(">") || name.hasSuffix(")") ? name : "\(name)()"
    }
}

extension Location {
    /// Whether `other` is the same line of the same file.
    func isPlace(of other: Location?) -> Bool { path == other?.path && line == other?.line }

    /// Whether it lies in a file, not in a text that was handed to the interpreter.
    var isOnDisk: Bool { !path.isEmpty && !path.hasPrefix("<") }

    /// Whether it lies in the program, not in a library.
    var isOwn: Bool { !path.hasPrefix("/") && !path.hasPrefix("<frozen ") }
}
