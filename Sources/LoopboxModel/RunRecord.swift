// SPDX-License-Identifier: Apache-2.0

/// What the supervisor saw of one execution of a program.
///
/// Nothing in it is the program's own word, but for names of files that it left.
public struct RunRecord: Hashable, Sendable, Codable {
    /// Counts from 1.
    public var run: Int
    /// What the spec's matrix sets for this run; nil if it has none.
    public var cell: Cell?
    /// The interpreter with its full version, `python3.13.0`.
    public var runtime: String
    /// Why it ended.
    public var outcome: Outcome
    /// The exit status, if it exited.
    public var exit: Int?
    /// The signal's name, `SIGKILL`, if it died of one.
    public var signal: String?
    /// The end in a sentence.
    public var ending: String
    /// How long each part took. The program says when its event loops ran; that is held within what
    /// the supervisor measured.
    public var times: RunTimes
    /// What it used.
    public var usage: Usage
    /// The isolation that was really in force.
    public var sandbox: Attestation
    /// What it wrote to its standard output.
    public var stdout: OutputSummary
    /// What it wrote to its standard error.
    public var stderr: OutputSummary
    /// Whether the program's own report arrived whole and could be digested.
    public var reportState: ReportState
    /// The files that were kept; nil if none were asked for.
    public var artifacts: Artifacts?

    /// A record with all its parts.
    public init(
        run: Int,
        cell: Cell? = nil,
        runtime: String,
        outcome: Outcome,
        exit: Int?,
        signal: String?,
        ending: String,
        times: RunTimes,
        usage: Usage,
        sandbox: Attestation,
        stdout: OutputSummary,
        stderr: OutputSummary,
        reportState: ReportState,
        artifacts: Artifacts? = nil
    ) {
        self.run = run
        self.cell = cell
        self.runtime = runtime
        self.outcome = outcome
        self.exit = exit
        self.signal = signal
        self.ending = ending
        self.times = times
        self.usage = usage
        self.sandbox = sandbox
        self.stdout = stdout
        self.stderr = stderr
        self.reportState = reportState
        self.artifacts = artifacts
    }

    enum CodingKeys: String, CodingKey {
        case run
        case cell = "matrix"
        case runtime, outcome, exit, signal, ending, times, usage, sandbox, stdout, stderr
        case reportState = "report"
        case artifacts
    }
}
