// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// A courier's time-limited right to attempt a delivery.
public struct DeliveryClaim: Hashable, Sendable {
    /// What is owed, with all that was tried so far.
    public let delivery: Delivery
    /// Until when nobody else is given it; at the same time the fencing token.
    public let leaseUntil: Timestamp

    /// The number of the attempt that this is the right to.
    public var attempt: Int { delivery.attempts.count + 1 }
}

/// What becomes of a delivery after an attempt.
public enum AfterAttempt: Hashable, Sendable {
    /// The receiver has it.
    case delivered
    /// It is tried again then.
    case retry(at: Timestamp)
    /// It is given up.
    case failed
}
