// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// Where the messages stand that are owed. Called on the loop's thread, which it must not block.
public protocol Outbox: AnyObject {
    /// Hands over at most `max` pending deliveries that are due at `now`, longest due first, and
    /// keeps them from being handed over again until `lease` has passed.
    ///
    /// One that is not recorded by then comes back; so does, after a restart, one that was under
    /// way. Deliveries to the hosts in `avoiding` are left out: these can take none now. An outbox
    /// that can't tell hosts apart may ignore that: it costs time, not messages.
    ///
    /// - Parameter avoiding: as ``Courier/host(of:)`` gives them.
    func due(
        now: Timestamp,
        max: Int,
        lease: Duration,
        avoiding: Set<String>
    ) async throws -> [Delivery]

    /// Adds `attempt` to the log of `delivery`, and sets its state and when it is due next, in one
    /// transaction. When this returns, both survive a crash. If it throws, it is called again.
    func record(
        _ attempt: DeliveryAttempt,
        for delivery: DeliveryID,
        state: Delivery.State,
        next: Timestamp?
    ) async throws

    /// When the next pending delivery is due (a leased one: when its lease ends); nil where there
    /// is none.
    func nextDue() async throws -> Timestamp?
}
