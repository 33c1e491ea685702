// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxStore

/// A job as the API shows it. The keys are in the order in which a reader wants them.
struct JobView: Encodable {
    var id: JobID
    var name: String
    var labels: [String: String]
    var state: JobState
    var outcome: Outcome?
    var verdict: Verdict?
    var version: Int
    var attempt: Int
    /// From 1; nil once it does not wait any more.
    var position: Int?
    var createdAt: Timestamp
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    var times: Times?
    var runs: [RunView]
    var findings: [Finding]
    /// Of the webhooks for which one was made; told once, in the answer to the submission.
    var webhookSecrets: [String: String]?
    var links: Links

    /// How long the parts of a job took.
    struct Times: Encodable {
        var queued: Seconds
        var setup: Seconds
        var start: Seconds?
        var run: Seconds
        var total: Seconds
    }

    /// Where to go from here.
    struct Links: Encodable {
        var `self`: String
        var output: String
        var findings: String
        var artifacts: String
        var deliveries: String
        var cancel: String

        init(_ id: JobID) {
            self.`self` = "/v1/jobs/\(id)"
            output = "/v1/jobs/\(id)/output"
            findings = "/v1/jobs/\(id)/findings"
            artifacts = "/v1/jobs/\(id)/artifacts"
            deliveries = "/v1/jobs/\(id)/deliveries"
            cancel = "/v1/jobs/\(id)/cancel"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, name, labels, state, outcome, verdict, version, attempt, position
        case createdAt = "created_at"
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case times, runs, findings
        case webhookSecrets = "webhook_secrets"
        case links
    }

    init(_ job: Job, position: Int? = nil, webhookSecrets: [String: String]? = nil) {
        id = job.id
        name = job.spec.name
        labels = job.spec.labels
        state = job.state
        outcome = job.outcome
        verdict = job.verdict
        version = job.version
        attempt = job.attempt
        self.position = position
        createdAt = job.createdAt
        startedAt = job.startedAt
        endedAt = job.endedAt
        times = job.runs.first.map { run in
            let queued = job.createdAt.duration(to: job.startedAt ?? job.createdAt)
            return Times(
                queued: Seconds(queued),
                setup: run.times.setup,
                start: run.times.start,
                run: run.times.run,
                total: Seconds(queued + run.times.total.duration)
            )
        }
        runs = job.runs.map(RunView.init)
        findings = job.runs.flatMap(\.findings)
        self.webhookSecrets = webhookSecrets
        links = Links(job.id)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(SortedMap(labels), forKey: .labels)
        try container.encode(state, forKey: .state)
        try container.encodeIfPresent(outcome, forKey: .outcome)
        try container.encodeIfPresent(verdict, forKey: .verdict)
        try container.encode(version, forKey: .version)
        try container.encode(attempt, forKey: .attempt)
        try container.encodeIfPresent(position, forKey: .position)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encodeIfPresent(startedAt, forKey: .startedAt)
        try container.encodeIfPresent(endedAt, forKey: .endedAt)
        try container.encodeIfPresent(times, forKey: .times)
        try container.encode(runs, forKey: .runs)
        try container.encode(findings, forKey: .findings)
        if let webhookSecrets {
            try container.encode(SortedMap(webhookSecrets), forKey: .webhookSecrets)
        }
        try container.encode(links, forKey: .links)
    }
}

/// A run as the API shows it, without its findings, which stand with the job.
struct RunView: Encodable {
    var run: Int
    var runtime: String
    var outcome: Outcome
    var exit: Int?
    var signal: String?
    var ending: String
    var wall: Seconds
    var cpu: Seconds
    var cpuUser: Seconds
    var cpuSystem: Seconds
    var maxRSS: ByteCount
    var times: RunTimes
    var sandbox: Attestation
    var report: ReportState
    var findings: Counts
    var stdoutBytes: ByteCount
    var stdoutTruncated: Bool
    var stderrBytes: ByteCount
    var stderrTruncated: Bool
    var artifacts: Artifacts?

    /// Findings by severity.
    struct Counts: Encodable {
        var error: Int
        var warning: Int
        var note: Int
    }

    enum CodingKeys: String, CodingKey {
        case run, runtime, outcome, exit, signal, ending, wall, cpu
        case cpuUser = "cpu_user"
        case cpuSystem = "cpu_system"
        case maxRSS = "max_rss"
        case times, sandbox, report, findings
        case stdoutBytes = "stdout_bytes"
        case stdoutTruncated = "stdout_truncated"
        case stderrBytes = "stderr_bytes"
        case stderrTruncated = "stderr_truncated"
        case artifacts
    }

    init(_ report: RunReport) {
        run = report.run
        runtime = report.runtime
        outcome = report.outcome
        exit = report.exit
        signal = report.signal
        ending = report.ending
        wall = Seconds((report.times.start?.duration ?? .zero) + report.times.run.duration)
        cpu = report.usage.cpu
        cpuUser = report.usage.cpuUser
        cpuSystem = report.usage.cpuSystem
        maxRSS = report.usage.maxRSS
        times = report.times
        sandbox = report.sandbox
        self.report = report.reportState
        func count(_ severity: Severity) -> Int {
            report.findings.count { $0.severity == severity }
        }
        findings = Counts(error: count(.error), warning: count(.warning), note: count(.note))
        stdoutBytes = report.stdout.written
        stdoutTruncated = report.stdout.isTruncated
        stderrBytes = report.stderr.written
        stderrTruncated = report.stderr.isTruncated
        artifacts = report.artifacts
    }
}

/// A job in a list.
struct JobSummaryView: Encodable {
    var id: JobID
    var name: String
    var labels: SortedMap
    var state: JobState
    var outcome: Outcome?
    var verdict: Verdict?
    var version: Int
    var createdAt: Timestamp
    var startedAt: Timestamp?
    var endedAt: Timestamp?

    enum CodingKeys: String, CodingKey {
        case id, name, labels, state, outcome, verdict, version
        case createdAt = "created_at"
        case startedAt = "started_at"
        case endedAt = "ended_at"
    }

    init(_ job: JobSummary) {
        id = job.id
        name = job.name
        labels = SortedMap(job.labels)
        state = job.state
        outcome = job.outcome
        verdict = job.verdict
        version = job.version
        createdAt = job.createdAt
        startedAt = job.startedAt
        endedAt = job.endedAt
    }
}

/// A page of a list.
struct ListView<Item: Encodable>: Encodable {
    var items: [Item]
    var nextCursor: String?

    enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }
}

/// A delivery as the API shows it, without its secret.
struct DeliveryView: Encodable {
    var id: DeliveryID
    var event: WebhookEvent
    var url: String
    var state: Delivery.State
    var createdAt: Timestamp
    var nextAttemptAt: Timestamp?
    var attempts: [DeliveryAttempt]

    enum CodingKeys: String, CodingKey {
        case id, event, url, state
        case createdAt = "created_at"
        case nextAttemptAt = "next_attempt_at"
        case attempts
    }

    init(_ delivery: Delivery) {
        id = delivery.id
        event = delivery.event
        url = delivery.url
        state = delivery.state
        createdAt = delivery.createdAt
        nextAttemptAt = delivery.nextAttemptAt
        attempts = delivery.attempts
    }
}

/// A map whose keys come in alphabetical order.
struct SortedMap: Encodable {
    private let map: [String: String]

    init(_ map: [String: String]) { self.map = map }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (key, value) in map.sorted(by: { $0.key < $1.key }) {
            try container.encode(value, forKey: Key(stringValue: key))
        }
    }
}
