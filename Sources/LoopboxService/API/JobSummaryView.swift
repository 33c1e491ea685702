// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxStore

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
