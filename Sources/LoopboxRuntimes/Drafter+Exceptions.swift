// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

// What ended the program or a thread, or could be raised nowhere.

extension Drafter {
    func raised(_ fact: Fact, source channel: Finding.Source, otherwise: String) -> Draft? {
        guard let exception = fact.exception else { return nil }
        if let draft = syntaxError(fact, exception, channel) { return draft }
        let telling = Self.telling(exception, source)
        let rule =
            exception.type == "KeyboardInterrupt"
            ? "keyboard-interrupt" : specialRule(telling) ?? otherwise
        let stack = source.own(telling.frames)
        var message = Self.described(telling)
        if telling !== exception { message = "\(message) (in \(Self.described(exception)))" }
        if rule == "coroutine-as-callback", let line = stack.last?.snippet,
            CallExpression(of: "call_later", in: line) != nil
        {
            // By which call_later() does its work.
            message.replace("call_at()", with: "call_later()")
        }
        if let thread = fact.thread, rule == otherwise { message = "thread \(thread): \(message)" }
        var draft = make(rule, fact, message: message, source: channel, location: stack.last)
        draft.finding.stack = stack
        draft.isRefusal = telling.frames.last.map { !source.isProgram($0) } ?? false
        if rule == "loop-stopped-early", let stop = source.own(fact.stack).last {
            draft.finding.location = stop
        }
        draft.finding.raw = rawText(exception, fact)
        if let place = stack.last {
            let cure = FixSentence.raised(
                rule,
                telling,
                at: place,
                ofGroupAt: telling === exception ? nil : source.own(exception.frames).last,
                in: source
            )
            if let cure { draft.finding.take(cure) }
        } else if let made = source.own(fact.allocated).last {
            // The library's code alone ran in a thread that the program made.
            draft.finding.location = made
            draft.finding.creation = [made]
        }
        return draft
    }

    func unraisable(_ fact: Fact) -> Draft? {
        guard let exception = fact.exception else { return nil }
        let message = Self.described(exception)
        if exception.type == "RuntimeWarning", fact.coroutine != nil {
            // A filter made an error of a warning that was due while an object died.
            return promotedWarning(fact, exception)
        }
        let rule =
            Rule.recognized(by: Self.head(of: fact), on: .unraisable)?.id
            ?? specialRule(exception) ?? "unraisable-exception"
        if rule == "asyncgen-ignored-generator-exit" { return begunOutside(fact, exception) }
        let stack = source.own(exception.frames)
        let defined = definition(fact.object?.definition)
        var draft = make(
            rule,
            fact,
            message: message,
            source: .unraisable,
            location: rule == "coroutine-ignored-generator-exit"
                ? source.own(fact.coroutine?.stands).last ?? stack.last ?? defined
                : stack.last ?? defined
        )
        draft.finding.stack = stack
        draft.coroutine = fact.coroutine
        draft.finding.raw = unraisableText(fact, exception)
        return draft
    }

    /// The last frames of such an exception are where the generator happened to be destroyed; what
    /// is to be changed is where it took its first step.
    func begunOutside(_ fact: Fact, _ exception: WireException) -> Draft {
        let rule = "asyncgen-ignored-generator-exit"
        let stack = source.own(fact.begun)
        let generator = fact.generator?.definition ?? fact.object?.definition
        let said = Self.described(exception)
        let name = generator.map { "\($0.function)()" } ?? "a generator"
        var draft = make(
            rule,
            fact,
            message: stack.isEmpty
                ? said : "\(name) began where no loop runs, and nobody closed it: \(said)",
            source: .unraisable,
            location: stack.last ?? definition(generator)
        )
        draft.finding.stack = stack
        draft.finding.raw = unraisableText(fact, exception)
        draft.finding.exception = nil
        if let place = stack.last {
            draft.finding.fix = FixSentence.begunOutside(generator?.function, at: place)
        }
        return draft
    }

    func unraisableText(_ fact: Fact, _ exception: WireException) -> String {
        "\(Self.head(of: fact))\n\(rawText(exception, fact))"
    }

    /// The first line of what the interpreter prints of an exception that it can't raise.
    private static func head(of fact: Fact) -> String {
        let said = fact.said.flatMap { $0.isEmpty ? nil : $0 } ?? "Exception ignored in"
        return "\(said): \(fact.object?.shown ?? "")"
    }

    func promotedWarning(_ fact: Fact, _ exception: WireException) -> Draft? {
        let first = String(exception.message.prefix { $0 != "\n" })
        let rule = Self.ruleOfWarning(first, bases: [exception.type])
        let origin = source.own(fact.coroutine?.origin)
        let location =
            origin.last.map { withCall(of: fact.coroutine?.name, $0) }
            ?? definition(fact.coroutine?.definition)
        var draft = make(rule, fact, message: first, source: .unraisable, location: location)
        draft.finding.creation = origin
        draft.coroutine = fact.coroutine
        draft.madeAt = origin.last
        draft.finding.exception = nil
        draft.finding.raw = rawText(exception, fact)
        if rule == "coroutine-never-awaited" {
            draft.finding.take(unawaitedCure(fact.coroutine, at: location))
        }
        return draft
    }

    func syntaxError(
        _ fact: Fact,
        _ exception: WireException,
        _ channel: Finding.Source
    ) -> Draft? {
        guard let syntax = exception.syntax, let path = source.path(of: syntax.file),
            syntax.line >= 1
        else { return nil }
        let line = source.line(syntax.line, of: path).map(String.init) ?? syntax.text
        // Python counts scalars here.
        func character(_ column: Int) -> Int? {
            guard column >= 1, column <= line.unicodeScalars.count + 1 else { return nil }
            return String(line.unicodeScalars.prefix(column - 1)).count + 1
        }
        let column = syntax.column.flatMap(character)
        var end: Int?
        if let column, syntax.endLine == syntax.line {
            end = syntax.endColumn.flatMap(character).flatMap { $0 > column ? $0 : nil }
        }
        let location = Location(
            path: path,
            line: syntax.line,
            column: column,
            endColumn: end,
            function: "<module>",
            snippet: line
        )
        var draft = make(
            "syntax-error",
            fact,
            message: Self.described(exception),
            source: channel,
            location: location
        )
        draft.finding.stack = source.own(exception.frames)
        draft.finding.raw = rawText(exception, fact)
        let cure = FixSentence.syntax(exception.message, at: location, in: source)
        if let cure { draft.finding.take(cure) }
        return draft
    }

    /// The rule of an exception that asyncio or the interpreter raises for one reason only.
    func specialRule(_ exception: WireException) -> String? {
        // Anybody can raise one with these words; we mean those that the program didn't raise.
        if let last = source.own(exception.frames).last,
            exception.frames.last.map(source.isProgram) == true,
            Self.trimmed(last.snippet).hasPrefix("raise")
        {
            return nil
        }
        let first = String(exception.message.prefix { $0 != "\n" })
        return Rule.recognized(by: first, on: .exception, classes: [exception.type])?.id
    }

    /// Of a group the member that says what went wrong: the first with a line of the program.
    static func telling(_ exception: WireException, _ source: ProgramSource)
        -> WireException
    {
        var current = exception
        while let members = current.group, let first = members.first {
            current = members.first { $0.frames.contains(where: source.isProgram) } ?? first
        }
        return current
    }
}
