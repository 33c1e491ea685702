// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// What is known of an identifier.
public enum JobLookup: Hashable, Sendable {
    /// The job.
    case found(Job)
    /// There was such a job, until that time.
    case deleted(Timestamp)
    /// There never was such a job.
    case unknown
}
