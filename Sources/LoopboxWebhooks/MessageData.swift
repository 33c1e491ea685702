// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A message as it is written.
struct Message: Encodable {
    let type: WebhookEvent
    let timestamp: Timestamp
    let data: MessageData
}

/// Which parts of a job a message holds.
struct MessageParts {
    /// What can be left out where there is no room, in this order.
    enum Part: String, CaseIterable {
        case labels, runs, rules, failures, name
    }

    let level: JobSpec.Payload
    var omitted: [Part] = []

    static let thin = MessageParts(level: .thin)
    static let summary = MessageParts(level: .summary)
    static let full = MessageParts(level: .full)

    func dropping(_ count: Int) -> MessageParts {
        MessageParts(level: level, omitted: Array(Part.allCases.prefix(count)))
    }

    func has(_ part: Part) -> Bool { level != .thin && !omitted.contains(part) }
}

/// What a message says of a job.
struct MessageData: Encodable {
    private let job: ReportedJob
    private let parts: MessageParts
    private let links: MessageLinks?
    /// Short ones, of a summary.
    var findings: [MessageFinding]?
    /// Whole ones, of a full message.
    var reports: [RunReport]?
    /// What there was no room for.
    var omitted: [String]

    init(
        _ job: ReportedJob,
        _ parts: MessageParts,
        links: MessageLinks?,
        _ findings: [MessageFinding]?
    ) {
        self.job = job
        self.parts = parts
        self.links = links
        self.findings = findings
        omitted = parts.omitted.map(\.rawValue)
    }

    enum CodingKeys: String, CodingKey {
        case id, sequence, payload, name, labels, state, outcome, verdict, failures, attempt
        case createdAt = "created_at"
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case times, runs, rules
        case findingCount = "finding_count"
        case findings, comparison, omitted, links
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(job.id, forKey: .id)
        try container.encode(job.version, forKey: .sequence)
        try container.encode(parts.level, forKey: .payload)
        if parts.level != .thin { try encodeSummary(to: &container) }
        try container.encodeIfPresent(links, forKey: .links)
    }

    private func encodeSummary(to container: inout KeyedEncodingContainer<CodingKeys>) throws {
        if parts.has(.name) { try container.encode(job.spec.name, forKey: .name) }
        if parts.has(.labels) { try container.encode(Sorted(job.spec.labels), forKey: .labels) }
        try container.encode(job.state, forKey: .state)
        try container.encodeIfPresent(job.outcome, forKey: .outcome)
        try container.encodeIfPresent(job.verdict, forKey: .verdict)
        if parts.has(.failures) {
            let failures = job.conclusion.failures.prefix(WebhookPayload.summaryFailuresMax)
            try container.encode(failures.map(MessageFailure.init), forKey: .failures)
        }
        try container.encode(job.attempt, forKey: .attempt)
        try container.encode(job.createdAt, forKey: .createdAt)
        try container.encodeIfPresent(job.startedAt, forKey: .startedAt)
        try container.encodeIfPresent(job.endedAt, forKey: .endedAt)
        try container.encode(MessageTimes(job), forKey: .times)
        if let reports {
            try container.encode(reports, forKey: .runs)
        } else if parts.has(.runs) {
            try container.encode(job.runs.map(MessageRun.init), forKey: .runs)
        }
        let all = job.runs.lazy.flatMap(\.findings)
        var rules: [String: Int] = [:]
        for finding in all { rules[finding.rule, default: 0] += finding.count }
        if parts.has(.rules) { try container.encode(Sorted(rules), forKey: .rules) }
        try container.encode(all.count, forKey: .findingCount)
        if let findings { try container.encode(findings, forKey: .findings) }
        if parts.level == .full {
            try container.encodeIfPresent(job.conclusion.comparison, forKey: .comparison)
        }
        try container.encode(omitted, forKey: .omitted)
    }
}

/// Absolute addresses of what there is to read.
struct MessageLinks: Encodable {
    let this: String
    let findings: String
    let output: String

    init(base: String, job: JobID) {
        this = "\(base)/v1/jobs/\(job)"
        findings = "\(this)/findings"
        output = "\(this)/output"
    }

    enum CodingKeys: String, CodingKey {
        case this = "self"
        case findings, output
    }
}

/// How long a job took, from the moment it was accepted.
private struct MessageTimes: Encodable {
    let queued: Seconds?
    let total: Seconds?

    init(_ job: ReportedJob) {
        queued = job.startedAt.map { Seconds(job.createdAt.duration(to: $0)) }
        total = job.endedAt.map { Seconds(job.createdAt.duration(to: $0)) }
    }

    enum CodingKeys: String, CodingKey {
        case queued, total
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(queued, forKey: .queued)
        try container.encodeIfPresent(total, forKey: .total)
    }
}

/// A run in a few words.
private struct MessageRun: Encodable {
    let run: Int
    let matrix: Cell?
    let runtime: String
    let outcome: Outcome
    let exit: Int?
    let signal: String?
    let ending: String
    let times: RunTimes
    let findings: MessageSeverities

    init(_ report: RunReport) {
        run = report.run
        matrix = report.cell
        runtime = report.runtime
        outcome = report.outcome
        exit = report.exit
        signal = report.signal
        ending = report.ending
        times = report.times
        findings = MessageSeverities(report.findings)
    }
}

/// A thing that did not hold, in a few words.
private struct MessageFailure: Encodable {
    let expect: String
    let detail: String
    let pointer: String
    let runs: [Int]

    init(_ failure: GateFailure) {
        expect = failure.expect
        detail = MessageFinding.short(failure.detail)
        pointer = failure.pointer
        runs = failure.runs
    }
}

/// How many findings of each severity there are.
private struct MessageSeverities: Encodable {
    var error = 0
    var warning = 0
    var note = 0

    init(_ findings: [Finding]) {
        for finding in findings {
            switch finding.severity {
            case .error: error += 1
            case .warning: warning += 1
            case .note: note += 1
            }
        }
    }
}

/// A finding in a few words.
struct MessageFinding: Encodable {
    let id: String
    let rule: String
    let severity: Severity
    let run: Int
    let count: Int
    let message: String
    let fix: String
    let location: Location?
    let doc: String

    init(_ finding: Finding) {
        id = finding.id
        rule = finding.rule
        severity = finding.severity
        run = finding.run
        count = finding.count
        message = Self.short(finding.message)
        fix = Self.short(finding.fix)
        location = finding.location.map { place in
            var place = place
            place.snippet = Self.short(place.snippet)
            return place
        }
        doc = finding.doc
    }

    static func short(_ text: String) -> String {
        let end = WebhookPayload.summaryTextMax
        return text.count > end ? "\(text.prefix(end))…" : text
    }
}

/// A dictionary with its keys in order, so that equal jobs make equal messages.
private struct Sorted<Value: Encodable>: Encodable {
    let entries: [(key: String, value: Value)]

    init(_ values: [String: Value]) { entries = values.sorted { $0.key < $1.key } }

    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (key, value) in entries {
            try container.encode(value, forKey: Key(stringValue: key))
        }
    }
}
