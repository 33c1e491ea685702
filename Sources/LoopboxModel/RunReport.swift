// SPDX-License-Identifier: Apache-2.0

/// What one execution of a program gave: what the supervisor saw, and what the program reported of
/// itself. The program can lie only about the latter.
///
/// The parts of both are reached as if they were its own.
@dynamicMemberLookup
public struct RunReport: Hashable, Sendable {
    /// What the supervisor saw.
    public var record: RunRecord
    /// What the program reported of itself.
    public var digest: RunDigest

    /// The two parts of a report.
    public init(_ record: RunRecord, _ digest: RunDigest) {
        self.record = record
        self.digest = digest
    }

    /// A part of what the supervisor saw.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RunRecord, Value>) -> Value {
        get { record[keyPath: path] }
        set { record[keyPath: path] = newValue }
    }

    /// A part of what the program reported.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RunDigest, Value>) -> Value {
        get { digest[keyPath: path] }
        set { digest[keyPath: path] = newValue }
    }

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
        record = RunRecord(
            run: run,
            cell: cell,
            runtime: runtime,
            outcome: outcome,
            exit: exit,
            signal: signal,
            ending: ending,
            times: times,
            usage: usage,
            sandbox: sandbox,
            stdout: stdout,
            stderr: stderr,
            reportState: reportState,
            artifacts: artifacts
        )
        digest = RunDigest(
            unseen: unseen,
            standing: standing,
            loops: loops,
            findings: findings
        )
    }
}

/// As one object: first what the supervisor saw.
extension RunReport: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try RunRecord(from: decoder), try RunDigest(from: decoder))
    }

    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        try digest.encode(to: encoder)
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
