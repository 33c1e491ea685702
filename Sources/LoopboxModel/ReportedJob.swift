// SPDX-License-Identifier: Apache-2.0

/// A job together with what its programs reported of themselves: all that there is to show.
///
/// The parts of the job are reached as if they were its own.
@dynamicMemberLookup
public struct ReportedJob: Hashable, Sendable {
    /// The job; its records are in ``runs``.
    public var job: Job
    /// Its runs, in the order of their numbers.
    public var runs: [RunReport]

    /// `job`, with the digest of each of its runs in `digests`.
    public init(_ job: Job, digests: [RunDigest] = []) {
        self.job = job
        runs = zip(job.runs, digests).map(RunReport.init)
    }

    /// `job` with `runs`, whose records become the job's.
    public init(_ job: Job, runs: [RunReport]) {
        self.job = job
        self.job.runs = runs.map(\.record)
        self.runs = runs
    }

    /// A part of the job.
    public subscript<Value>(dynamicMember path: KeyPath<Job, Value>) -> Value { job[keyPath: path] }

    /// A part of the job.
    public subscript<Value>(dynamicMember path: WritableKeyPath<Job, Value>) -> Value {
        get { job[keyPath: path] }
        set { job[keyPath: path] = newValue }
    }
}
