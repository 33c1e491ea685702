// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Logging
import Loop
import LoopHTTP
import LoopSystem
import LoopboxDigest
import LoopboxModel
import LoopboxReport
import LoopboxSpec
import LoopboxStore

/// From a request to the route that answers it, and from every error to a problem.
@ServiceActor
final class Router {
    private let loop: EventLoop
    private let gate: RequestGate
    private let jobs: JobsAPI
    private let store: JobStore
    private let catalog: RuntimeCatalog
    private let level: Attestation.Level
    private let configuration: ServiceConfiguration
    private let logger: Logger
    private let readiness: ReadinessLook

    init(
        loop: EventLoop,
        gate: RequestGate,
        jobs: JobsAPI,
        store: JobStore,
        catalog: RuntimeCatalog,
        level: Attestation.Level,
        configuration: ServiceConfiguration,
        upkeep: Upkeep,
        logger: Logger
    ) {
        self.loop = loop
        readiness = ReadinessLook(upkeep, on: loop, logger: logger)
        self.gate = gate
        self.jobs = jobs
        self.store = store
        self.catalog = catalog
        self.level = level
        self.configuration = configuration
        self.logger = logger
    }

    /// Answers `exchange`, at once or later. On the loop.
    func handle(_ exchange: HTTPExchange) {
        let request: APIRequest
        do throws(WireError) {
            request = try Self.request(exchange)
        } catch {
            exchange.refuse(error)
            return
        }
        let problem = gate.check(request)
        if problem == nil, request.segments == ["livez"], request.method == "GET" {
            exchange.respond(
                HTTPStatus(200),
                ["Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache"],
                "ok\n"
            )
            return
        }
        loop.createTask(name: "request") { @ServiceActor in
            let task = self.loop.createTask(name: "route") { @ServiceActor in
                if let problem { throw problem }
                return try await self.route(request, exchange)
            }
            exchange.onDisconnect { task.cancel() }
            let answer: APIAnswer
            do {
                answer = try await task.value
            } catch {
                answer = self.answer(to: error, request)
            }
            // Where this fails the client has gone, or an answer that has begun can't be completed:
            // the connection is cut then. There is no second answer.
            try? await self.send(answer, to: exchange)
        }
    }

    private func route(_ request: APIRequest, _ exchange: HTTPExchange) async throws -> APIAnswer {
        let method = request.method == "HEAD" ? "GET" : request.method
        let path = request.segments
        func only(_ allowed: String) throws(Problem) {
            guard !allowed.split(separator: ", ").contains(Substring(method)) else { return }
            throw .methodNotAllowed(request.method, allowed: allowed)
        }
        switch path.first {
        case nil:
            try only("GET, HEAD")
            return .text(welcome)
        case "livez" where path.count == 1:
            try only("GET, HEAD")
            return .text("ok\n")
        case "readyz" where path.count == 1, "healthz" where path.count == 1:
            try only("GET, HEAD")
            return try await ready(request)
        case "v1": return try await version1(Array(path.dropFirst()), request, exchange, only)
        default: throw Problem.notFound(request.path)
        }
    }

    private func version1(
        _ path: [String],
        _ request: APIRequest,
        _ exchange: HTTPExchange,
        _ only: (String) throws(Problem) -> Void
    ) async throws -> APIAnswer {
        switch (path.first, path.count) {
        case ("jobs", 1):
            try only("GET, HEAD, POST, PUT")
            if request.method == "POST" || request.method == "PUT" {
                return try await jobs.submit(request, body: try await specBody(request, exchange))
            }
            return try await jobs.list(request)
        case ("jobs", 2):
            try only("GET, HEAD, DELETE")
            return request.method == "DELETE"
                ? try await jobs.delete(path[1]) : try await jobs.get(path[1], request)
        case ("jobs", 3...) where path[2] == "artifacts":
            try only("GET, HEAD")
            let file = path.dropFirst(3).joined(separator: "/")
            return file.isEmpty
                ? try await jobs.artifacts(path[1], request)
                : try await jobs.artifact(path[1], file, request)
        case ("jobs", 3...4) where path[2] == "runs":
            try only("GET, HEAD")
            return try await jobs.runs(path[1], path.count == 4 ? path[3] : nil, request)
        case ("jobs", 3):
            switch path[2] {
            case "gate":
                try only("GET, HEAD")
                return try await jobs.gate(path[1], request)
            case "output":
                try only("GET, HEAD")
                return try await jobs.output(path[1], request)
            case "findings":
                try only("GET, HEAD")
                return try await jobs.findings(path[1], request)
            case "timeline":
                try only("GET, HEAD")
                return try await jobs.timeline(path[1], request)
            case "deliveries":
                try only("GET, HEAD")
                return try await jobs.deliveries(path[1])
            case "cancel":
                try only("POST")
                return try await jobs.cancel(path[1], request)
            default: throw Problem.notFound(request.path)
            }
        case ("runtimes", 1):
            try only("GET, HEAD")
            return .json(RuntimesView(catalog))
        case ("rules", 1):
            try only("GET, HEAD")
            return try request.format() == .text ? .text(RuleText.list) : .json(RulesView())
        case ("rules", 2):
            try only("GET, HEAD")
            guard let rule = Rule.named(path[1]) else { throw Problem.noRule(path[1]) }
            return try request.format() == .text ? .text(RuleText.page(of: rule)) : .json(rule)
        case ("info", 1):
            try only("GET, HEAD")
            let counts = try await store.counts()
            return .json(
                InfoView(
                    configuration,
                    level: level,
                    counts: counts,
                    runtimes: catalog.names
                )
            )
        case ("schema", 2) where path[1] == "job.json":
            try only("GET, HEAD")
            return APIAnswer(
                status: 200,
                contentType: "application/schema+json",
                body: Array(SpecSchema.jsonSchema.utf8)
            )
        case ("problems", 2):
            try only("GET, HEAD")
            guard let text = ProblemCatalogue.text(path[1]) else {
                throw Problem.notFound(request.path)
            }
            return .text("\(path[1]): \(text)\n")
        default: throw Problem.notFound(request.path)
        }
    }

    private func specBody(
        _ request: APIRequest,
        _ exchange: HTTPExchange
    ) async throws -> [UInt8] {
        if let coding = request.field("content-encoding"), coding.lowercased() != "identity" {
            throw Problem.unsupportedMediaType("\(coding)-coded content")
        }
        // Before the body is asked for: curl then does not send it.
        _ = try request.specContentType()
        let max = DocumentLimits.bytes
        if let length = exchange.contentLength, length > max { throw Problem.tooLarge(max) }
        return try await exchange.readBody(max: max)
    }

    private static func request(_ exchange: HTTPExchange) throws(WireError) -> APIRequest {
        let target = try exchange.target()
        var segments = target.segments
        if segments.last == "" { segments.removeLast() }
        return APIRequest(
            method: exchange.methodText,
            segments: segments,
            query: target.query.map { ($0.name, $0.value ?? "") },
            field: { name in exchange.first(name) }
        )
    }

    /// Of a large body, what is in memory and given to the kernel at once.
    private nonisolated static let pieceSize = 256 << 10

    private static func fields(of answer: APIAnswer) throws(WireError) -> FieldBlock {
        var fields = answer.fields
        if let type = answer.contentType { fields.insert(("Content-Type", type), at: 0) }
        fields.append(("Cache-Control", "no-cache"))
        var block = FieldBlock()
        for (name, value) in fields { try block.append(name, value) }
        return block
    }

    private func send(_ answer: APIAnswer, to exchange: HTTPExchange) async throws {
        let block: FieldBlock
        do throws(WireError) {
            block = try Self.fields(of: answer)
        } catch {
            exchange.refuse(error)
            return
        }
        let status = HTTPStatus(answer.status)
        switch answer.body {
        case .bytes(let bytes):
            guard bytes.count > Self.pieceSize else {
                return exchange.respond(status, block, bytes)
            }
            let writer = exchange.respondStreaming(status, block, length: bytes.count)
            for start in stride(from: 0, to: bytes.count, by: Self.pieceSize) {
                try await writer.write(Array(bytes[start...].prefix(Self.pieceSize)))
            }
            writer.end()
        case .file(let file, let count):
            func piece(_ start: Int) async throws -> [UInt8] {
                try await loop.runInExecutor { () throws(SystemError) in
                    try file.bytes(from: start, count: min(Self.pieceSize, count - start))
                }
            }
            let first = try await piece(0)
            guard count > Self.pieceSize else { return exchange.respond(status, block, first) }
            let writer = exchange.respondStreaming(status, block, length: count)
            try await writer.write(first)
            for start in stride(from: Self.pieceSize, to: count, by: Self.pieceSize) {
                try await writer.write(try await piece(start))
            }
            writer.end()
        }
    }

    private func ready(_ request: APIRequest) async throws -> APIAnswer {
        if jobs.isDraining { return .text("draining\n", status: 503) }
        var findings: [Upkeep.Finding]
        do {
            // Reading shows that the database is there; that it can be written, each submission.
            _ = try await store.counts()
            findings = [Upkeep.Finding(subject: "the store")]
        } catch {
            findings = [Upkeep.Finding(subject: "the store", problem: "\(error)")]
        }
        findings += await readiness.look()
        let bad = findings.filter { $0.problem != nil }
        let isVerbose = request.query.contains { $0.name == "verbose" }
        if bad.isEmpty, !isVerbose { return .text("ok\n") }
        let lines = (isVerbose ? findings : bad).map { finding in
            "\(finding.subject): \(finding.problem ?? "ok")\n"
        }
        return .text(lines.joined(), status: bad.isEmpty ? 200 : 503)
    }

    private func answer(to error: any Error, _ request: APIRequest) -> APIAnswer {
        let format = (try? request.format()) ?? .json
        switch error {
        case let problem as Problem: return .problem(problem, format)
        case let error as DigestError:
            logger.error("a report can't be rendered", metadata: ["reason": "\(error)"])
            return .problem(.unrenderable(error), format)
        // The client is gone or was answered already: this goes nowhere.
        case is CancellationError, is HTTPError: return .problem(.draining, format)
        case let error as StoreError:
            logger.error("the store failed", metadata: ["reason": "\(error)"])
            let isSpace =
                switch error {
                case .diskFull, .readOnly: true
                default: false
                }
            return .problem(
                Problem(
                    slug: isSpace ? "storage" : "internal",
                    title: "The store can't be written",
                    status: isSpace ? 507 : 500,
                    detail: "\(error)"
                ),
                format
            )
        default:
            logger.error("a request failed", metadata: ["reason": "\(error)"])
            return .problem(
                Problem(
                    slug: "internal",
                    title: "The server failed",
                    status: 500,
                    detail: "the server's log says more"
                ),
                format
            )
        }
    }

    private var welcome: String {
        let url = configuration.address
        return """
            Loopbox \(configuration.version) runs asyncio programs in debug mode and reports what it finds.

            curl -sS --data-binary @job.yaml '\(url)/v1/jobs?wait=20s&format=text'

            GET /v1/jobs      the jobs, newest first
            GET /v1/runtimes  the interpreters there are
            GET /v1/rules     what can be found, and what to do about it
            GET /v1/info      limits and counts

            """
    }
}
