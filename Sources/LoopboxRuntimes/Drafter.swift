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
        case .hello, .raw, .count, .uvloop, .timeline, .bye: nil
        case .warning: warning(fact)
        case .context: context(fact)
        case .log: log(fact)
        case .slow, .blocking: slow(fact)
        case .overslept: overslept(fact)
        case .uncaught: raised(fact, source: .excepthook, otherwise: "uncaught-exception")
        case .thread: raised(fact, source: .thread, otherwise: "thread-exception")
        case .unraisable: unraisable(fact)
        case .standing: deadlock(fact)
        case .leakedTask: leakedTask(fact)
        case .leakedThread: leakedThread(fact)
        case .leakedObject: leakedObject(fact)
        case .harnessError: harnessError(fact)
        }
    }

    /// A fault of ours; the program did not notice.
    private func harnessError(_ fact: Fact) -> Draft {
        let message = String((fact.message ?? "").prefix { $0 != "\n" })
        var draft = make(
            "harness-error",
            fact,
            message: message,
            source: .supervisor,
            location: nil
        )
        draft.finding.raw = "\(fact.message ?? "")\n\(fact.said ?? "")"
        return draft
    }

    // MARK: Parts of a finding

    func make(
        _ rule: String,
        _ fact: Fact,
        message: String,
        source channel: Finding.Source,
        location: Location?
    ) -> Draft {
        var draft = make(rule, message: message, source: channel, location: location)
        draft.sequence = fact.sequence
        draft.key = fact.key
        draft.exception = fact.exception
        draft.finding.exception = fact.exception.map(report)
        draft.finding.task = fact.task.flatMap { task in
            task.name.map { TaskReport(name: $0, coroutine: task.coroutine?.name ?? "") }
        }
        draft.finding.at = moment(fact.at)
        return draft
    }

    /// A finding that no fact tells of.
    func make(
        _ rule: String,
        message: String,
        source channel: Finding.Source,
        location: Location?
    ) -> Draft {
        let known = Rule.named(rule)
        let finding = Finding(
            id: "",
            rule: rule,
            severity: known?.severity ?? .warning,
            run: run,
            count: 1,
            message: Self.shortened(message),
            fix: known?.remedy ?? "",
            location: location,
            stack: [],
            creation: [],
            exception: nil,
            task: nil,
            seconds: nil,
            at: Seconds(.zero),
            source: channel,
            trust: .reported,
            raw: message,
            doc: known?.doc ?? ""
        )
        return Draft(
            finding: finding,
            sequence: 0,
            key: nil,
            coroutine: nil,
            exception: nil,
            madeAt: nil
        )
    }

    func moment(_ at: Int) -> Seconds {
        let (nanoseconds, overflow) = at.subtractingReportingOverflow(born)
        // A year: no run lasts longer, whatever a program claims.
        let limit = 31_536_000_000_000_000
        return Seconds(.nanoseconds(overflow ? 0 : min(max(nanoseconds, 0), limit)))
    }

    func report(_ exception: WireException) -> ExceptionReport {
        let previous: ExceptionReport.Previous?
        if let cause = exception.cause {
            previous = .init(relation: .cause, exception: report(cause))
        } else {
            previous = exception.context.map { .init(relation: .context, exception: report($0)) }
        }
        return ExceptionReport(
            type: exception.type,
            message: exception.message,
            frames: ProgramSource.ends(of: exception.frames).map(source.location),
            previous: previous,
            group: (exception.group ?? []).map(report)
        )
    }

    func definition(_ frame: WireFrame?) -> Location? {
        frame.flatMap { source.isProgram($0) ? source.location($0) : nil }
    }

    /// `location` with the columns of the only call of a function of this qualified name.
    func withCall(of name: String?, _ location: Location) -> Location {
        guard location.column == nil, let last = name?.split(separator: ".").last,
            let call = CallExpression(of: String(last), in: location.snippet)
        else { return location }
        var location = location
        location.column = call.offset + 1
        location.endColumn = call.offset + 1 + call.text.count
        return location
    }

    static func described(_ exception: WireException) -> String {
        let first = exception.message.prefix { $0 != "\n" }
        return first.isEmpty ? exception.type : "\(exception.type): \(first)"
    }

    /// The interpreter's traceback; put together from the frames where it has none for us.
    func rawText(_ exception: WireException, _ fact: Fact? = nil) -> String {
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
    static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
