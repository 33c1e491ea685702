// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// When a message is sent again after an attempt that failed.
public struct RetrySchedule: Hashable, Sendable, CustomStringConvertible {
    /// How long to wait before each attempt, the first one included; one or more.
    public let delays: [Duration]

    /// Eight attempts over a day and more: long enough for a receiver that is down for a night.
    public static let standard = RetrySchedule([
        .zero, .seconds(5), .seconds(5 * 60), .seconds(30 * 60), .seconds(2 * 3600),
        .seconds(5 * 3600), .seconds(10 * 3600), .seconds(10 * 3600),
    ])

    /// How many attempts a schedule may have; more would fill a delivery's log.
    public static let attemptsMax = 20
    /// How long a receiver can put us off; a longer wish is cut down to it.
    public static let retryAfterMax: Duration = .seconds(24 * 3600)
    /// How long one wait of a schedule may be; the server must keep what it owes so long.
    public static let delayMax: Duration = .seconds(7 * 24 * 3600)
    static let delayMaxText = "168h"
    /// The part by which a wait is made longer or shorter at random, so that what failed together
    /// does not come back together.
    public static let jitter = 0.2

    /// The schedule of `delays`, of which there is at least one.
    public init(_ delays: [Duration]) {
        precondition(!delays.isEmpty, "a schedule has at least one attempt")
        self.delays = delays
    }

    /// Reads `0s,5s,5m,30m,2h`.
    ///
    /// - Throws: ``WebhookError/scheduleEntry(_:)``, ``WebhookError/scheduleCount(_:)``.
    public init(parsing text: String) throws(WebhookError) {
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        guard entries.count <= Self.attemptsMax, !text.isEmpty else {
            throw .scheduleCount(text.isEmpty ? 0 : entries.count)
        }
        var delays: [Duration] = []
        for entry in entries { delays.append(try Self.delay(entry)) }
        self.init(delays)
    }

    private static func delay(_ entry: Substring) throws(WebhookError) -> Duration {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        let digits = entry.dropLast()
        guard let unit = entry.last.flatMap({ units[$0] }), let count = Int64(digits),
            digits.utf8.allSatisfy({ (48...57).contains($0) }),
            count <= delayMax.components.seconds / unit
        else { throw .scheduleEntry(String(entry)) }
        return .seconds(count * unit)
    }

    /// When the first attempt of a message that is queued at `moment` is due.
    public func firstAttempt(queuedAt moment: Timestamp) -> Timestamp {
        moment.advanced(by: delays[0])
    }

    /// When the attempt after the `attempt`-th one (counting from 1), which failed at `moment`, is
    /// due; nil where that was the last.
    ///
    /// - Parameter retryAfter: how long the receiver asks to be left alone. It wins where it is
    ///   longer than the schedule's own wait.
    public func nextAttempt(
        after attempt: Int,
        failedAt moment: Timestamp,
        retryAfter: Duration?,
        using random: inout some RandomNumberGenerator
    ) -> Timestamp? {
        guard delays.indices.contains(attempt) else { return nil }
        let factor = Double.random(in: 1 - Self.jitter...1 + Self.jitter, using: &random)
        let own = delays[attempt] * factor
        let wish = min(retryAfter ?? .zero, Self.retryAfterMax)
        return moment.advanced(by: max(own, wish))
    }

    /// As it is read.
    public var description: String {
        delays.map { delay in
            let seconds = delay.components.seconds
            if seconds > 0, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
            if seconds > 0, seconds % 60 == 0 { return "\(seconds / 60)m" }
            return "\(seconds)s"
        }.joined(separator: ",")
    }
}
