// SPDX-License-Identifier: Apache-2.0

import Crypto
import HTTPWire
import Loop
import LoopSystem
import LoopboxDigest
import LoopboxModel
import LoopboxReport
import LoopboxSpec
import LoopboxStore
import LoopboxWebhooks

/// The routes below `/v1/jobs`.
@ServiceActor
final class JobsAPI {
    private let loop: EventLoop
    private let store: JobStore
    private let dispatcher: Dispatcher
    private let changes: JobChanges
    private let digester: Digester
    private let configuration: ServiceConfiguration
    private let specContext: SpecContext
    private let onOwed: @ServiceActor () -> Void

    /// Whether new jobs are refused, because the server is about to end.
    var isDraining = false

    /// Jobs on a page of the list where the request does not say.
    static let pageDefault = 50
    /// A spec larger than this is decoded on a worker thread: it would hold the loop up.
    static let inlineSpecMax = 16_384

    init(
        loop: EventLoop,
        store: JobStore,
        dispatcher: Dispatcher,
        changes: JobChanges,
        digester: Digester,
        configuration: ServiceConfiguration,
        specContext: SpecContext,
        onOwed: @escaping @ServiceActor () -> Void
    ) {
        self.loop = loop
        self.store = store
        self.dispatcher = dispatcher
        self.changes = changes
        self.digester = digester
        self.configuration = configuration
        self.specContext = specContext
        self.onOwed = onOwed
    }

    // MARK: submitting

    /// Accepts a spec. When the answer leaves, the job survives power loss.
    func submit(_ request: APIRequest, body: [UInt8]) async throws -> APIAnswer {
        guard !isDraining else { throw Problem.draining }
        let format = try request.format()
        let wait = try request.wait()
        var spec = try await decode(body, try request.specContentType())
        let secrets = Self.fillSecrets(&spec)
        let id = JobID()
        let job = NewJob(
            id: id,
            spec: spec,
            createdAt: .now,
            idempotency: Self.idempotency(request, body)
        )
        // Before the job is there, so that no change of it is missed.
        let change = changes.next(of: id)
        defer { changes.forget(change, of: id) }
        switch try await store.submit(job) {
        case .accepted(let position):
            dispatcher.noteWork()
            let accepted = Job(id: id, spec: spec, state: .queued, createdAt: job.createdAt)
            guard let wait, wait > .zero else {
                return try await answer(
                    accepted,
                    format,
                    request,
                    status: 202,
                    position: position,
                    secrets: secrets
                )
            }
            let ended = try await waitForEnd(of: id, within: wait, first: change) ?? accepted
            return try await answer(
                ended,
                format,
                request,
                status: ended.state == .completed ? 201 : 202,
                position: ended.state == .queued ? position : nil,
                secrets: secrets,
                fields: request.query("wait") == nil
                    ? [("Preference-Applied", "wait=\(wait.components.seconds)")] : []
            )
        case .replayed(let known):
            var job = try await find("\(known)")
            if let wait, job.state != .completed {
                job = try await waitForEnd(of: known, within: wait, first: nil) ?? job
            }
            return try await answer(
                job,
                format,
                request,
                status: job.state == .completed ? 201 : 202,
                fields: [("Idempotency-Replayed", "true")]
            )
        case .conflict: throw Problem.conflict
        case .queueFull(let queueMax): throw Problem.queueFull(queueMax)
        }
    }

    private func decode(
        _ body: [UInt8],
        _ type: SpecContentType
    ) async throws(Problem) -> JobSpec {
        let context = specContext
        let decode = { @Sendable () throws(SpecFailure) in
            try SpecDecoder.decode(body, contentType: type, context: context)
        }
        do throws(SpecFailure) {
            return body.count > Self.inlineSpecMax
                ? try await loop.runInExecutor(nil, decode) : try decode()
        } catch {
            throw Problem(error, source: body)
        }
    }

    /// Makes a secret for each webhook that has none.
    ///
    /// - Returns: those that were made, by URL; nil where there was nothing to make.
    private static func fillSecrets(_ spec: inout JobSpec) -> [String: String]? {
        var made: [String: String] = [:]
        for place in spec.webhooks.indices where spec.webhooks[place].secret == nil {
            let secret = WebhookSecret.generate().text
            spec.webhooks[place].secret = secret
            made[spec.webhooks[place].url] = secret
        }
        return made.isEmpty ? nil : made
    }

    private static func idempotency(_ request: APIRequest, _ body: [UInt8]) -> IdempotencyKey? {
        guard let field = request.field("idempotency-key") else { return nil }
        let key =
            field.hasPrefix("\"") && field.hasSuffix("\"")
            ? field.dropFirst().dropLast() : field[...]
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let digest = SHA256.hash(data: body + Array("\n\(query)".utf8))
        return IdempotencyKey(key: "POST /v1/jobs \(key)", fingerprint: Array(digest))
    }

    // MARK: looking

    /// One job; with a wait and `If-None-Match`, once it is no more as the tag says.
    func get(_ id: String, _ request: APIRequest) async throws -> APIAnswer {
        let format = try request.format()
        let job = try await find(id)
        guard let tag = request.field("if-none-match"), tag == Self.tag(job) else {
            if let wait = try request.wait(), job.state != .completed,
                request.field("if-none-match") == nil
            {
                let ended = try await waitForEnd(of: job.id, within: wait, first: nil)
                return try await show(ended ?? job, format, request)
            }
            return try await show(job, format, request)
        }
        if let wait = try request.wait(), job.state != .completed {
            let change = changes.next(of: job.id)
            defer { changes.forget(change, of: job.id) }
            try await pause(until: change, within: wait)
            let now = try await find(id)
            if Self.tag(now) != tag { return try await show(now, format, request) }
        }
        return APIAnswer(status: 304, fields: [("ETag", tag)])
    }

    /// The jobs, newest first.
    func list(_ request: APIRequest) async throws -> APIAnswer {
        var filter = JobFilter()
        filter.state = try Self.value(request, "state")
        filter.outcome = try Self.value(request, "outcome")
        filter.verdict = try Self.value(request, "verdict")
        filter.name = request.query("name")
        for item in request.query where item.name == "label" {
            guard let colon = item.value.firstIndex(of: ":") else {
                throw Problem.badRequest(
                    "label=\(item.value) has no colon",
                    hint: "label=KEY:VALUE"
                )
            }
            filter.labels[String(item.value[..<colon])] = String(
                item.value[item.value.index(after: colon)...]
            )
        }
        var cursor: JobCursor?
        if let text = request.query("cursor") {
            guard let known = JobCursor(text) else {
                throw Problem.badRequest("cursor=\(text) is not one that this server gave")
            }
            cursor = known
        }
        let limit = request.query("limit").map { Int($0) } ?? Self.pageDefault
        guard let limit, (1...JobDatabase.pageMax).contains(limit) else {
            throw Problem.badRequest("limit is a number from 1 to \(JobDatabase.pageMax)")
        }
        let page = try await store.list(filter, after: cursor, limit: limit)
        let next = page.next.map(\.description)
        let link = next.map {
            [("Link", "<\(Self.target(of: request, cursor: $0))>; rel=\"next\"")]
        }
        return .json(
            ListView(items: page.jobs.map(JobSummaryView.init), nextCursor: next),
            fields: link ?? []
        )
    }

    /// The list that `request` asks for, from `cursor` on.
    ///
    /// Source: RFC 8288 §3; RFC 3986 §3.4.
    private static func target(of request: APIRequest, cursor: String) -> String {
        let kept = request.query.filter { $0.name != "cursor" } + [("cursor", cursor)]
        let items = kept.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }
        return "/v1/jobs?\(items.joined(separator: "&"))"
    }

    nonisolated static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain =
                byte < 128
                && (character.isLetter || character.isNumber || "-._~:".contains(character))
            if isPlain { return String(character) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (byte < 16 ? "0" : "") + digits
        }.joined()
    }

    /// What a job's program wrote.
    func output(_ id: String, _ request: APIRequest) async throws -> APIAnswer {
        let job = try await endedJob(id, request)
        let which = request.query("stream") ?? "both"
        guard ["stdout", "stderr", "both"].contains(which) else {
            throw Problem.badRequest("stream=\(which) is not one of stdout, stderr, both")
        }
        let run = try Self.run(of: job, request)
        var body: [UInt8] = []
        for stream in OutputStream.allCases where which == "both" || which == stream.rawValue {
            body += try await store.output(job.id, run: run, stream)?.bytes ?? []
        }
        return APIAnswer(
            status: 200,
            fields: [("X-Content-Type-Options", "nosniff"), ("ETag", Self.tag(job))],
            contentType: "text/plain; charset=utf-8",
            body: body
        )
    }

    /// The files that a job's program left and that were kept.
    func artifacts(_ id: String, _ request: APIRequest) async throws -> APIAnswer {
        let job = try await endedJob(id, request)
        return .json(ArtifactsView(job), fields: [("ETag", Self.tag(job))])
    }

    /// One of them, to be stored and never shown: what is in it is the program's.
    func artifact(
        _ id: String,
        _ path: String,
        _ request: APIRequest
    ) async throws -> APIAnswer {
        let job = try await endedJob(id, request)
        let run = try Self.run(of: job, request)
        guard let bytes = try await store.artifact(job.id, run: run, path) else {
            throw Problem.noArtifact(path, of: job.id)
        }
        // RFC 8187 has no colon in such a value.
        let name = Self.percentEncoded(path.split(separator: "/").last.map(String.init) ?? path)
            .replacing(":", with: "%3A")
        return APIAnswer(
            status: 200,
            fields: [
                ("Content-Disposition", "attachment; filename*=UTF-8''\(name)"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "sandbox"),
                // It never changes while it is there.
                ("Cache-Control", "private, immutable"), ("ETag", Self.tag(job)),
            ],
            contentType: "application/octet-stream",
            body: bytes
        )
    }

    /// What was found in a job.
    func findings(_ id: String, _ request: APIRequest) async throws -> APIAnswer {
        let format = try request.format()
        guard format != .trace else {
            // It has no place for them.
            let others = ReportFormat.allCases.filter { $0 != .trace }
            throw Problem.notAcceptable(format.rawValue, among: others)
        }
        let job = try await endedJob(id, request)
        var selection = FindingSelection()
        selection.rule = request.query("rule")
        selection.severity = try Self.value(request, "severity")
        selection.path = request.query("path")
        if let text = request.query("run") {
            guard let run = Int(text) else { throw Problem.badRequest("run=\(text) is no number") }
            selection.run = run
        }
        return try await answer(
            job,
            format,
            request,
            status: 200,
            selection: selection
        )
    }

    /// The runs of a job, or the one that is named, with its findings.
    func runs(_ id: String, _ number: String?, _ request: APIRequest) async throws -> APIAnswer {
        let job = try await endedJob(id, request)
        let page = try number.map { number throws(Problem) in
            RenderTask.Page.run(try Self.record(of: job, run: number).run)
        }
        let (file, count) = try await digester.render(
            RenderTask(page ?? .runs, of: job, version: configuration.version),
            digests: try await store.digests(job.id)
        )
        return APIAnswer(
            status: 200,
            fields: [("ETag", Self.tag(job))],
            contentType: "application/json",
            body: .file(file, count: count)
        )
    }

    /// Whether a job is as its spec expects, for `curl --fail-with-body`: 200 it is, 409 it is not, 202
    /// it has not ended. Who asks for a gate that there is not must not take it for open: 404.
    func gate(_ id: String, _ request: APIRequest) async throws -> APIAnswer {
        var job = try await find(id)
        guard job.spec.expect != nil else { throw Problem.noGate(job.id) }
        if job.state != .completed, let wait = try request.wait() {
            job = try await waitForEnd(of: job.id, within: wait, first: nil) ?? job
        }
        let fields = [("ETag", Self.tag(job))]
        switch job.verdict {
        case .passed: return .json(GateView(job), fields: fields)
        case .failed: throw Problem.gateFailed(job)
        case nil:
            return .json(GateView(job), status: 202, fields: fields + [("Retry-After", "1")])
        }
    }

    /// What the event loops of a job's program did: as JSON, or as a trace.
    func timeline(_ id: String, _ request: APIRequest) async throws -> APIAnswer {
        let format = try request.format()
        guard format == .json || format == .trace else {
            throw Problem.notAcceptable(format.rawValue, among: [.json, .trace])
        }
        let job = try await endedJob(id, request)
        let run = try Self.run(of: job, request)
        guard let bytes = try await store.timeline(job.id, run: run) else {
            throw Problem.noTimeline(of: job.id, run: run)
        }
        let fields = [("ETag", Self.tag(job)), ("Vary", "Accept")]
        guard format == .trace else {
            return APIAnswer(
                status: 200,
                fields: fields,
                contentType: format.contentType,
                body: bytes
            )
        }
        let (file, count) = try await digester.render(
            RenderTask(.report(.trace), of: job, version: configuration.version),
            digests: try await store.digests(job.id),
            timelines: job.runs.map { $0.run == run ? bytes : [] }
        )
        return APIAnswer(
            status: 200,
            fields: fields,
            contentType: format.contentType,
            body: .file(file, count: count)
        )
    }

    /// Whom a job told, and how that went.
    func deliveries(_ id: String) async throws -> APIAnswer {
        let job = try await find(id)
        let deliveries = try await store.deliveries(of: job.id)
        return .json(ListView(items: deliveries.map(DeliveryView.init), nextCursor: nil))
    }

    // MARK: ending

    /// Ends a job.
    func cancel(_ id: String, _ request: APIRequest) async throws -> APIAnswer {
        let known = try Self.jobID(id)
        let format = try request.format()
        switch try await store.cancel(known) {
        case .cancelled(let job):
            changes.note(known)
            onOwed()
            return try await answer(job, format, request, status: 202)
        case .running:
            dispatcher.cancel(known)
            return try await answer(try await find(id), format, request, status: 202)
        case .completed:
            return try await answer(try await find(id), format, request, status: 409)
        case .deleted(let time): throw Problem.gone(known, at: time)
        case .unknown: throw Problem.noJob(id)
        }
    }

    /// Ends a job and removes it. Again: no effect.
    func delete(_ id: String) async throws -> APIAnswer {
        let known = try Self.jobID(id)
        switch try await store.delete(known) {
        case .deleted(let state):
            if state == .running { dispatcher.cancel(known) }
            changes.note(known)
            return APIAnswer(status: 204)
        case .deletedBefore: return APIAnswer(status: 204)
        case .unknown: throw Problem.noJob(id)
        }
    }

    // MARK: helpers

    /// The number of the run that `request` asks for; the first where it does not say.
    private static func run(of job: Job, _ request: APIRequest) throws(Problem) -> Int {
        guard let text = request.query("run") else { return job.runs.first?.run ?? 1 }
        return try record(of: job, run: text).run
    }

    private static func record(of job: Job, run text: String) throws(Problem) -> RunRecord {
        guard let run = job.runs.first(where: { "\($0.run)" == text }) else {
            throw .noRun(text, of: job)
        }
        return run
    }

    private static func jobID(_ id: String) throws(Problem) -> JobID {
        guard let known = JobID(id) else { throw .noJob(id) }
        return known
    }

    private func find(_ id: String) async throws -> Job {
        let known = try Self.jobID(id)
        switch try await store.get(known) {
        case .found(let job): return job
        case .deleted(let time): throw Problem.gone(known, at: time)
        case .unknown: throw Problem.noJob(id)
        }
    }

    private func endedJob(_ id: String, _ request: APIRequest) async throws -> Job {
        var job = try await find(id)
        if job.state != .completed, let wait = try request.wait() {
            job = try await waitForEnd(of: job.id, within: wait, first: nil) ?? job
        }
        guard job.state == .completed else {
            throw Problem(
                slug: "not-ended",
                title: "The job has not ended",
                status: 409,
                detail: "job \(job.id) is \(job.state.rawValue)",
                hint: "add ?wait=20s to wait for its end"
            )
        }
        return job
    }

    /// The job once it has ended, or as it is when `limit` is over; nil where it was deleted.
    private func waitForEnd(
        of id: JobID,
        within limit: Duration,
        first: Future<Void>?
    ) async throws -> Job? {
        let deadline = loop.time().advanced(by: limit)
        var change = first ?? changes.next(of: id)
        defer { changes.forget(change, of: id) }
        while true {
            guard case .found(let job) = try await store.get(id) else { return nil }
            let rest = loop.time().duration(to: deadline)
            if job.state == .completed || rest <= .zero || isDraining { return job }
            try await pause(until: change, within: rest)
            changes.forget(change, of: id)
            change = changes.next(of: id)
        }
    }

    /// Waits for `change`, at most for `limit`.
    ///
    /// - Throws: `CancellationError` where the client has gone away: nobody waits any more.
    private func pause(until change: Future<Void>, within limit: Duration) async throws {
        let timer = try? loop.callLater(limit) {
            if !change.isDone { try change.setResult(()) }
        }
        defer { timer?.cancel() }
        try await change.value
    }

    private static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ request: APIRequest,
        _ name: String
    ) throws(Problem) -> Value? {
        guard let text = request.query(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badRequest("\(name)=\(text) is not one of \(known)")
        }
        return value
    }

    private static func tag(_ job: Job) -> String { "\"\(job.version)\"" }

    private func show(
        _ job: Job,
        _ format: ReportFormat,
        _ request: APIRequest
    ) async throws -> APIAnswer {
        let position = job.state == .queued ? try await store.position(job.id) : nil
        return try await answer(job, format, request, status: 200, position: position)
    }

    private func answer(
        _ job: Job,
        _ format: ReportFormat,
        _ request: APIRequest,
        status: Int,
        position: Int? = nil,
        secrets: [String: String]? = nil,
        selection: FindingSelection? = nil,
        fields: [(String, String)] = []
    ) async throws -> APIAnswer {
        var fields = fields + [("ETag", Self.tag(job)), ("Vary", "Accept")]
        if status == 201 || status == 202 { fields.append(("Location", "/v1/jobs/\(job.id)")) }
        if job.state != .completed { fields.append(("Retry-After", "1")) }
        return APIAnswer(
            status: status,
            fields: fields,
            contentType: format.contentType,
            body: try await body(of: job, format, request, position, secrets, selection)
        )
    }

    private func body(
        of job: Job,
        _ format: ReportFormat,
        _ request: APIRequest,
        _ position: Int?,
        _ secrets: [String: String]?,
        _ selection: FindingSelection?
    ) async throws -> APIAnswer.Body {
        let more = "\(configuration.address)/v1/rules/"
        guard !job.runs.isEmpty else {
            // Nothing of a program's is in it.
            var report = Report(.job(ReportedJob(job)), version: configuration.version)
            report.selection = selection
            report.more = more
            report.position = position
            report.webhookSecrets = secrets
            return .bytes(report.bytes(as: format))
        }
        var task = RenderTask(.report(format), of: job, version: configuration.version)
        task.selection = selection
        task.pathPrefix = request.query("path_prefix") ?? ""
        task.more = more
        task.webhookSecrets = secrets
        let (file, count) = try await digester.render(
            task,
            digests: try await store.digests(job.id),
            timelines: format == .trace ? try await timelines(of: job) : nil,
            // CI servers show a test's output beside it; in other formats it is asked for by itself.
            outputs: format == .junit ? try await outputs(of: job) : nil
        )
        return .file(file, count: count)
    }

    private func timelines(of job: Job) async throws -> [[UInt8]] {
        var timelines: [[UInt8]] = []
        for run in job.runs {
            timelines.append(try await store.timeline(job.id, run: run.run) ?? [])
        }
        return timelines
    }

    private func outputs(of job: Job) async throws -> [[CapturedOutput]] {
        var outputs: [[CapturedOutput]] = []
        for run in job.runs {
            outputs.append([
                try await store.output(job.id, run: run.run, .stdout) ?? .init(),
                try await store.output(job.id, run: run.run, .stderr) ?? .init(),
            ])
        }
        return outputs
    }
}
