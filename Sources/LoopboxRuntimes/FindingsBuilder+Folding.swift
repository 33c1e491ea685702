// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension FindingsBuilder {
    /// Leaves out the drafts that another one already says.
    func fold(_ drafts: [Draft]) -> [Draft] {
        var kept = drafts
        foldUnending(&kept)
        foldSameException(&kept)
        foldConsequences(&kept)
        foldArguments(&kept)
        foldSameCoroutine(&kept)
        foldOwnedResources(&kept)
        foldDebris(&kept)
        shareCures(&kept)
        return kept
    }

    /// 1. A callback that was told while it blocked: when it ended, its report has all of it.
    private func foldUnending(_ drafts: inout [Draft]) {
        var ended: [Int: Int] = [:]
        for draft in drafts.reversed() {
            guard let handle = draft.handleID, ended[handle] == nil else { continue }
            ended[handle] = draft.sequence
        }
        drafts.removeAll { draft in
            guard draft.finding.source == .watchdog, let handle = draft.handleID else {
                return false
            }
            return ended[handle].map { $0 > draft.sequence } ?? false
        }
    }

    /// 2. An exception that ended the program or a thread is not also a lost one: it passed
    /// through a task on its way, or the program reported it to its loop and raised it again.
    private func foldSameException(_ drafts: inout [Draft]) {
        func weight(_ draft: Draft) -> Int {
            switch draft.finding.source {
            case .excepthook: 3
            case .thread: 2
            case .exceptionHandler: 1
            default: 0
            }
        }
        var heaviest: [Int: Draft] = [:]
        for draft in drafts {
            guard let exception = draft.exception else { continue }
            if let other = heaviest[exception.id], weight(other) >= weight(draft) { continue }
            heaviest[exception.id] = draft
        }
        drafts.removeAll { draft in
            guard let exception = draft.exception, let other = heaviest[exception.id],
                let same = other.exception
            else { return false }
            return weight(other) > weight(draft) && same.type == exception.type
                && same.message == exception.message
        }
    }

    /// 3. A call that refused its coroutine leaves it unawaited, and its task unfinished: both are
    /// made in the line that failed. A task that could not be entered never begins.
    private func foldConsequences(_ drafts: inout [Draft]) {
        let refusals: Set = [
            "wrong-thread-call", "coroutine-as-callback", "nested-run", "event-loop-closed",
        ]
        var lines: Set<Line> = []
        for draft in drafts {
            if draft.finding.rule == "task-entered-twice", let made = draft.madeAt {
                lines.insert(Line(made))
            } else if refusals.contains(draft.finding.rule)
                || draft.isRefusal && draft.exception.map(FixSentence.isForWantOfLoop) != true,
                let location = draft.finding.location
            {
                lines.insert(Line(location))
            }
        }
        drafts.removeAll { draft in
            let rule = draft.finding.rule
            guard rule == "coroutine-never-awaited" || rule == "task-destroyed-pending",
                let made = draft.madeAt
            else { return false }
            return lines.contains(Line(made))
        }
    }

    /// 4. What was given to a call that nobody awaited is not awaited either: `wait_for(work())`. Nor
    /// do the tasks of a lost `gather()` come to their end.
    private func foldArguments(_ drafts: inout [Draft]) {
        // Of each line, where calls begin, and how far the longest of them goes.
        var outer: [Line: [Int: Int]] = [:]
        var gathers: Set<Line> = []
        for draft in drafts {
            guard let place = draft.finding.location else { continue }
            if draft.finding.rule == "future-exception-never-retrieved" {
                gathers.insert(Line(place))
            }
            guard draft.finding.rule == "coroutine-never-awaited", let from = place.column,
                let to = place.endColumn
            else { continue }
            let known = outer[Line(place)]?[from] ?? 0
            outer[Line(place), default: [:]][from] = max(known, to)
        }
        drafts.removeAll { draft in
            guard let place = draft.finding.location else { return false }
            switch draft.finding.rule {
            case "coroutine-never-awaited":
                guard let start = place.column, let end = place.endColumn else { return false }
                return outer[Line(place)]?.contains { $0.key < start && end < $0.value } ?? false
            case "leaked-task": return gathers.contains(Line(place))
            default: return false
            }
        }
    }

    /// 5. The coroutine of a task that never began is unawaited, too; a task that was left over and
    /// failed when it was told to end is told of by its failure; and where the program's way
    /// of showing warnings fails, that failure is put down to the coroutine that the warning is
    /// about.
    private func foldSameCoroutine(_ drafts: inout [Draft]) {
        fold("coroutine-never-awaited", into: "task-destroyed-pending", &drafts)
        fold("unraisable-exception", into: "coroutine-never-awaited", &drafts)
        fold("leaked-task", into: "shutdown-unhandled-exception", &drafts)
        fold("leaked-task", into: "task-destroyed-pending", &drafts)
    }

    private func fold(_ rule: String, into other: String, _ drafts: inout [Draft]) {
        var taken: [Int: String] = [:]
        for draft in drafts where draft.finding.rule == other {
            if let coroutine = draft.coroutine { taken[coroutine.id] = coroutine.name }
        }
        drafts.removeAll { draft in
            guard draft.finding.rule == rule, let coroutine = draft.coroutine else { return false }
            return taken[coroutine.id] == coroutine.name
        }
    }

    /// 6. A transport owns its socket and its stream writer, and fails to say good-bye to a loop
    /// that is closed. That of a child whose end nobody took is left open.
    private func foldOwnedResources(_ drafts: inout [Draft]) {
        var lines: Set<Line?> = []
        var descriptors: Set<Substring> = []
        for draft in drafts where draft.finding.rule == "unclosed-transport" {
            lines.insert(draft.finding.location.map { Line($0) })
            if let number = Self.descriptor(draft) { descriptors.insert(number) }
        }
        var children: Set<Line?> = []
        for draft in drafts where draft.finding.rule == "child-watcher-loop-closed" {
            children.insert(draft.finding.location.map { Line($0) })
        }
        guard !lines.isEmpty else { return }
        drafts.removeAll { draft in
            switch draft.finding.rule {
            case "unclosed-transport":
                children.contains(draft.finding.location.map { Line($0) })
            case "unclosed-socket", "unclosed-stream-writer":
                lines.contains(draft.finding.location.map { Line($0) })
                    || draft.finding.creation.isEmpty
                        && Self.descriptor(draft).map(descriptors.contains) == true
            case "event-loop-closed":
                draft.finding.source == .unraisable && draft.finding.location == nil
            default: false
            }
        }
    }

    /// The number of the open file in the text of a socket or a transport: `… fd=7 …`.
    private static func descriptor(_ draft: Draft) -> Substring? {
        let text = draft.finding.message
        guard let start = text.firstRange(of: " fd=")?.upperBound else { return nil }
        return text[start...].prefix(while: \.isNumber)
    }

    /// 7. What asyncio makes for itself and can't close because the program left the owner open: it
    /// has no place in the program.
    private func foldDebris(_ drafts: inout [Draft]) {
        var rules: Set<String> = []
        for draft in drafts { rules.insert(draft.finding.rule) }
        let hasProcess = drafts.contains { draft in
            draft.finding.message.hasPrefix("unclosed transport <_UnixSubprocessTransport")
        }
        drafts.removeAll { draft in
            let finding = draft.finding
            let isNowhere = finding.location == nil && finding.creation.isEmpty
            switch finding.rule {
            case "unclosed-socket":
                return isNowhere
                    && !rules.isDisjoint(with: ["unclosed-event-loop", "incoming-connection-error"])
            case "unclosed-file", "subprocess-still-running", "child-killed-on-close":
                return isNowhere && hasProcess
            case "unclosed-transport":
                return hasProcess && finding.message.contains("PipeTransport closing ")
            case "unraisable-exception":
                return isNowhere && rules.contains("unclosed-event-loop")
                    && finding.raw.contains("function BaseEventLoop.__del__ ")
            default: return false
            }
        }
    }

    /// 8. Where no loop could take a coroutine, what takes it is the cure of both findings: what its
    /// own says without a look at the other would be wrong in a thread. And where a coroutine was taken for
    /// its result, awaiting it is the cure of the exception, too.
    private func shareCures(_ drafts: inout [Draft]) {
        var cures: [Line: String] = [:]
        for draft in drafts {
            if let exception = draft.exception, FixSentence.isForWantOfLoop(exception),
                let location = draft.finding.location
            {
                cures[Line(location)] = draft.finding.fix
            }
        }
        var awaits: [Line: String] = [:]
        for draft in drafts where draft.finding.rule == "coroutine-never-awaited" {
            if let made = draft.finding.location { awaits[Line(made)] = draft.finding.fix }
        }
        for place in drafts.indices
        where drafts[place].exception?.message.contains("'coroutine' object") == true {
            if let line = drafts[place].finding.location.map({ Line($0) }), let fix = awaits[line] {
                drafts[place].finding.fix = fix
            }
        }
        for place in drafts.indices where drafts[place].finding.rule == "coroutine-never-awaited" {
            if let made = drafts[place].madeAt, let cure = cures[Line(made)] {
                drafts[place].finding.take(Cure(cure))
            }
        }
    }

    private struct Line: Hashable {
        let path: String
        let line: Int

        init(_ location: Location) {
            path = location.path
            line = location.line
        }
    }
}
