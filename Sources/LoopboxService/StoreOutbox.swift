// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxStore
import LoopboxWebhooks

/// The store's deliveries, as the courier wants them.
final class StoreOutbox: Outbox {
    private let store: JobStore
    /// The rights under which deliveries are attempted now.
    private var claims: [DeliveryID: DeliveryClaim] = [:]

    init(_ store: JobStore) { self.store = store }

    func due(
        now: Timestamp,
        max: Int,
        lease: Duration,
        avoiding hosts: Set<String>
    ) async throws -> [Delivery] {
        let due = try await store.claimDue(max: max, lease: lease)
        for claim in due { claims[claim.delivery.id] = claim }
        return due.map(\.delivery)
    }

    func record(
        _ attempt: DeliveryAttempt,
        for delivery: DeliveryID,
        state: Delivery.State,
        next: Timestamp?
    ) async throws {
        guard let claim = claims[delivery] else { return }
        let after: AfterAttempt =
            switch state {
            case .delivered: .delivered
            case .failed: .failed
            case .pending: .retry(at: next ?? .now)
            }
        // A claim that was lost meanwhile: whoever has it now records its own attempt.
        _ = try await store.record(attempt, for: claim, next: after)
        claims[delivery] = nil
    }

    func nextDue() async throws -> Timestamp? { try await store.nextDue() }
}
