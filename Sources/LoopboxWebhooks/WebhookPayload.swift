// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// What a message says of a job.
///
/// `{type, timestamp, data}`, and in `data` as much as the user asked for. What is too large loses
/// parts, and `data.omitted` names them.
///
/// Source: Standard Webhooks 1.0.0, "Payload structure".
public struct WebhookPayload: Sendable {
    private let job: ReportedJob
    private let event: WebhookEvent
    private let timestamp: Timestamp
    private let base: String?

    /// Of a `summary`; the standard advises at most 20 kB.
    public static let summaryMax = 20_000
    /// Of a `full` message.
    public static let fullMax = 1 << 20
    /// Findings in a `summary`: what one reads in a chat.
    public static let summaryFindingsMax = 10
    /// Reasons of a failed verdict in a `summary`, likewise.
    public static let summaryFailuresMax = 10
    /// Characters of each text of a finding in a `summary`, so that one can't push the rest out.
    public static let summaryTextMax = 400

    /// A message of `event` that happened to `job` at `timestamp`.
    ///
    /// - Parameter publicURL: where users reach the server; nil: the message holds no links.
    public init(
        _ event: WebhookEvent,
        of job: ReportedJob,
        at timestamp: Timestamp,
        publicURL: String?
    ) {
        self.job = job
        self.event = event
        self.timestamp = timestamp
        base = publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// The exact bytes to sign and to send.
    ///
    /// - Throws: ``WebhookError/payloadNotEncodable(reason:)``.
    public func body(_ level: JobSpec.Payload) throws(WebhookError) -> [UInt8] {
        switch level {
        case .thin: try encode(.thin)
        case .summary: try summary()
        case .full: try full()
        }
    }

    private func summary() throws(WebhookError) -> [UInt8] {
        let findings = Array(
            job.runs.lazy.flatMap(\.findings).prefix(Self.summaryFindingsMax)
                .map(MessageFinding.init)
        )
        // Findings go first, the last one before the others; then whole parts.
        for count in 0...MessageParts.Part.allCases.count {
            let parts = MessageParts.summary.dropping(count)
            let whole = try encode(data(parts, findings: findings))
            if whole.count <= Self.summaryMax { return whole }
            var bare = data(parts, findings: [])
            bare.omitted.insert("findings", at: 0)
            var room = Self.summaryMax - (try encode(bare).count)
            guard room >= 0 else { continue }
            bare.findings = try fit(findings, into: &room)
            return try encode(bare)
        }
        return try encode(.thin)
    }

    private func full() throws(WebhookError) -> [UInt8] {
        var data = data(.full, findings: nil)
        data.reports = job.runs
        let bytes = try encode(data)
        guard bytes.count > Self.fullMax else { return bytes }
        data.omitted = ["findings"]
        data.reports = job.runs.map { run in
            var run = run
            run.findings = []
            return run
        }
        var room = Self.fullMax - (try encode(data).count)
        // Without its findings it is still too large: there are thousands of runs.
        guard room >= 0 else { return try summary() }
        var reports = data.reports ?? []
        for (place, run) in job.runs.enumerated() {
            let fitting = try fit(run.findings, into: &room)
            reports[place].findings = fitting
            if fitting.count < run.findings.count { break }
        }
        data.reports = reports
        return try encode(data)
    }

    /// The first of `findings` that together take no more than `room` bytes, and a comma each.
    private func fit<Item: Encodable>(
        _ findings: some Sequence<Item>,
        into room: inout Int
    ) throws(WebhookError) -> [Item] {
        var fitting: [Item] = []
        for finding in findings {
            let size = try encoded(finding).count + 1
            guard size <= room else { break }
            room -= size
            fitting.append(finding)
        }
        return fitting
    }

    private func encode(_ parts: MessageParts) throws(WebhookError) -> [UInt8] {
        try encode(data(parts, findings: nil))
    }

    private func encode(_ data: MessageData) throws(WebhookError) -> [UInt8] {
        try encoded(Message(type: event, timestamp: timestamp, data: data))
    }

    private func encoded(_ value: some Encodable) throws(WebhookError) -> [UInt8] {
        do {
            return try JSONText().encode(value)
        } catch {
            throw .payloadNotEncodable(reason: "\(error)")
        }
    }

    private func data(_ parts: MessageParts, findings: [MessageFinding]?) -> MessageData {
        MessageData(job, parts, links: base.map { MessageLinks(base: $0, job: job.id) }, findings)
    }
}
