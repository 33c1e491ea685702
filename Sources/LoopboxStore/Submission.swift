// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// What became of a submitted job.
public enum Submission: Hashable, Sendable {
    /// It is in the queue, durably; `position` counts from 1, the next one to run.
    case accepted(position: Int)
    /// The same request gave this job before; nothing was written.
    case replayed(JobID)
    /// Another request with the same key gave this job; nothing was written.
    case conflict(JobID)
    /// As many jobs wait as may; nothing was written.
    case queueFull(queueMax: Int)
}
