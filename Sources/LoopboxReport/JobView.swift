// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A job as the API shows it. The keys are in the order in which a reader wants them.
struct JobView: Encodable {
    var id: JobID
    var name: String
    var labels: [String: String]
    var state: JobState
    var outcome: Outcome?
    var verdict: Verdict?
    /// What was expected and did not hold.
    var failures: [GateFailure]
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
    /// How the runs differ; nil of one.
    var comparison: Comparison?
    /// Of the webhooks for which one was made; told once, in the answer to the submission.
    var webhookSecrets: [String: String]?
    var links: Links
    /// Whether runs and findings stand elsewhere.
    var isAlone = false

    /// How long the parts of a job took; of several runs each has its own.
    struct Times: Encodable {
        var queued: Seconds
        var setup: Seconds?
        var start: Seconds?
        var imports: Seconds?
        var run: Seconds?
        var shutdown: Seconds?
        var collect: Seconds?
        var total: Seconds
    }

    /// Where to go from here.
    struct Links: Encodable {
        var `self`: String
        /// nil where nothing is expected.
        var gate: String?
        var runs: String
        var output: String
        var findings: String
        var timeline: String
        var artifacts: String
        var deliveries: String
        var cancel: String

        init(_ id: JobID, isGated: Bool) {
            self.`self` = "/v1/jobs/\(id)"
            gate = isGated ? "/v1/jobs/\(id)/gate" : nil
            runs = "/v1/jobs/\(id)/runs"
            output = "/v1/jobs/\(id)/output"
            findings = "/v1/jobs/\(id)/findings"
            timeline = "/v1/jobs/\(id)/timeline"
            artifacts = "/v1/jobs/\(id)/artifacts"
            deliveries = "/v1/jobs/\(id)/deliveries"
            cancel = "/v1/jobs/\(id)/cancel"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id, name, labels, state, outcome, verdict, failures, version, attempt, position
        case createdAt = "created_at"
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case times, runs, findings, comparison
        case webhookSecrets = "webhook_secrets"
        case links
    }

    init(_ job: ReportedJob, position: Int? = nil, webhookSecrets: [String: String]? = nil) {
        id = job.id
        name = job.spec.name
        labels = job.spec.labels
        state = job.state
        outcome = job.outcome
        verdict = job.verdict
        failures = job.conclusion.failures
        version = job.version
        attempt = job.attempt
        self.position = position
        createdAt = job.createdAt
        startedAt = job.startedAt
        endedAt = job.endedAt
        let queued = job.createdAt.duration(to: job.startedAt ?? job.createdAt)
        times = job.runs.first.map { run in
            guard job.runs.count == 1 else {
                let total = job.createdAt.duration(to: job.endedAt ?? job.createdAt)
                return Times(queued: Seconds(queued), total: Seconds(total))
            }
            return Times(
                queued: Seconds(queued),
                setup: run.times.setup,
                start: run.times.start,
                imports: run.times.imports,
                run: run.times.run,
                shutdown: run.times.shutdown,
                collect: run.times.collect,
                total: Seconds(queued + run.times.total.duration)
            )
        }
        runs = job.runs.map(RunView.init)
        findings = job.runs.flatMap(\.findings)
        comparison = job.conclusion.comparison
        self.webhookSecrets = webhookSecrets
        links = Links(job.id, isGated: job.spec.expect != nil)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(SortedMap(labels), forKey: .labels)
        try container.encode(state, forKey: .state)
        try container.encodeIfPresent(outcome, forKey: .outcome)
        try container.encodeIfPresent(verdict, forKey: .verdict)
        if !isAlone { try container.encode(failures, forKey: .failures) }
        try container.encode(version, forKey: .version)
        try container.encode(attempt, forKey: .attempt)
        try container.encodeIfPresent(position, forKey: .position)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encodeIfPresent(startedAt, forKey: .startedAt)
        try container.encodeIfPresent(endedAt, forKey: .endedAt)
        try container.encodeIfPresent(times, forKey: .times)
        if !isAlone {
            try container.encode(runs, forKey: .runs)
            try container.encode(findings, forKey: .findings)
            try container.encodeIfPresent(comparison, forKey: .comparison)
        }
        if let webhookSecrets {
            try container.encode(SortedMap(webhookSecrets), forKey: .webhookSecrets)
        }
        try container.encode(links, forKey: .links)
    }
}
