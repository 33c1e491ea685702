// SPDX-License-Identifier: Apache-2.0

/// How the runs of one job differ.
public struct Comparison: Hashable, Sendable, Codable {
    /// How many runs the spec asks for; those that were not begun are not among the job's.
    public var planned: Int
    /// How long the runs took by the clock; nil where none was carried out.
    public var wall: Spread?
    /// How much processor time they used.
    public var cpu: Spread?
    /// The ways in which they ended, the first run's first; one where all ended alike.
    public var ends: [End]
    /// Findings that some runs have and others have not, in the order of the first run that has it.
    public var findings: [FindingDifference]
    /// Outputs that are not as the first run's, in the order of the runs.
    public var outputs: [OutputDifference]
    /// How many differences there was no room for.
    public var omitted: Int

    /// Differences kept of each kind; nobody reads more, and every text of them is a program's.
    public static let differencesMax = 50

    /// A comparison of nothing, of a job with `planned` runs.
    public init(planned: Int) {
        self.planned = planned
        ends = []
        findings = []
        outputs = []
        omitted = 0
    }

    /// How a time is spread over the runs.
    public struct Spread: Hashable, Sendable, Codable {
        public var min: Seconds
        /// By nearest rank, like `p95`: a time that a run really had.
        public var median: Seconds
        public var p95: Seconds
        public var max: Seconds
        /// The run with the least time.
        public var fastest: Int
        /// The run with the most.
        public var slowest: Int

        /// A spread.
        public init(
            min: Seconds,
            median: Seconds,
            p95: Seconds,
            max: Seconds,
            fastest: Int,
            slowest: Int
        ) {
            self.min = min
            self.median = median
            self.p95 = p95
            self.max = max
            self.fastest = fastest
            self.slowest = slowest
        }
    }

    /// One way in which runs ended.
    public struct End: Hashable, Sendable, Codable {
        public var outcome: Outcome
        public var exit: Int?
        public var signal: String?
        /// The runs that ended so.
        public var runs: [Int]

        /// An end that `runs` came to.
        public init(outcome: Outcome, exit: Int?, signal: String?, runs: [Int]) {
            self.outcome = outcome
            self.exit = exit
            self.signal = signal
            self.runs = runs
        }
    }

    /// A finding that not all runs have.
    public struct FindingDifference: Hashable, Sendable, Codable {
        /// The same in each run.
        public var fingerprint: String?
        public var rule: String
        public var severity: Severity
        /// As the first run that has it says it.
        public var message: String
        public var path: String?
        public var line: Int?
        /// The runs that have it.
        public var runs: [Int]
        /// Those that have not.
        public var missing: [Int]

        /// `finding`, which `runs` have and `missing` have not.
        public init(_ finding: Finding, runs: [Int], missing: [Int]) {
            fingerprint = finding.fingerprint
            rule = finding.rule
            severity = finding.severity
            message = finding.message
            path = finding.location?.path
            line = finding.location?.line
            self.runs = runs
            self.missing = missing
        }
    }

    /// A stream that is not as the first run's.
    public struct OutputDifference: Hashable, Sendable, Codable {
        /// `stdout` or `stderr`.
        public var stream: String
        /// The runs that wrote this, all the same.
        public var runs: [Int]
        /// The run that they are compared with.
        public var against: Int
        /// The first line that differs, counting from 1.
        public var line: Int
        /// That line in `runs`; nil where they have fewer.
        public var text: String?
        /// That line in `against`; nil where it has fewer.
        public var other: String?
        /// Whether a part of either was dropped, so that only what was kept is compared.
        public var isCut: Bool

        /// A difference in `line`.
        public init(
            stream: String,
            runs: [Int],
            against: Int,
            line: Int,
            text: String?,
            other: String?,
            isCut: Bool
        ) {
            self.stream = stream
            self.runs = runs
            self.against = against
            self.line = line
            self.text = text
            self.other = other
            self.isCut = isCut
        }

        enum CodingKeys: String, CodingKey {
            case stream, runs, against, line, text, other
            case isCut = "cut"
        }
    }
}
