// SPDX-License-Identifier: Apache-2.0

/// What one execution of a program gave.
///
/// What the supervisor saw (how it ended, times, usage, bytes) and what the program reported of
/// itself (`findings`, `reportState`) are kept apart: the program can lie only about the latter.
public struct RunReport: Hashable, Sendable, Codable {
    /// Counts from 1.
    public var run: Int
    /// What the spec's matrix sets for this run; nil: it has none.
    public var cell: Cell?
    /// The interpreter with its full version, `python3.13.0`.
    public var runtime: String
    /// Why it ended.
    public var outcome: Outcome
    /// The exit status, where it exited.
    public var exit: Int?
    /// The signal's name, `SIGKILL`, where it died of one.
    public var signal: String?
    /// The end in a sentence.
    public var ending: String
    /// How long each part took.
    public var times: RunTimes
    /// What it used.
    public var usage: Usage
    /// The isolation that was really in force.
    public var sandbox: Attestation
    /// What it wrote to its standard output.
    public var stdout: OutputSummary
    /// What it wrote to its standard error.
    public var stderr: OutputSummary
    /// Whether the program's own report arrived whole.
    public var reportState: ReportState
    /// The files that were kept; nil where none were asked for.
    public var artifacts: Artifacts?
    /// The rules that could not be seen, because the program ran a loop that hides them; nil: none.
    public var unseen: [String]?
    /// Where everything stood when it was ended for not ending by itself; nil: it ended otherwise, or
    /// had no event loop that could have told.
    public var standing: Standing?
    /// What its event loops did; nil: nothing was told of any.
    public var loops: [LoopTimings]?
    /// What was found, in the order of the places.
    public var findings: [Finding]

    /// A report with all its parts.
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
        artifacts: Artifacts? = nil,
        unseen: [String]? = nil,
        standing: Standing? = nil,
        loops: [LoopTimings]? = nil,
        findings: [Finding]
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
        self.unseen = unseen
        self.standing = standing
        self.loops = loops
        self.findings = findings
    }

    enum CodingKeys: String, CodingKey {
        case run
        case cell = "matrix"
        case runtime, outcome, exit, signal, ending, times, usage, sandbox, stdout, stderr
        case reportState = "report"
        case artifacts, unseen, standing, loops, findings
    }
}

/// How long each part of a run took.
public struct RunTimes: Hashable, Sendable, Codable {
    /// From the claim to the moment before the process was made.
    public var setup: Seconds
    /// From there until the interpreter ran the first line of the harness; nil: it never did.
    public var start: Seconds?
    /// From there until the first event loop ran: imports, and what else the program did before it;
    /// nil: nothing was told of any loop, and the time is in `run`.
    public var imports: Seconds?
    /// From there until the last event loop stopped, or else until the process ended.
    public var run: Seconds
    /// From there until the process ended; nil where `run` lasts until then.
    public var shutdown: Seconds?
    /// From there until the report was complete; nil in reports that did not have it yet.
    public var collect: Seconds?
    /// From the claim until the report was complete.
    public var total: Seconds

    /// As long as the process lived, which is what `limits.time` bounds.
    public var wall: Seconds {
        let parts = [start, imports, run, shutdown].compactMap { $0?.duration }
        return Seconds(parts.reduce(.zero, +))
    }

    /// The same with `run` divided into what came before, in and after the event loops that ran.
    public func divided(by loops: [LoopTimings]) -> RunTimes {
        guard let first = loops.map(\.started).min() else { return self }
        let stops = loops.map(\.stopped)
        let last = stops.contains(nil) ? run : min(stops.compactMap(\.self).max() ?? run, run)
        var times = self
        times.imports = first
        times.run = Seconds(max(last.duration - first.duration, .zero))
        times.shutdown = stops.contains(nil) ? nil : Seconds(run.duration - last.duration)
        return times
    }

    /// Times of a run.
    public init(
        setup: Seconds,
        start: Seconds?,
        imports: Seconds? = nil,
        run: Seconds,
        shutdown: Seconds? = nil,
        collect: Seconds? = nil,
        total: Seconds
    ) {
        self.setup = setup
        self.start = start
        self.imports = imports
        self.run = run
        self.shutdown = shutdown
        self.collect = collect
        self.total = total
    }
}

/// What a run used, as the kernel counted it for the process and the children it waited for.
///
/// Source: wait4(2), getrusage(2).
public struct Usage: Hashable, Sendable, Codable {
    /// In user mode.
    public var cpuUser: Seconds
    /// In the kernel.
    public var cpuSystem: Seconds
    /// The largest resident set of one process.
    public var maxRSS: ByteCount
    /// How often a thread gave the processor away because it had to wait; nil in reports that did not
    /// have it yet.
    public var switchesVoluntary: Int?
    /// How often it was taken from one; likewise.
    public var switchesInvoluntary: Int?

    /// The two together.
    public var cpu: Seconds { Seconds(cpuUser.duration + cpuSystem.duration) }

    /// What the kernel counted.
    public init(
        cpuUser: Seconds,
        cpuSystem: Seconds,
        maxRSS: ByteCount,
        switchesVoluntary: Int? = nil,
        switchesInvoluntary: Int? = nil
    ) {
        self.cpuUser = cpuUser
        self.cpuSystem = cpuSystem
        self.maxRSS = maxRSS
        self.switchesVoluntary = switchesVoluntary
        self.switchesInvoluntary = switchesInvoluntary
    }

    enum CodingKeys: String, CodingKey {
        case cpuUser = "cpu_user"
        case cpuSystem = "cpu_system"
        case maxRSS = "max_rss"
        case switchesVoluntary = "switches_voluntary"
        case switchesInvoluntary = "switches_involuntary"
    }
}

/// The isolation that was in force in a run's processes.
public struct Attestation: Hashable, Sendable, Codable {
    /// The level that all the layers together make.
    public enum Level: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
        /// No isolation that withstands an attack.
        case none
        /// What an ordinary container allows: Landlock, a seccomp filter, limits, a keeper.
        case standard
        /// All of that in namespaces of its own.
        case strict

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// The level.
    public var level: Level
    /// The layers by name, `no_new_privs`, `rlimits`.
    public var layers: [String]
    /// What of the network the program had; nil: all that the machine has.
    public var network: JobSpec.Network?

    /// `layers` were in force.
    public init(level: Level, layers: [String], network: JobSpec.Network? = nil) {
        self.level = level
        self.layers = layers
        self.network = network
    }
}

/// What became of one of the two output streams.
public struct OutputSummary: Hashable, Sendable, Codable {
    /// What the program wrote.
    public var written: ByteCount
    /// What of it was kept: a head and a tail.
    public var kept: ByteCount

    /// Whether something in the middle was dropped.
    public var isTruncated: Bool { written != kept }

    /// `kept` of `written` bytes.
    public init(written: ByteCount, kept: ByteCount) {
        self.written = written
        self.kept = kept
    }
}

/// Whether a program's own report can be relied on to be whole.
public enum ReportState: String, Hashable, Sendable, Codable, CaseIterable {
    /// The interpreter said its last word.
    case complete
    /// It did not: killed, `os._exit`, the channel closed, or a frame that was none.
    case incomplete
}
