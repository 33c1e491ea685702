// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// A digest of bounded size, with its JSON. The gravest findings are listed, in their order; the rest
/// is counted by rule.
struct BoundedDigest {
    private(set) var digest: RunDigest
    private(set) var bytes: [UInt8]

    /// Bytes kept for the finding that counts the rest.
    private static let noteMax = 16 << 10
    /// What stands and what loops did, as a part of all bytes at the most.
    private static let restShare = 2

    init(_ whole: RunDigest, bytesMax: Int, run: Int) {
        digest = whole
        digest.findings = []
        var rest = Self.json(digest)
        if rest.count > bytesMax / Self.restShare {
            digest.standing = nil
            digest.loops = nil
            rest = Self.json(digest)
        }
        var room = bytesMax - rest.count - Self.noteMax
        var kept: [Int: [UInt8]] = [:]
        for place in Self.gravestFirst(whole.findings) {
            guard kept.count < RunDigest.findingsMax - 1 else { break }
            let json = Self.json(whole.findings[place])
            guard json.count + 1 <= room else { continue }
            room -= json.count + 1
            kept[place] = json
        }
        var listed = kept.keys.sorted().map { (finding: whole.findings[$0], json: kept[$0]!) }
        if listed.count < whole.findings.count {
            let omitted = whole.findings.indices.filter { kept[$0] == nil }
            let note = Self.note(on: omitted.map { whole.findings[$0] }, run: run)
            listed.append((note, Self.json(note)))
        }
        digest.findings = listed.map(\.finding)
        // The findings come last in the JSON: `…"findings":[]}`.
        bytes = rest.dropLast(2) + listed.map(\.json).joined(separator: [UInt8(ascii: ",")])
        bytes += Array("]}".utf8)
    }

    /// The places of `findings`, those of errors before those of warnings before those of notes.
    private static func gravestFirst(_ findings: [Finding]) -> [Int] {
        Severity.allCases.reversed().flatMap { severity in
            findings.indices.filter { findings[$0].severity == severity }
        }
    }

    private static func note(on omitted: [Finding], run: Int) -> Finding {
        let counts = omitted.reduce(into: [String: Int]()) { $0[$1.rule, default: 0] += 1 }
        let rules = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) (\($0.value))" }
        var note = Finding(
            "findings-omitted",
            "\(omitted.count) more findings are not listed: \(rules.joined(separator: ", "))",
            run: run,
            at: omitted.last?.at ?? Seconds(.zero)
        )
        note.id = "f\(omitted.count)+"
        return note
    }

    private static func json(_ value: some Encodable) -> [UInt8] {
        do {
            return try JSONText().encode(value)
        } catch {
            // Only a number that is none could be refused, and spans and counts are integers.
            fatalError("a digest can always be written: \(error)")
        }
    }
}

extension Conclusion {
    /// Bytes of the JSON of what several runs say together: every reason, as far as a person reads.
    static let bytesMax = 1 << 20
    /// Characters of a reason where there are too many bytes.
    private static let detailMax = 1000
    /// Reasons that are listed then.
    private static let failuresMax = 500

    /// The same within ``bytesMax``.
    var bounded: Conclusion {
        guard let bytes = try? JSONText().encode(self), bytes.count > Self.bytesMax else {
            return self
        }
        var short = self
        short.failures = failures.prefix(Self.failuresMax).map { failure in
            var failure = failure
            failure.detail = String(failure.detail.prefix(Self.detailMax))
            failure.diff = nil
            return failure
        }
        short.comparison = nil
        return short
    }
}
