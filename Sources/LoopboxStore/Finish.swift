// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// The end of a claimed job.
public struct Finish: Sendable {
    /// The right under which it ran.
    public var claim: Claim
    /// Why it ended.
    public var outcome: Outcome
    /// The gate's answer; nil where the spec has none.
    public var verdict: Verdict?
    /// What its runs gave.
    public var runs: [FinishedRun]
    /// What they say together.
    public var conclusion: Conclusion
    /// When it ended; nil: when this is stored.
    public var endedAt: Timestamp?
    /// The messages that are owed by this; nil: those of the store's outbox, which knows nothing of
    /// findings.
    public var deliveries: [Delivery]?

    /// The end of the job of `claim`.
    public init(
        claim: Claim,
        outcome: Outcome,
        verdict: Verdict?,
        runs: [FinishedRun],
        conclusion: Conclusion = Conclusion()
    ) {
        self.claim = claim
        self.outcome = outcome
        self.verdict = verdict
        self.runs = runs
        self.conclusion = conclusion
    }

    /// The job as it will be, had it ended at `endedAt`.
    public func job(endedAt: Timestamp) -> Job {
        var job = claim.job
        job.state = .completed
        job.outcome = outcome
        job.verdict = verdict
        // Nothing but the end of the claim changes the version of a running job.
        job.version += 1
        job.endedAt = endedAt
        job.runs = runs.map(\.record)
        job.conclusion = conclusion
        return job
    }
}

/// What one run gave, with what it wrote.
public struct FinishedRun: Sendable {
    /// What the supervisor saw.
    public var record: RunRecord
    /// The JSON of the ``RunDigest``: the program's word, which nobody here looks into.
    public var digest: [UInt8]
    /// What was kept of its standard output.
    public var stdout: CapturedOutput
    /// What was kept of its standard error.
    public var stderr: CapturedOutput
    /// The files that were kept, each path once.
    public var artifacts: [Artifact]
    /// The JSON of the ``Timeline``, likewise; nil: the program reported of no event loop.
    public var timeline: [UInt8]?

    /// What is known of the digest without looking into it.
    public var summary: Summary?

    /// What a digest came to.
    public struct Summary: Sendable {
        /// How many findings it lists.
        public var findings: Int
        /// Whether the run fails: by what is expected or, if nothing is, by an error that was found.
        public var hasFailed: Bool
        /// The gate's answer, of a job's only run.
        public var verdict: Verdict?
        /// Its reasons.
        public var conclusion: Conclusion

        /// What a digest came to.
        public init(findings: Int, hasFailed: Bool, verdict: Verdict?, conclusion: Conclusion) {
            self.findings = findings
            self.hasFailed = hasFailed
            self.verdict = verdict
            self.conclusion = conclusion
        }
    }

    /// A file that a run left.
    public struct Artifact: Sendable {
        /// Relative to the working directory.
        public var path: String
        /// What is in it.
        public var bytes: [UInt8]

        /// The file at `path` with `bytes` in it.
        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// A run.
    public init(
        record: RunRecord,
        digest: [UInt8],
        stdout: CapturedOutput,
        stderr: CapturedOutput,
        timeline: [UInt8]? = nil,
        artifacts: [Artifact] = []
    ) {
        self.record = record
        self.digest = digest
        self.stdout = stdout
        self.stderr = stderr
        self.timeline = timeline
        self.artifacts = artifacts
    }
}

/// What became of a finish.
public enum FinishResult: Hashable, Sendable {
    /// The job, as it is for ever, durably; its deliveries are owed.
    case finished(Job)
    /// The job was claimed by another worker, or deleted, meanwhile. Nothing was written: drop the
    /// report, the new owner makes its own.
    case leaseLost
}
