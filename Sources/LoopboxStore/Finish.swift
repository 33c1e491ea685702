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
}

/// What one run gave, with what it wrote.
public struct FinishedRun: Sendable {
    /// The numbers and findings.
    public var report: RunReport
    /// What was kept of its standard output.
    public var stdout: CapturedOutput
    /// What was kept of its standard error.
    public var stderr: CapturedOutput
    /// The files that were kept, each path once.
    public var artifacts: [Artifact]
    /// What its event loops did; nil: nothing was told of any.
    public var timeline: Timeline?

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
        report: RunReport,
        stdout: CapturedOutput,
        stderr: CapturedOutput,
        timeline: Timeline? = nil,
        artifacts: [Artifact] = []
    ) {
        self.report = report
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
