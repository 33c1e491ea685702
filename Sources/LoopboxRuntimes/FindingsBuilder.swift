// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel
import LoopboxReport

/// Turns what the harness saw into findings.
///
/// How this works. Each fact becomes a draft: a finding with the place that a person should change,
/// and the identities (coroutine, exception, callback) by which it hangs together with others. Then
/// drafts that are one and the same thing are folded: an exception seen at two hooks, a coroutine
/// that was never awaited because the call that should have taken it failed. What is left is
/// counted by place, ordered and numbered.
public struct FindingsBuilder: Sendable {
    /// Of a standard error that is read: last words are at its end.
    private static let stderrBytesMax = 256 << 10
    private let files: [String: String]
    private let run: Int

    /// Of a run of a program with these `files`, text by path relative to the work directory.
    public init(files: [String: String], run: Int) {
        self.files = files
        self.run = run
    }

    /// Of a run of a job.
    public init(spec: JobSpec, run: Int) {
        var files: [String: String] = [:]
        for (path, content) in spec.program.files {
            files[path] = String(decoding: content.bytes, as: UTF8.self)
        }
        self.init(files: files, run: run)
    }

    /// The findings, ordered by place, as `f1`, `f2`, …
    ///
    /// Facts are claims of the program: whatever they are, this ends and gives well-formed findings.
    ///
    /// - Parameters:
    ///   - stacks: what the interpreter wrote of its threads in place of a frame.
    ///   - stderr: what the program wrote there, where some things stand that no hook sees.
    ///   - hasCrashed: whether it died of a signal that was not ours.
    ///   - notes: what the supervisor has to say, which is left as it is.
    public func findings(
        from facts: [Fact],
        stacks: [UInt8] = [],
        stderr: [UInt8] = [],
        hasCrashed: Bool = false,
        notes: [Finding] = []
    ) -> [Finding] {
        let hello = facts.first { $0.kind == .hello }
        let source = source(of: hello)
        let drafter = Drafter(source: source, run: run, born: hello?.born ?? hello?.at ?? 0)

        var raws: [Int: String] = [:]
        var totals: [Int: Int] = [:]
        for fact in facts {
            if fact.kind == .raw, let number = fact.rawOf { raws[number] = fact.raw }
            if fact.kind == .count, let key = fact.key, let total = fact.total {
                totals[key] = total
            }
        }
        var drafts: [Draft] = []
        for fact in facts {
            guard var draft = drafter.draft(of: fact) else { continue }
            if let raw = raws[fact.sequence] { draft.finding.raw = raw }
            drafts.append(draft)
        }
        let dump = StackDump(String(decoding: stacks, as: UTF8.self))
        var unseen = dump.threads.compactMap(drafter.endless).filter { draft in
            !drafts.contains { $0.shape == draft.shape }
        }
        unseen += drafter.findings(
            inStderr: String(decoding: stderr.suffix(Self.stderrBytesMax), as: UTF8.self),
            hasCrashed: hasCrashed
        )
        let end = drafter.moment(facts.last?.at ?? 0)
        // Told with its line, by the process that made it.
        if facts.contains(where: { $0.kind == .leakedObject }) {
            unseen.removeAll { $0.finding.rule == "leaked-ipc-objects" }
        }
        for place in unseen.indices { unseen[place].finding.at = end }
        drafts += unseen
        count(totals, in: &drafts)
        return number(merge(fold(drafts)) + notes)
    }

    /// Rules that go unseen under the loop that the program ran, by their ids; nil: none.
    ///
    /// uvloop's loop is written in C: it tells what it makes, watches and closes to nobody.
    public func unseen(from facts: [Fact]) -> [String]? {
        facts.contains { $0.kind == .uvloop } ? Self.unseenInC : nil
    }

    private static let unseenInC = [
        "deadlock", "coroutine-as-callback", "unclosed-event-loop", "slow-name-resolution",
        "write-after-connection-lost", "incoming-connection-error", "accept-out-of-resources",
        "server-address-skipped", "unix-socket-cleanup-failed", "tls-eof-return-ignored",
        "child-killed-on-close", "child-status-already-read", "child-watcher-loop-closed",
        "executor-join-timeout", "shutdown-unhandled-exception",
        "signal-handlers-at-finalization",
    ]

    /// Where everything stood when the program was ended for not ending; nil: it did not say so.
    ///
    /// - Parameter stacks: what the interpreter wrote of its threads in place of a frame.
    public func standing(from facts: [Fact], stacks: [UInt8] = []) -> Standing? {
        let builder = StandingBuilder(source: source(of: facts.first { $0.kind == .hello }))
        if let fact = facts.last(where: { $0.kind == .standing }) { return builder.standing(fact) }
        let dump = StackDump(String(decoding: stacks, as: UTF8.self))
        return dump.threads.isEmpty ? nil : builder.standing(dump)
    }

    private func source(of hello: Fact?) -> ProgramSource {
        ProgramSource(
            files: files,
            workDirectory: hello?.workDirectory ?? "/",
            library: hello?.library ?? ""
        )
    }

    /// Adds what the harness only counted to the first draft of each kind.
    private func count(_ totals: [Int: Int], in drafts: inout [Draft]) {
        var told: [Int: Int] = [:]
        for draft in drafts { if let key = draft.key { told[key, default: 0] += 1 } }
        for place in drafts.indices {
            guard let key = drafts[place].key, let shown = told.removeValue(forKey: key),
                let total = totals[key], total > shown, total < 1 << 40
            else { continue }
            drafts[place].count += total - shown
        }
    }

    /// One finding for all drafts of the same shape.
    private func merge(_ drafts: [Draft]) -> [Finding] {
        var places: [Draft.Shape: Int] = [:]
        var findings: [Finding] = []
        for draft in drafts {
            var finding = draft.finding
            finding.count = draft.count
            if let place = places[draft.shape] {
                let total = findings[place].count + finding.count
                // Of several slow ones the slowest speaks for all.
                if let seconds = finding.seconds, let other = findings[place].seconds,
                    seconds > other
                {
                    findings[place] = finding
                }
                findings[place].count = total
            } else {
                places[draft.shape] = findings.count
                findings.append(finding)
            }
        }
        return findings
    }

    private func number(_ findings: [Finding]) -> [Finding] {
        var ordered = findings.enumerated().sorted { left, right in
            Self.order(left.element, left.offset) < Self.order(right.element, right.offset)
        }.map(\.element)
        for place in ordered.indices {
            ordered[place].id = "f\(place + 1)"
            ordered[place].setFingerprint()
            ordered[place].countScalars()
        }
        return ordered
    }

    private static func order(_ finding: Finding, _ offset: Int) -> (Int, String, Int, Int, Int) {
        // What has no place comes last.
        guard let location = finding.location else { return (1, "", 0, 0, offset) }
        return (0, location.path, location.line, location.column ?? 0, offset)
    }
}
