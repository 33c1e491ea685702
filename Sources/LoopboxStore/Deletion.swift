// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// What became of the wish to delete a job.
public enum Deletion: Hashable, Sendable {
    /// It is gone, with its outputs and deliveries. Where `state` says that it was running, its
    /// claim is void: whoever runs it ends it.
    case deleted(state: JobState)
    /// It was deleted at that time, before.
    case deletedBefore(Timestamp)
    /// There never was such a job.
    case unknown
}
