// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// What can be said of a spec only when all of it is read: how many runs it makes, and which
/// expectations can never hold.
///
/// A gate that can't pass is a mistake of who wrote it. To say so at once is better than to run a
/// program for nothing.
struct Coherence {
    private let spec: JobSpec
    private let seen: KeysSeen
    /// The spec with each combination of the matrix.
    private let cells: [JobSpec]

    init(_ spec: JobSpec, _ seen: KeysSeen) {
        self.spec = spec
        self.seen = seen
        cells = spec.matrix.cells.compactMap { SpecSchema.spec(spec, with: $0) }
    }

    /// Takes note of all that does not go together.
    func check(_ reading: inout Reading) {
        checkRuns(&reading)
        checkOutput(&reading)
        checkLoop(&reading)
        guard let expect = spec.expect else { return }
        checkTimeout(expect, &reading)
        checkTexts(expect, &reading)
        for (place, entry) in expect.findings.allow.enumerated() {
            checkPlace(entry.path, nil, "allow", place, &reading)
        }
        for (place, entry) in expect.findings.require.enumerated() {
            checkPlace(entry.path, entry.line, "require", place, &reading)
            checkRequired(entry, place, expect, &reading)
        }
    }

    private func checkRuns(_ reading: inout Reading) {
        guard spec.runCount > Repetition.runsMax else { return }
        reading.fault(
            .tooMany(
                key: "matrix with repeat",
                count: spec.runCount,
                limit: Repetition.runsMax,
                noun: "runs"
            ),
            at: ["repeat"],
            of: seen
        )
    }

    private func checkOutput(_ reading: inout Reading) {
        guard let asked = cells.map(\.limits.output).max(), asked > spec.outputMax else { return }
        let path: [SpecPath.Step] =
            seen.has(["matrix", "limits.output"])
            ? ["matrix", "limits.output"] : ["limits", "output"]
        // A default that was lowered is none that was asked for.
        guard seen.has(path) else { return }
        reading.fault(
            .outputsTooLarge(asked: asked, runs: spec.runCount, most: spec.outputMax),
            at: path,
            of: seen
        )
    }

    /// Of all loops only uvloop's has to be installed.
    private func checkLoop(_ reading: inout Reading) {
        guard let having = reading.context.uvloopRuntimes else { return }
        for cell in cells where cell.debug.loop == .uvloop {
            let asked = cell.program.runtime
            let runtime =
                asked == RuntimeName.newest ? reading.context.defaultRuntime ?? asked : asked
            if having.contains(runtime) { continue }
            let path: [SpecPath.Step] =
                seen.has(["matrix", "debug.loop"]) ? ["matrix", "debug.loop"] : ["debug", "loop"]
            reading.fault(.loopMissing(runtime: runtime, having: having), at: path, of: seen)
            return
        }
    }

    private func checkTimeout(_ expect: Expectations, _ reading: inout Reading) {
        guard expect.timeout, let most = expect.duration,
            let limit = cells.map(\.limits.time).max(), most < limit
        else { return }
        let problem = SpecError.Impossibility.shorterThanTimeLimit(
            limit: DurationText.text(of: limit.duration)
        )
        reading.fault(
            .neverHolds(key: "expect.duration", problem),
            at: ["expect", "duration"],
            of: seen
        )
    }

    private func checkTexts(_ expect: Expectations, _ reading: inout Reading) {
        guard let limit = cells.map(\.limits.output).min() else { return }
        for (name, text) in [("stdout", expect.stdout), ("stderr", expect.stderr)] {
            // The last line feed does not matter.
            guard case .equals(let text)? = text, text.utf8.count > limit.bytes + 1 else {
                continue
            }
            reading.fault(
                .neverHolds(
                    key: "expect.\(name)",
                    .longerThanOutput(bytes: text.utf8.count, limit: limit)
                ),
                at: ["expect", .key(name)],
                of: seen
            )
        }
    }

    /// Findings name files of the program as the spec does.
    private func checkPlace(
        _ path: String?,
        _ line: Int?,
        _ list: String,
        _ place: Int,
        _ reading: inout Reading
    ) {
        let files = spec.program.files
        // A program that is not whole has its own fault.
        guard let path, !files.isEmpty else { return }
        let entry: [SpecPath.Step] = ["expect", "findings", .key(list), .item(place)]
        let key = SpecPath(entry).description
        guard let content = files[path] else {
            let names = files.keys.sorted()
            reading.fault(
                .fileUnknown(
                    key: "\(key).path",
                    path,
                    files: names,
                    suggestion: NearestWord.suggestion(for: path, among: names)
                        ?? names.first { $0.hasSuffix("/\(path)") || $0 == "\(path).py" }
                ),
                at: entry + ["path"],
                of: seen
            )
            return
        }
        let bytes = content.bytes
        let feeds = bytes.count { $0 == UInt8(ascii: "\n") }
        let lines = feeds + (bytes.last == UInt8(ascii: "\n") ? 0 : 1)
        guard let line, line > lines else { return }
        reading.fault(
            .neverHolds(key: "\(key).line", .lineBeyondFile(line: line, path: path, lines: lines)),
            at: entry + ["line"],
            of: seen
        )
    }

    private func checkRequired(
        _ entry: Expectations.Required,
        _ place: Int,
        _ expect: Expectations,
        _ reading: inout Reading
    ) {
        let path: [SpecPath.Step] = ["expect", "findings", "require", .item(place)]
        let key = SpecPath(path).description
        func fault(_ problem: SpecError.Impossibility) {
            reading.fault(.neverHolds(key: key, problem), at: path + ["rule"], of: seen)
        }
        let isOfSeveral = entry.rule == "flaky" || entry.rule == "comparison"
        if isOfSeveral, spec.repetition.count == 1 { fault(.flakyOnce(rule: entry.rule)) }
        for (place, allowed) in expect.findings.allow.enumerated() {
            guard let most = allowed.max, most < entry.min,
                allowed.rule == entry.rule || Rule.named(entry.rule)?.category == allowed.rule,
                allowed.path == nil || allowed.path == entry.path
            else { continue }
            fault(
                .requiredAndForbidden(
                    rule: entry.rule,
                    min: entry.min,
                    allow: "expect.findings.allow[\(place)]",
                    max: most
                )
            )
        }
    }
}

extension SpecPath.Step: ExpressibleByStringLiteral {
    /// To the value of the key `value`.
    public init(stringLiteral value: String) { self = .key(value) }
}
