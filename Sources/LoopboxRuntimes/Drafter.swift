// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Turns one fact into a finding, without a look at the others.
struct Drafter: Sendable {
    let source: ProgramSource
    let run: Int
    /// When the interpreter came to the harness, in nanoseconds.
    let born: Int

    /// nil: the fact is about the run itself, or says what the run's end says already.
    func draft(of fact: Fact) -> Draft? {
        switch fact.kind {
        case .hello, .raw, .count, .bye: nil
        case .warning: warning(fact)
        case .context: context(fact)
        case .log: log(fact)
        case .slow, .blocking: slow(fact)
        case .uncaught: raised(fact, source: .excepthook, otherwise: "uncaught-exception")
        case .thread: raised(fact, source: .thread, otherwise: "thread-exception")
        case .unraisable: unraisable(fact)
        }
    }

    // MARK: Warnings

    private func warning(_ fact: Fact) -> Draft? {
        let message = fact.message ?? ""
        let first = message.prefix { $0 != "\n" }
        let rule = Self.ruleOfWarning(String(first), bases: fact.bases ?? [])
        let warned = fact.file.map { WireFrame(file: $0, line: fact.line ?? 0, function: "") }
        let own = warned.flatMap { source.isProgram($0) ? source.location($0) : nil }
        let stack = source.own(fact.stack)
        let coroutine = fact.coroutine
        let origin = source.own(coroutine?.origin)
        let allocated = source.own(fact.allocated)

        var location: Location?
        var creation: [Location] = []
        switch rule {
        case "coroutine-never-awaited":
            creation = origin
            location =
                origin.last.map { withCall(of: coroutine?.name, $0) } ?? own
                ?? definition(coroutine?.definition)
        case "unclosed-event-loop", "unclosed-transport", "unclosed-socket", "unclosed-file",
            "unclosed-resource", "subprocess-still-running":
            creation = allocated
            location = allocated.last ?? own
        default:
            // Deprecations in the library point into it; the program's call is below.
            location =
                own.map { place in stack.last { $0.line == place.line } ?? place } ?? stack.last
        }
        var draft = make(rule, fact, message: String(first), source: .warnings, location: location)
        draft.finding.creation = creation
        draft.finding.stack = rule.hasSuffix("-warning") ? stack : []
        draft.coroutine = coroutine
        draft.madeAt = origin.last
        let place = "\(fact.file ?? "sys"):\(fact.line ?? 1)"
        let line = own.map { "\n  " + Self.trimmed($0.snippet) } ?? ""
        draft.finding.raw = "\(place): \(fact.category ?? "Warning"): \(message)\(line)"
        if rule == "coroutine-never-awaited" {
            draft.finding.fix = FixSentence.unawaited(
                location,
                name: coroutine?.name,
                in: location.flatMap { source.definition(around: $0.line, of: $0.path) }
            )
        } else if rule == "unclosed-socket" || rule == "unclosed-file", let made = allocated.last {
            draft.finding.fix = FixSentence.unclosed(made) ?? draft.finding.fix
        }
        return draft
    }

    /// The rule of a warning with this message, whose class has these `bases`, itself the first.
    static func ruleOfWarning(_ message: String, bases: [String]) -> String {
        if bases.contains("ResourceWarning") {
            if message.hasPrefix("unclosed event loop") { return "unclosed-event-loop" }
            if message.hasPrefix("unclosed transport")
                || message.hasPrefix("unclosed <StreamWriter")
            {
                return "unclosed-transport"
            }
            if message.hasPrefix("unclosed <socket.socket")
                || message.hasPrefix("unclosed <ssl.SSLSocket")
            {
                return "unclosed-socket"
            }
            if message.hasPrefix("unclosed file") { return "unclosed-file" }
            if message.hasPrefix("subprocess ") && message.hasSuffix("is still running") {
                return "subprocess-still-running"
            }
            return "unclosed-resource"
        }
        if bases.contains("RuntimeWarning") {
            return message.hasPrefix("coroutine ") && message.hasSuffix("was never awaited")
                ? "coroutine-never-awaited" : "runtime-warning"
        }
        if bases.contains("DeprecationWarning") || bases.contains("PendingDeprecationWarning") {
            return "deprecation-warning"
        }
        return "other-warning"
    }

    // MARK: The loop

    private func context(_ fact: Fact) -> Draft? {
        // Both end the program with their own report; the task's is an echo.
        if let type = fact.exception?.type, type == "SystemExit" || type == "KeyboardInterrupt" {
            return nil
        }
        let message = fact.message ?? ""
        let created = source.own(fact.created ?? fact.task?.created ?? fact.future?.created)
        let raised = fact.exception.map { Self.telling($0, source) }
        let special = raised.flatMap(specialRule)
        let rule: String
        if message == "Task was destroyed but it is pending!" {
            rule = "task-destroyed-pending"
        } else if message == "Task exception was never retrieved" {
            rule = special ?? "task-exception-never-retrieved"
        } else if message.hasSuffix("exception was never retrieved") {
            rule = special ?? "future-exception-never-retrieved"
        } else if message == "unhandled exception during asyncio.run() shutdown" {
            rule = special ?? "shutdown-unhandled-exception"
        } else if message.hasPrefix("an error occurred during closing of asynchronous generator") {
            rule = "asyncgen-close-error"
        } else if fact.exception != nil {
            rule = special ?? "callback-exception"
        } else {
            rule = "asyncio-log"
        }
        let stands = source.own(fact.task?.coroutine?.stands)
        let place: Location?
        if rule == "task-destroyed-pending" {
            place = created.last ?? stands.first ?? definition(fact.task?.coroutine?.definition)
        } else {
            place =
                raised.flatMap { source.own($0.frames).last } ?? created.last ?? stands.last
                ?? definition(fact.task?.coroutine?.definition ?? fact.generator?.definition)
        }
        var said = message
        if let exception = fact.exception {
            said = Self.described(exception)
            if rule == "task-exception-never-retrieved", let task = fact.task {
                said = "\(task.coroutine?.name ?? "a task")() failed and nobody looked: \(said)"
            } else if rule == "callback-exception", let handle = fact.handle?.name {
                said = "callback \(handle)() raised \(said)"
            } else if special == nil {
                said = "\(message): \(said)"
            }
        } else if rule == "task-destroyed-pending", let name = fact.task?.coroutine?.name {
            said = "the task of \(name)() was destroyed before it finished"
        }
        var draft = make(rule, fact, message: said, source: .exceptionHandler, location: place)
        draft.finding.creation = created
        draft.finding.stack = raised.map { source.own($0.frames) } ?? stands
        draft.coroutine = fact.task?.coroutine
        draft.madeAt = created.last
        draft.finding.raw = message + (fact.exception.map { "\n" + rawText($0) } ?? "")
        if rule == "task-exception-never-retrieved" || rule == "task-destroyed-pending" {
            draft.finding.fix = FixSentence.lostTask(created.last, rule: rule)
        } else if fact.task?.coroutine?.name == "async_generator_athrow" {
            draft.finding.fix = FixSentence.leftEarly(place)
        }
        return draft
    }

    private func log(_ fact: Fact) -> Draft? {
        let stack = source.own(fact.stack)
        let message = fact.message ?? ""
        var draft = make(
            "asyncio-log",
            fact,
            message: String(message.prefix { $0 != "\n" }),
            source: .log,
            location: fact.exception.flatMap { source.own($0.frames).last } ?? stack.last
        )
        draft.finding.stack = stack
        draft.finding.raw = message
        return draft
    }

    private func slow(_ fact: Fact) -> Draft? {
        let seconds = fact.seconds ?? 0
        guard seconds >= 0, seconds < 1e6 else { return nil }
        let stack = source.own(fact.stack)
        let stands = source.own(fact.task?.coroutine?.stands)
        let defined = fact.task?.coroutine?.definition ?? fact.handle?.definition
        let name = fact.task?.coroutine?.name ?? fact.handle?.name ?? "a callback"
        let shown = "\((seconds * 1000).rounded() / 1000)"
        let hasEnded = fact.kind == .slow
        let location = stack.last ?? definition(defined) ?? stands.last
        var draft = make(
            "slow-callback",
            fact,
            message: hasEnded
                ? "\(name)() held the event loop for \(shown) s"
                : "\(name)() still held the event loop after \(shown) s",
            source: hasEnded ? .log : .watchdog,
            location: location
        )
        draft.finding.seconds = Seconds(.microseconds(Int64((seconds * 1e6).rounded())))
        draft.finding.stack = stack
        draft.finding.creation = source.own(fact.task?.created ?? fact.created)
        draft.handleID = fact.handleID
        draft.finding.raw = draft.finding.message
        if !stack.isEmpty { draft.finding.fix = FixSentence.slow(stack, in: source) }
        return draft
    }

    // MARK: Exceptions

    private func raised(_ fact: Fact, source channel: Finding.Source, otherwise: String) -> Draft? {
        guard let exception = fact.exception else { return nil }
        if let draft = syntaxError(fact, exception, channel) { return draft }
        let telling = Self.telling(exception, source)
        let rule =
            exception.type == "KeyboardInterrupt"
            ? "keyboard-interrupt" : specialRule(telling) ?? otherwise
        let stack = source.own(telling.frames)
        var message = Self.described(telling)
        if telling !== exception { message = "\(message) (in \(Self.described(exception)))" }
        if let thread = fact.thread, rule == otherwise { message = "thread \(thread): \(message)" }
        var draft = make(rule, fact, message: message, source: channel, location: stack.last)
        draft.finding.stack = stack
        draft.finding.raw = rawText(exception, fact)
        if let place = stack.last {
            let fix = FixSentence.raised(
                rule,
                telling,
                at: place,
                ofGroupAt: telling === exception ? nil : source.own(exception.frames).last
            )
            draft.finding.fix = fix ?? draft.finding.fix
        }
        return draft
    }

    private func unraisable(_ fact: Fact) -> Draft? {
        guard let exception = fact.exception else { return nil }
        let message = Self.described(exception)
        if exception.type == "RuntimeWarning", fact.coroutine != nil {
            // A filter made an error of a warning that was due while an object died.
            return promotedWarning(fact, exception)
        }
        let rule = specialRule(exception) ?? "unraisable-exception"
        if rule == "asyncgen-ignored-generator-exit" { return begunOutside(fact, exception) }
        let stack = source.own(exception.frames)
        let defined = definition(fact.object?.definition)
        var draft = make(
            rule,
            fact,
            message: message,
            source: .unraisable,
            location: stack.last ?? defined
        )
        draft.finding.stack = stack
        draft.coroutine = fact.coroutine
        draft.finding.raw = unraisableText(fact, exception)
        return draft
    }

    /// The last frames of such an exception are where the generator happened to be destroyed; what
    /// is to be changed is where it took its first step.
    private func begunOutside(_ fact: Fact, _ exception: WireException) -> Draft {
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

    private func unraisableText(_ fact: Fact, _ exception: WireException) -> String {
        let said = fact.said.flatMap { $0.isEmpty ? nil : $0 } ?? "Exception ignored in"
        return "\(said): \(fact.object?.shown ?? "")\n\(rawText(exception, fact))"
    }

    private func promotedWarning(_ fact: Fact, _ exception: WireException) -> Draft? {
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
            draft.finding.fix = FixSentence.unawaited(
                location,
                name: fact.coroutine?.name,
                in: location.flatMap { source.definition(around: $0.line, of: $0.path) }
            )
        }
        return draft
    }

    private func syntaxError(
        _ fact: Fact,
        _ exception: WireException,
        _ channel: Finding.Source
    ) -> Draft? {
        guard let syntax = exception.syntax, let path = source.path(of: syntax.file),
            syntax.line >= 1
        else { return nil }
        let line = source.line(syntax.line, of: path).map(String.init) ?? syntax.text
        let column = syntax.column.flatMap { $0 >= 1 && $0 <= line.count + 1 ? $0 : nil }
        var end: Int?
        if let last = syntax.endColumn, let column, syntax.endLine == syntax.line, last > column,
            last <= line.count + 1
        {
            end = last
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
        return draft
    }

    /// The rule of an exception that asyncio or the interpreter raises for one reason only.
    private func specialRule(_ exception: WireException) -> String? {
        let message = exception.message
        if exception.type == "RuntimeError" {
            if message == "async generator ignored GeneratorExit" {
                return "asyncgen-ignored-generator-exit"
            }
            if message.hasSuffix("): asynchronous generator is already running") {
                return "asyncgen-already-running"
            }
        }
        // Anybody can raise what follows; we mean the library's own.
        guard let last = exception.frames.last, !source.isProgram(last) else { return nil }
        switch (exception.type, message) {
        case (
            "RuntimeError",
            "Non-thread-safe operation invoked on an event loop other than the current one"
        ): return "wrong-thread-call"
        case ("RuntimeError", "Event loop is closed"): return "event-loop-closed"
        case ("RuntimeError", "asyncio.run() cannot be called from a running event loop"),
            ("RuntimeError", "Runner.run() cannot be called from a running event loop"),
            ("RuntimeError", "This event loop is already running"),
            ("RuntimeError", "Cannot run the event loop while another loop is running"):
            return "nested-run"
        case ("ValueError", "the socket must be non-blocking"): return "blocking-socket"
        case ("TypeError", _) where message.hasPrefix("coroutines cannot be used with "):
            return "coroutine-as-callback"
        default: return nil
        }
    }

    /// Of a group the member that says what went wrong: the first with a line of the program.
    private static func telling(_ exception: WireException, _ source: ProgramSource)
        -> WireException
    {
        var current = exception
        while let members = current.group, let first = members.first {
            current = members.first { $0.frames.contains(where: source.isProgram) } ?? first
        }
        return current
    }

    // MARK: Parts of a finding

    private func make(
        _ rule: String,
        _ fact: Fact,
        message: String,
        source channel: Finding.Source,
        location: Location?
    ) -> Draft {
        let known = Rule.named(rule)
        let task = fact.task.flatMap { task in
            task.name.map { TaskReport(name: $0, coroutine: task.coroutine?.name ?? "") }
        }
        let finding = Finding(
            id: "",
            rule: rule,
            severity: known?.severity ?? .warning,
            run: run,
            count: 1,
            message: message,
            fix: known?.remedy ?? "",
            location: location,
            stack: [],
            creation: [],
            exception: fact.exception.map(report),
            task: task,
            seconds: nil,
            at: moment(fact.at),
            source: channel,
            trust: .reported,
            raw: message,
            doc: known?.doc ?? ""
        )
        return Draft(
            finding: finding,
            sequence: fact.sequence,
            key: fact.key,
            coroutine: nil,
            exception: fact.exception,
            madeAt: nil
        )
    }

    private func moment(_ at: Int) -> Seconds {
        let (nanoseconds, overflow) = at.subtractingReportingOverflow(born)
        // A year: no run lasts longer, whatever a program claims.
        let limit = 31_536_000_000_000_000
        return Seconds(.nanoseconds(overflow ? 0 : min(max(nanoseconds, 0), limit)))
    }

    private func report(_ exception: WireException) -> ExceptionReport {
        let previous: ExceptionReport.Previous?
        if let cause = exception.cause {
            previous = .init(relation: .cause, exception: report(cause))
        } else {
            previous = exception.context.map { .init(relation: .context, exception: report($0)) }
        }
        return ExceptionReport(
            type: exception.type,
            message: exception.message,
            frames: exception.frames.map(source.location),
            previous: previous,
            group: (exception.group ?? []).map(report)
        )
    }

    private func definition(_ frame: WireFrame?) -> Location? {
        frame.flatMap { source.isProgram($0) ? source.location($0) : nil }
    }

    /// `location` with the columns of the only call of a function of this qualified name.
    private func withCall(of name: String?, _ location: Location) -> Location {
        guard location.column == nil, let last = name?.split(separator: ".").last,
            let call = CallExpression(of: String(last), in: location.snippet)
        else { return location }
        var location = location
        location.column = call.offset + 1
        location.endColumn = call.offset + 1 + call.text.count
        return location
    }

    private static func described(_ exception: WireException) -> String {
        let first = exception.message.prefix { $0 != "\n" }
        return first.isEmpty ? exception.type : "\(exception.type): \(first)"
    }

    /// The interpreter's traceback; put together from the frames where it has none for us.
    private func rawText(_ exception: WireException, _ fact: Fact? = nil) -> String {
        if let raw = fact?.raw, !raw.isEmpty { return Self.trimmed(raw) }
        var text = exception.frames.isEmpty ? "" : "Traceback (most recent call last):\n"
        for frame in exception.frames {
            text += "  File \"\(frame.file)\", line \(frame.line), in \(frame.function)\n"
            let snippet = Self.trimmed(source.location(frame).snippet)
            if !snippet.isEmpty { text += "    \(snippet)\n" }
        }
        return text
            + (exception.message.isEmpty
                ? exception.type : "\(exception.type): \(exception.message)")
    }

    /// `text` without white space at either end.
    private static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
