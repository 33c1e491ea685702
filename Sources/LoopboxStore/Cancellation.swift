// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// What became of the wish to cancel a job.
public enum Cancellation: Hashable, Sendable {
    /// It waited; now it is completed with the outcome `cancelled`, durably.
    case cancelled(Job)
    /// It runs. The wish is noted: if the worker dies, the job is not begun again. Whoever runs it
    /// ends it.
    case running
    /// It had ended before.
    case completed
    /// It was deleted at that time.
    case deleted(Timestamp)
    /// There never was such a job.
    case unknown
}
