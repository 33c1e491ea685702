// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

extension Courier {
    /// How a courier works.
    public struct Configuration: Sendable {
        /// Of the server, for `User-Agent`.
        public var version: String
        /// Where messages may go.
        public var policy = AddressPolicy()
        /// When they are sent again.
        public var schedule = RetrySchedule.standard
        /// Attempts under way in all: what a small machine and its network bear.
        public var concurrencyMax = 32
        /// Attempts under way to one host, so that a slow one leaves the others room.
        public var concurrencyPerHostMax = 4
        /// Failures in a row after which a host is left alone.
        public var hostFailuresMax = 5
        /// How long it is left alone the first time.
        public var hostShutTime: Duration = .seconds(30)
        /// For the look-up, the connection and TLS.
        public var connectTimeout: Duration = .seconds(5)
        /// For an attempt.
        public var totalTimeout: Duration = .seconds(15)
        /// A file of certificates to trust instead of the system's.
        public var certificateAuthorities: String?
        /// What shows the time; a test turns it on by itself.
        public var clock: @Sendable () -> Timestamp = { .now }

        /// How long a delivery is ours. It covers the wait for a free place and the attempt.
        public var lease: Duration { .seconds(60) + totalTimeout * 4 }
        /// How long it may wait; after that the attempt could end later than the lease.
        var waitMax: Duration { lease - totalTimeout * 2 }

        /// The defaults for a server of `version`.
        public init(version: String) { self.version = version }
    }

    /// Deliveries taken from the outbox at once: few enough that those to one slow host don't fill
    /// ``waitingMax``.
    public static let claimMax = 16
    /// Deliveries that wait in memory for a free place; a message has up to 1 MiB.
    public static let waitingMax = 128
    /// How much of an answer goes into the log.
    public static let responseMax = 1024
    /// How long the outbox is left alone after it failed, or gave nothing although it has
    /// something that is due.
    public static let outboxRest: Duration = .seconds(1)
    /// How long after a failed ``Outbox/record(_:for:state:next:)`` the next try begins at first,
    /// and at most.
    public static let recordRest: ClosedRange<Duration> = .milliseconds(100) ... .seconds(5)
}
