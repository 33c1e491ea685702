// SPDX-License-Identifier: Apache-2.0

import LoopboxDigest
import LoopboxModel
import LoopboxReport
import LoopboxSpec

/// Why a request was not done, for whoever sent it.
///
/// Source: RFC 9457.
struct Problem: Error, Encodable {
    /// What kind it is, as the end of a URL that the server answers.
    var slug: String
    /// The kind in words.
    var title: String
    /// The HTTP status.
    var status: Int
    /// What happened this time.
    var detail: String
    /// What to do about it; nil where the detail says so.
    var hint: String?
    /// Each fault of a spec.
    var errors: [Fault] = []
    /// What was expected of a job and did not hold.
    var failures: [GateFailure] = []
    /// The same as lines of text, where that is more than title and detail.
    var text: String?
    /// Fields of the answer beside the body.
    var fields: [(String, String)] = []

    /// One fault of a spec.
    struct Fault: Encodable {
        var line: Int
        var column: Int
        var pointer: String
        var code: String
        var detail: String
        var hint: String?
        var suggestion: String?
    }

    private enum CodingKeys: String, CodingKey {
        case type, title, status, code, detail, hint, errors, failures
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("/v1/problems/\(slug)", forKey: .type)
        try container.encode(title, forKey: .title)
        try container.encode(status, forKey: .status)
        try container.encode(slug, forKey: .code)
        try container.encode(detail, forKey: .detail)
        if let hint { try container.encode(hint, forKey: .hint) }
        if !errors.isEmpty { try container.encode(errors, forKey: .errors) }
        if !failures.isEmpty { try container.encode(failures, forKey: .failures) }
    }

    /// For people: what a compiler would print.
    var lines: String {
        if let text { return text.hasSuffix("\n") ? text : text + "\n" }
        let hint = hint.map { "  hint: \($0)\n" } ?? ""
        return "error: \(detail)\n\(hint)"
    }
}

extension Problem {
    static func notFound(_ path: String) -> Problem {
        Problem(
            slug: "not-found",
            title: "There is no such resource",
            status: 404,
            detail: "nothing is at \(path)",
            hint: "jobs are at /v1/jobs; GET /v1/info tells what there is"
        )
    }

    static func noJob(_ id: String) -> Problem {
        Problem(
            slug: "not-found",
            title: "There is no such job",
            status: 404,
            detail: "there is no job \(id)",
            hint: "GET /v1/jobs lists the jobs there are"
        )
    }

    static func noRule(_ id: String) -> Problem {
        Problem(
            slug: "not-found",
            title: "There is no such rule",
            status: 404,
            detail: "there is no rule \"\(id)\"",
            hint: NearestWord.suggestion(for: id, among: Rule.all.map(\.id))
                .map { "did you mean \"\($0)\"?" } ?? "GET /v1/rules lists them"
        )
    }

    static func noArtifact(_ path: String, of id: JobID) -> Problem {
        Problem(
            slug: "not-found",
            title: "There is no such artifact",
            status: 404,
            detail: "the job kept no file \(path)",
            hint: "GET /v1/jobs/\(id)/artifacts lists what was kept, and why other files were not"
        )
    }

    static func unrenderable(_ error: DigestError) -> Problem {
        Problem(
            slug: "unrenderable",
            title: "The report can't be rendered",
            status: 500,
            detail: "\(error)",
            hint: "ask for a part of it: /findings?severity=error, /findings?rule=ID, or /runs/N"
        )
    }

    static func noRun(_ run: String, of job: Job) -> Problem {
        Problem(
            slug: "not-found",
            title: "There is no such run",
            status: 404,
            detail: "job \(job.id) has no run \(run)",
            hint: job.runs.isEmpty
                ? "it was never run" : "it has the runs 1 to \(job.runs.last?.run ?? 1)"
        )
    }

    static func noGate(_ id: JobID) -> Problem {
        Problem(
            slug: "no-gate",
            title: "The job has no gate",
            status: 404,
            detail: "the spec of job \(id) has no expect, so there is no verdict",
            hint: "expect: {} expects that it ends with 0 and in time, without warnings and errors"
        )
    }

    static func gateFailed(_ job: Job) -> Problem {
        let failures = job.conclusion.failures
        let lines = failures.map { failure in
            let name = failure.expect.isEmpty ? "" : "expect.\(failure.expect): "
            let diff = (failure.diff ?? "").split(separator: "\n").map { "    | \($0)\n" }.joined()
            return "  \(name)\(failure.detail)\n\(diff)"
        }
        return Problem(
            slug: "gate-failed",
            title: "The job is not as expected",
            status: 409,
            detail: failures.count == 1
                ? failures[0].detail : "\(failures.count) things are not as expected",
            failures: failures,
            text: "error: job \(job.id) is not as expected\n\(lines.joined())"
        )
    }

    static func noTimeline(of id: JobID, run: Int) -> Problem {
        Problem(
            slug: "not-found",
            title: "There is no timeline",
            status: 404,
            detail: "nothing was told of any event loop in run \(run) of the job \(id)",
            hint:
                "it takes debug.timeline: tasks (or callbacks), debug.asyncio: true, and an event loop"
                + " of asyncio"
        )
    }

    static func gone(_ id: JobID, at time: Timestamp) -> Problem {
        Problem(
            slug: "deleted",
            title: "The job was deleted",
            status: 410,
            detail: "job \(id) was deleted at \(time)"
        )
    }

    static func badRequest(_ detail: String, hint: String? = nil) -> Problem {
        Problem(
            slug: "bad-request",
            title: "The request can't be understood",
            status: 400,
            detail: detail,
            hint: hint
        )
    }

    static func methodNotAllowed(_ method: String, allowed: String) -> Problem {
        Problem(
            slug: "method-not-allowed",
            title: "The resource has no such method",
            status: 405,
            detail: "\(method) is not allowed here; allowed: \(allowed)",
            fields: [("Allow", allowed)]
        )
    }

    static func unsupportedMediaType(_ type: String) -> Problem {
        Problem(
            slug: "unsupported-media-type",
            title: "A spec can't be of this type",
            status: 415,
            detail: "a spec of type \(type) is not understood",
            hint: "send YAML (application/yaml) or JSON (application/json), or no type at all"
        )
    }

    static func notAcceptable(
        _ format: String,
        among formats: [ReportFormat] = ReportFormat.allCases
    ) -> Problem {
        let names = formats.map(\.rawValue).joined(separator: ", ")
        return Problem(
            slug: "not-acceptable",
            title: "There is no such format",
            status: 406,
            detail: "the format \(format) is not known here; there are \(names)",
            hint: "write ?format=NAME, or Accept with one of "
                + formats.map { $0.mediaTypes[0] }.joined(separator: ", ")
        )
    }

    static func queueFull(_ queueMax: Int) -> Problem {
        Problem(
            slug: "queue-full",
            title: "As many jobs wait as may",
            status: 503,
            detail: "\(queueMax) jobs wait already",
            hint: "try again in a few seconds; the operator can raise it with --queue-max",
            fields: [("Retry-After", "5")]
        )
    }

    static func tooLarge(_ max: Int) -> Problem {
        Problem(
            slug: "content-too-large",
            title: "The body is too large",
            status: 413,
            detail: "a spec has at most \(ByteCount(bytes: max))",
            hint: "let the program make or read large data by itself"
        )
    }

    static let unauthorized = Problem(
        slug: "unauthorized",
        title: "A token is needed",
        status: 401,
        detail: "the request has no valid token",
        hint: "send the field \"Authorization: Bearer TOKEN\"; serve prints the token at its start",
        fields: [("WWW-Authenticate", "Bearer realm=\"loopbox\"")]
    )

    static let draining = Problem(
        slug: "draining",
        title: "The server is about to end",
        status: 503,
        detail: "the server takes no new jobs",
        fields: [("Retry-After", "5")]
    )

    static let conflict = Problem(
        slug: "idempotency-conflict",
        title: "The idempotency key was used for another request",
        status: 422,
        detail: "the same Idempotency-Key came with another body before",
        hint: "use a new key for a new request"
    )

    /// What a failing spec is answered with.
    init(_ failure: SpecFailure, source: [UInt8]) {
        let count = failure.diagnostics.count
        self.init(
            slug: failure.kind == .syntax ? "malformed-spec" : "invalid-spec",
            title: failure.kind == .syntax
                ? "The job spec can't be read" : "The job spec is not valid",
            status: failure.kind == .syntax ? 400 : 422,
            detail: count == 1 ? failure.diagnostics[0].detail : "\(count) errors in the job spec",
            errors: failure.diagnostics.map {
                Fault(
                    line: $0.line,
                    column: $0.column,
                    pointer: $0.pointer,
                    code: $0.code,
                    detail: $0.detail,
                    hint: $0.hint,
                    suggestion: $0.suggestion
                )
            },
            text: failure.render(file: "job.yaml", source: source, color: false)
        )
    }
}
