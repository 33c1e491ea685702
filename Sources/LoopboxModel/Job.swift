// SPDX-License-Identifier: Apache-2.0

/// Where a job stands.
public enum JobState: String, Hashable, Sendable, Codable, CaseIterable {
    case queued, running, completed
}

/// Why a run, and with it its job, ended.
public enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
    case exited, signaled, cancelled, expired, deadlocked, lost
    case timedOut = "timed_out"
    case cpuExceeded = "cpu_exceeded"
    case memoryExceeded = "memory_exceeded"
    case buildFailed = "build_failed"
    case sandboxFailed = "sandbox_failed"
}

/// The gate's answer.
public enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
    case passed, failed
}

/// One submitted spec and all that became of it.
public struct Job: Sendable, Hashable, Codable {
    /// Its name for ever.
    public let id: JobID
    /// What was asked for.
    public var spec: JobSpec
    /// Where it stands.
    public var state: JobState
    /// Why it ended; nil until then.
    public var outcome: Outcome?
    /// The gate's answer; nil where the spec has none.
    public var verdict: Verdict?
    /// Rises with each change; the entity tag.
    public var version: Int
    /// How often a worker has begun it.
    public var attempt: Int
    /// When it was accepted.
    public let createdAt: Timestamp
    /// When a worker last began it.
    public var startedAt: Timestamp?
    /// When it ended.
    public var endedAt: Timestamp?
    /// What the supervisor saw of its runs; empty until it has ended.
    public var runs: [RunRecord]
    /// What they say together; empty until it has ended.
    public var conclusion: Conclusion

    /// A job as the store has it.
    public init(
        id: JobID,
        spec: JobSpec,
        state: JobState,
        outcome: Outcome? = nil,
        verdict: Verdict? = nil,
        version: Int = 1,
        attempt: Int = 0,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil,
        endedAt: Timestamp? = nil,
        runs: [RunRecord] = [],
        conclusion: Conclusion = Conclusion()
    ) {
        self.id = id
        self.spec = spec
        self.state = state
        self.outcome = outcome
        self.verdict = verdict
        self.version = version
        self.attempt = attempt
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.runs = runs
        self.conclusion = conclusion
    }
}
