// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// What a digest process has to know of a run that has ended, beside the program's report.
///
/// With it go what the program wrote: the head and the tail of standard output, then those of
/// standard error.
public struct RunTask: Sendable, Codable {
    /// The job's spec with the settings of this run.
    public var spec: JobSpec
    /// What the supervisor saw. Times are counted as if there had been no event loop.
    public var record: RunRecord
    /// When the process was made, in nanoseconds of CLOCK_MONOTONIC.
    public var startedAt: Int64
    /// When its end was noticed, likewise.
    public var endedAt: Int64
    /// Whether it was ended from outside.
    public var wasEnded: Bool
    /// The directory of the run.
    public var directory: String
    /// Bytes that were dropped between head and tail.
    public var dropped: [Int]
    /// Bytes of the JSON of the digest at the most.
    public var bytesMax: Int
    /// Whether it is the only run of its job, which then is judged by it.
    public var isOnly: Bool

    /// A run of a program of `spec`.
    public init(
        spec: JobSpec,
        record: RunRecord,
        startedAt: Int64,
        endedAt: Int64,
        wasEnded: Bool,
        directory: String,
        dropped: [Int],
        bytesMax: Int,
        isOnly: Bool
    ) {
        self.spec = spec
        self.record = record
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.wasEnded = wasEnded
        self.directory = directory
        self.dropped = dropped
        self.bytesMax = bytesMax
        self.isOnly = isOnly
    }
}

/// What came of a run's report. Behind it come the JSON of the digest and of the timeline, empty if
/// the program reported of no event loop.
struct RunAnswer: Codable {
    var reportState: ReportState
    /// With the times that the program reported of its event loops.
    var times: RunTimes
    /// How many findings there are.
    var findings: Int
    /// Whether the run fails: by what is expected or, if nothing is, by an error that was found.
    var hasFailed: Bool
    /// Of a job's only run: the gate's answer with its reasons.
    var verdict: Verdict?
    var conclusion: Conclusion?
}
