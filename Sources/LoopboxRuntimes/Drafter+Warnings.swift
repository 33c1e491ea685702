// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

// What the interpreter warned of.

extension Drafter {
    func warning(_ fact: Fact) -> Draft? {
        let message = fact.message ?? ""
        let first = message.prefix { $0 != "\n" }
        let rule = Self.ruleOfWarning(String(first), bases: fact.bases ?? [])
        let warned = fact.file.map { WireFrame(file: $0, line: fact.line ?? 0, function: "") }
        let own = warned.flatMap { source.isProgram($0) ? source.location($0) : nil }
        let stack = source.own(fact.stack)
        let coroutine = fact.coroutine
        let origin = source.own(coroutine?.origin)
        // uvloop knows who made it, and says so.
        let said = message.split(separator: "\n").dropFirst().compactMap(WireFrame.init(line:))
        let allocated = source.own(fact.allocated ?? (coroutine == nil ? said : nil))

        let server = definition(fact.handle?.definition)

        var location: Location?
        var creation: [Location] = []
        switch rule {
        case "coroutine-never-awaited":
            creation = origin
            location =
                origin.last.map { withCall(of: coroutine?.name, $0) } ?? own
                ?? definition(coroutine?.definition)
        case "unclosed-event-loop", "unclosed-transport", "unclosed-stream-writer",
            "unclosed-socket", "unclosed-file", "unclosed-resource", "subprocess-still-running",
            "signal-handlers-at-finalization":
            creation = allocated
            location = allocated.last ?? server ?? own
        default:
            // Deprecations in the library point into it; the program's call is below.
            location =
                own.map { place in stack.last { $0.line == place.line } ?? place } ?? stack.last
        }
        let end = first.firstRange(of: "; object created at")?.lowerBound ?? first.endIndex
        var draft = make(
            rule,
            fact,
            message: String(first[..<end]),
            source: .warnings,
            location: location
        )
        draft.finding.creation = creation
        draft.finding.stack = rule.hasSuffix("-warning") ? stack : []
        draft.coroutine = coroutine
        draft.madeAt = origin.last
        let place = "\(fact.file ?? "sys"):\(fact.line ?? 1)"
        let line = own.map { "\n  " + Self.trimmed($0.snippet) } ?? ""
        draft.finding.raw = "\(place): \(fact.category ?? "Warning"): \(message)\(line)"
        if rule == "coroutine-never-awaited" {
            draft.finding.take(unawaitedCure(coroutine, at: location))
        } else if rule.hasPrefix("unclosed-"), let made = allocated.last {
            draft.finding.fix = FixSentence.unclosed(rule, made) ?? draft.finding.fix
        } else if let server, allocated.isEmpty {
            draft.finding.fix = FixSentence.unclosed(by: server) ?? draft.finding.fix
        }
        return draft
    }

    /// What to do with a coroutine that was made at `location`.
    func unawaitedCure(_ coroutine: WireCoroutine?, at location: Location?) -> Cure {
        FixSentence.unawaited(
            location,
            name: coroutine?.name,
            isLibrary: coroutine?.definition.map { !source.isProgram($0) } ?? false,
            in: source
        )
    }

    /// The rule of a warning with this message, whose class has these `bases`, itself the first.
    static func ruleOfWarning(_ message: String, bases: [String]) -> String {
        Rule.recognized(by: message, on: .warning, classes: bases)?.id ?? "other-warning"
    }
}
