// SPDX-License-Identifier: Apache-2.0

/// One webhook message owed to one URL.
public struct Delivery: Hashable, Sendable {
    /// The `webhook-id`, the same in every attempt.
    public let id: DeliveryID
    /// The job it is about.
    public let job: JobID
    /// What it is about.
    public let event: WebhookEvent
    /// Where it goes.
    public let url: String
    /// What it is signed with, `whsec_…`.
    public let secret: String
    /// The exact bytes that are signed and sent.
    public let body: [UInt8]
    /// What becomes of it.
    public var state: State
    /// When the next attempt is due; nil where there is none.
    public var nextAttemptAt: Timestamp?
    /// When it was queued.
    public let createdAt: Timestamp
    /// What was tried so far, oldest first.
    public var attempts: [DeliveryAttempt]

    /// What becomes of a delivery.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is owed.
        case pending
        /// The receiver answered 2xx.
        case delivered
        /// Every attempt failed, or the receiver said that it is gone.
        case failed
    }

    /// A delivery as the store has it.
    public init(
        id: DeliveryID,
        job: JobID,
        event: WebhookEvent,
        url: String,
        secret: String,
        body: [UInt8],
        state: State = .pending,
        nextAttemptAt: Timestamp?,
        createdAt: Timestamp,
        attempts: [DeliveryAttempt] = []
    ) {
        self.id = id
        self.job = job
        self.event = event
        self.url = url
        self.secret = secret
        self.body = body
        self.state = state
        self.nextAttemptAt = nextAttemptAt
        self.createdAt = createdAt
        self.attempts = attempts
    }
}

/// One attempt to deliver a message.
public struct DeliveryAttempt: Hashable, Sendable, Codable {
    /// Counts from 1.
    public var attempt: Int
    /// When it began.
    public var at: Timestamp
    /// The answer's status; nil where there was no answer.
    public var status: Int?
    /// Why there was no answer, or why the answer is no success; nil on success.
    public var error: String?
    /// The answer's first bytes as text.
    public var response: String
    /// The address that was connected to.
    public var remoteAddress: String?
    /// How long its parts took.
    public var times: Times

    /// How long the parts of an attempt took, each since its beginning; 0 where never reached.
    public struct Times: Hashable, Sendable, Codable {
        public var lookup: Seconds
        public var connect: Seconds
        public var tls: Seconds
        public var firstByte: Seconds
        public var total: Seconds

        /// Times of an attempt.
        public init(
            lookup: Seconds,
            connect: Seconds,
            tls: Seconds,
            firstByte: Seconds,
            total: Seconds
        ) {
            self.lookup = lookup
            self.connect = connect
            self.tls = tls
            self.firstByte = firstByte
            self.total = total
        }

        enum CodingKeys: String, CodingKey {
            case lookup, connect, tls
            case firstByte = "first_byte"
            case total
        }
    }

    /// An attempt.
    public init(
        attempt: Int,
        at: Timestamp,
        status: Int?,
        error: String?,
        response: String,
        remoteAddress: String?,
        times: Times
    ) {
        self.attempt = attempt
        self.at = at
        self.status = status
        self.error = error
        self.response = response
        self.remoteAddress = remoteAddress
        self.times = times
    }

    enum CodingKeys: String, CodingKey {
        case attempt, at, status, error, response
        case remoteAddress = "remote_address"
        case times
    }
}
