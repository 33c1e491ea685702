// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// A worker's time-limited right to run a job.
///
/// The job's attempt number is its fencing token: once another worker has claimed the job, no write
/// that bears an older number is accepted.
public struct Claim: Hashable, Sendable {
    /// The job as it is from the claim on: running, with the attempt that is this claim's.
    public let job: Job
    /// When it was put into the queue, the last time.
    public let queuedSince: Timestamp
    /// Until when nobody else is given the job; a heartbeat moves it.
    public let leaseUntil: Timestamp

    /// Which job.
    public var id: JobID { job.id }
    /// The fencing token.
    public var attempt: Int { job.attempt }
}
