// SPDX-License-Identifier: Apache-2.0

/// How much there is in the store.
public struct StoreCounts: Hashable, Sendable {
    /// Jobs that wait.
    public var queued = 0
    /// Jobs that a worker has.
    public var running = 0
    /// Jobs that have ended.
    public var completed = 0
    /// Deliveries that are owed.
    public var deliveriesPending = 0
}
