// SPDX-License-Identifier: Apache-2.0

import Logging
import Loop
import LoopboxModel
import LoopboxWebhooks

/// An outbox that forgets everything with the process. On the loop.
//
// Safety (@unchecked Sendable): tasks of one loop share it.
final class MemoryOutbox: Outbox, @unchecked Sendable {
    struct Broken: Error {}

    private(set) var deliveries: [Delivery] = []
    /// What was recorded, in its order.
    private(set) var recorded: [DeliveryAttempt] = []
    /// How many of the next calls fail.
    var dueFailures = 0
    var recordFailures = 0
    /// Whether it leaves out what it was asked to leave out.
    var minds = true
    private(set) var dueCalls = 0
    private let loop: EventLoop
    private var leases: [DeliveryID: Timestamp] = [:]
    private var changed: Future<Void>?

    init(on loop: EventLoop) { self.loop = loop }

    func add(_ delivery: Delivery) { deliveries.append(delivery) }

    subscript(_ id: DeliveryID) -> Delivery { deliveries.first { $0.id == id }! }

    /// Waits until `condition` holds; it is looked at whenever something is recorded.
    func wait(until condition: ([Delivery]) -> Bool) async throws {
        while !condition(deliveries) {
            let changed = changed ?? Future<Void>(on: loop)
            self.changed = changed
            try await changed.value
        }
    }

    func due(
        now: Timestamp,
        max: Int,
        lease: Duration,
        avoiding: Set<String>
    ) async throws -> [Delivery] {
        try await loop.sleep(for: .zero)
        dueCalls += 1
        if dueFailures > 0 {
            dueFailures -= 1
            throw Broken()
        }
        let due = deliveries.filter { delivery in
            delivery.state == .pending && (leases[delivery.id] ?? now) <= now
                && delivery.nextAttemptAt.map { $0 <= now } ?? false
                && !(minds && avoiding.contains(Courier.host(of: delivery.url)))
        }.sorted { $0.nextAttemptAt! < $1.nextAttemptAt! }.prefix(max)
        for delivery in due { leases[delivery.id] = now.advanced(by: lease) }
        return Array(due)
    }

    func record(
        _ attempt: DeliveryAttempt,
        for id: DeliveryID,
        state: Delivery.State,
        next: Timestamp?
    ) async throws {
        if recordFailures > 0 {
            recordFailures -= 1
            throw Broken()
        }
        guard let place = deliveries.firstIndex(where: { $0.id == id }) else { throw Broken() }
        deliveries[place].attempts.append(attempt)
        deliveries[place].state = state
        deliveries[place].nextAttemptAt = next
        leases[id] = nil
        recorded.append(attempt)
        let changed = changed
        self.changed = nil
        if let changed, !changed.isDone { try changed.setResult(()) }
    }

    func nextDue() async throws -> Timestamp? {
        deliveries.filter { $0.state == .pending }
            .compactMap { max(leases[$0.id] ?? $0.nextAttemptAt!, $0.nextAttemptAt!) }.min()
    }
}

/// A delivery that is due.
func delivery(
    to url: String,
    body: String = #"{"type":"job.completed"}"#,
    secret: String = WebhookSecret.generate().text,
    at moment: Timestamp = .now
) -> Delivery {
    Delivery(
        id: DeliveryID(),
        job: JobID(),
        event: .jobCompleted,
        url: url,
        secret: secret,
        body: Array(body.utf8),
        nextAttemptAt: moment,
        createdAt: moment
    )
}

extension Courier {
    /// A courier that may call on this machine and makes its attempts right after each other.
    convenience init(
        on loop: EventLoop,
        outbox: MemoryOutbox,
        attempts: Int = 3,
        _ change: (inout Configuration) -> Void = { _ in }
    ) {
        var configuration = Configuration(version: "1.2.3")
        if let here = try? AddressRange("127.0.0.0/8") {
            configuration.policy = AddressPolicy(allowed: [here], allowsHTTP: true)
        }
        configuration.schedule = RetrySchedule(Array(repeating: .zero, count: attempts))
        change(&configuration)
        var logger = Logger(label: "loopbox.webhook")
        logger.logLevel = .critical
        self.init(on: loop, outbox: outbox, configuration: configuration, logger: logger)
    }
}

/// A clock that a test sets.
//
// Safety (@unchecked Sendable): read and set on one loop.
final class TestClock: @unchecked Sendable {
    var now = Timestamp.now
}
