// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The report as SARIF 2.1.0, which code hosts and editors show on the lines it names.
///
/// How it maps. The report is one SARIF run: a code host refuses several of one tool in a file. Each
/// of a job's runs is an invocation. What several runs found alike is one result, as it is one line to
/// change; it names the first of them by the index, and all by their numbers. What the interpreter
/// was seen to do goes into these places:
/// - the line to change is the result's location, with the line of source as its snippet;
/// - the program's own frames that led there are a code flow, in the order of the calls, and those
///   that made the object are another one: code hosts show these and nothing else of a stack;
/// - an exception's frames, the library's included, are a stack, the innermost call first, and the
///   exceptions before it and in it are further ones;
/// - where the object was made and where an exception was raised are related locations;
/// - how a run ended otherwise than well, and what of the report is missing, are notifications.
///
/// A line without a place would make a code host refuse the file, so such a result stands at the
/// first line of the program, and says so.
///
/// Curly brackets stay as they are, though §3.11.5 would have them doubled: readers put arguments
/// into a message only where it has some, ours have none, and so the doubled ones would be shown.
///
/// Source: SARIF 2.1.0 (OASIS, with errata 01); GitHub, "SARIF support for code scanning".
struct SARIFReport: ReportRenderer {
    static let mediaTypes = ["application/sarif+json"]

    static func render(_ report: Report) -> [UInt8] {
        var writer = SARIFReport(report)
        let log = writer.log()
        return JSONReport.written {
            try JSONText(isPretty: true).encode(log) + [UInt8(ascii: "\n")]
        }
    }

    let report: Report
    /// Ids of the rules that were named, and what is told of them.
    var rules: [String] = []
    var ruleValues: [JSONValue] = []
    /// URIs of the program's files that were named.
    private(set) var artifacts: [String] = []
    /// Ids of the notifications' kinds that were named.
    private var notices: [SARIFNotice] = []
    /// How often each hash of a line has come.
    var hashes: [String: Int] = [:]

    /// Results of one run; a code host refuses a file with more.
    static let resultsMax = 25_000
    /// Frames of one flow or stack, the innermost ones: more is a recursion, and a code host shows
    /// no more than a thousand.
    static let framesMax = 100
    /// Exceptions shown of a chain, and members of a group; the JSON report has them all.
    static let exceptionsMax = 20

    private init(_ report: Report) { self.report = report }

    private mutating func log() -> JSONValue {
        let runs = report.runs
        var found = report.foldedFindings
        let dropped = max(found.count - Self.resultsMax, 0)
        if dropped > 0 {
            let ordered = found.sorted { $0.finding.severity > $1.finding.severity }
            found = Array(ordered.prefix(Self.resultsMax))
        }
        var results: [JSONValue] = []
        for folded in found {
            let place = runs.firstIndex { $0.run == folded.finding.run } ?? 0
            results.append(result(of: folded, invocation: place))
        }
        var invocations: [JSONValue] = []
        for (place, run) in runs.enumerated() {
            let isOnly = runs.count == 1
            let isLast = place == runs.count - 1
            invocations.append(invocation(of: run, isOnly: isOnly, dropped: isLast ? dropped : 0))
        }
        if let reason = report.whyThereIsNone {
            invocations.append(
                .members([
                    "executionSuccessful": false,
                    "toolExecutionNotifications": .array([note(.noResult, reason)]),
                ])
            )
        }
        return .members([
            "$schema":
                "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": .array([
                .members([
                    "tool": .members(["driver": driver]),
                    "automationDetails": .members(["id": .string(automationID)]),
                    "invocations": .array(invocations),
                    "originalUriBaseIds": .members([
                        "%SRCROOT%": .members([
                            "description": .members([
                                "text": "The directory that the program was run in."
                            ])
                        ])
                    ]),
                    "artifacts": .list(artifacts.map(artifact)),
                    "results": .array(results),
                    "language": "en-US",
                    "columnKind": "unicodeCodePoints",
                ])
            ]),
        ])
    }

    // MARK: The tool

    private var driver: JSONValue {
        .members([
            "name": "Loopbox",
            "semanticVersion": .string(report.version),
            "shortDescription": .members([
                "text": "Runs asyncio programs in debug mode and reports what it finds."
            ]),
            "rules": .array(ruleValues),
            "notifications": .list(
                notices.map { notice in
                    .members([
                        "id": .string(notice.rawValue),
                        "shortDescription": .members(["text": .string(notice.title)]),
                        "defaultConfiguration": .members(["level": .string(notice.level.rawValue)]),
                    ])
                }
            ),
        ])
    }

    /// `loopbox/NAME/JOB`: what stands before the last slash is the same each time.
    private var automationID: String {
        let name = report.name.map { $0 == "/" ? "-" : String($0) }.joined()
        guard case .job(let job) = report.subject else { return "loopbox/\(name)/" }
        return "loopbox/\(name)/\(job.id)"
    }

    // MARK: Files

    /// The index of the file at `uri`, which is added where it is new.
    mutating func artifactIndex(_ uri: String) -> Int {
        if let index = artifacts.firstIndex(of: uri) { return index }
        artifacts.append(uri)
        return artifacts.count - 1
    }

    private func artifact(_ uri: String) -> JSONValue {
        .members([
            "location": .members(["uri": .string(uri), "uriBaseId": "%SRCROOT%"]),
            "roles": .array(["analysisTarget"]),
            "sourceLanguage": uri.hasSuffix(".py") ? "python" : nil,
        ])
    }

    // MARK: Runs

    private mutating func invocation(
        of run: RunReport,
        isOnly: Bool,
        dropped: Int
    ) -> JSONValue {
        var notes: [JSONValue] = []
        let reason = Report.reason(for: run)
        if !Report.isPlain(run) { notes.append(note(.runEnded, reason)) }
        if run.reportState == .incomplete {
            notes.append(
                note(
                    .reportIncomplete,
                    "The program's own report broke off: findings may be missing."
                )
            )
        }
        for failure in report.conclusion.failures where failure.runs.contains(run.run) {
            let name = failure.expect.isEmpty ? "" : "expect.\(failure.expect): "
            notes.append(note(.gateFailed, "\(name)\(failure.detail)"))
        }
        for (name, stream) in [("stdout", run.stdout), ("stderr", run.stderr)]
        where stream.isTruncated {
            let text = "\(name): \(stream.kept.bytes) of \(stream.written.bytes) bytes were kept."
            notes.append(note(.outputTruncated, text))
        }
        if dropped > 0 {
            notes.append(note(.resultsDropped, "\(dropped) findings of less weight are left out."))
        }
        var started: Timestamp?
        var ended: Timestamp?
        // Of several runs only the job's first and last moment are known.
        if isOnly, case .job(let job) = report.subject {
            started = job.startedAt
            ended = job.endedAt
        }
        return .members([
            "executionSuccessful": .bool(Report.wasCarriedOut(run)),
            "exitCode": run.exit.map { .integer($0) },
            "exitCodeDescription": run.exit == nil || run.exit == 0 ? nil : .string(reason),
            "exitSignalName": run.signal.map { .string($0) },
            "startTimeUtc": started.map { .string($0.description) },
            "endTimeUtc": ended.map { .string($0.description) },
            "toolExecutionNotifications": .list(notes),
            "properties": .members([
                "run": .integer(run.run),
                "runtime": .string(run.runtime),
                "outcome": .string(run.outcome.rawValue),
                "wallSeconds": .seconds(run.times.total),
                "sandbox": .string(run.sandbox.level.rawValue),
            ]),
        ])
    }

    private mutating func note(_ notice: SARIFNotice, _ text: String) -> JSONValue {
        if !notices.contains(notice) { notices.append(notice) }
        let index = notices.firstIndex(of: notice) ?? 0
        return .members([
            "descriptor": .members([
                "id": .string(notice.rawValue), "index": .integer(index),
            ]),
            "level": .string(notice.level.rawValue),
            "message": .members(["text": .string(Self.message(text))]),
        ])
    }
}
