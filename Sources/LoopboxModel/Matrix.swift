// SPDX-License-Identifier: Apache-2.0

/// One key of a spec and the value that a run had for it.
public struct Setting: Hashable, Sendable, Codable {
    /// The path of the key, `program.runtime`.
    public var key: String
    /// What it was set to.
    public var value: SpecValue

    /// `key` set to `value`.
    public init(key: String, value: SpecValue) {
        self.key = key
        self.value = value
    }
}

/// What a matrix sets for one run: an object in JSON, with its keys in the order of the alphabet.
public struct Cell: Hashable, Sendable {
    /// By key.
    public let settings: [Setting]

    /// One of ``Matrix/cells``.
    public init(_ settings: [Setting]) { self.settings = settings.sorted { $0.key < $1.key } }

    /// What `key` is set to; nil: it is none of the matrix.
    public func value(of key: String) -> SpecValue? { settings.first { $0.key == key }?.value }
}

extension Cell: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads `{"program.runtime": "python3.13"}`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            try container.allKeys.map { key in
                Setting(
                    key: key.stringValue,
                    value: try container.decode(SpecValue.self, forKey: key)
                )
            }
        )
    }

    /// Writes `{"program.runtime": "python3.13"}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for setting in settings {
            try container.encode(setting.value, forKey: Key(stringValue: setting.key))
        }
    }
}

/// The values of several keys with which a program is run, each with each.
public struct Matrix: Hashable, Sendable, Codable {
    /// A key and the values that it takes one after the other.
    public struct Axis: Hashable, Sendable, Codable {
        /// The path of the key, `program.runtime`.
        public var key: String
        /// Each once, in the order in which they were written.
        public var values: [SpecValue]

        /// `key` with each of `values`.
        public init(key: String, values: [SpecValue]) {
            self.key = key
            self.values = values
        }
    }

    /// In the order in which they were written.
    public var axes: [Axis] = []
    /// Combinations that are left out: those that have all of these settings.
    public var exclude: [[Setting]] = []

    /// Combinations at most: as many interpreters and switches as a person compares.
    public static let cellsMax = 32

    /// No axis: one run with what the spec says.
    public init() {}

    /// The combinations, what was excluded left out: the first axis changes slowest, the last one
    /// fastest. Without axes it is one, which changes nothing.
    ///
    /// - Complexity: the product of the axes, which ``cellsMax`` bounds in every spec that was taken.
    public var cells: [[Setting]] {
        var cells: [[Setting]] = [[]]
        for axis in axes {
            cells = cells.flatMap { cell in
                axis.values.map { cell + [Setting(key: axis.key, value: $0)] }
            }
        }
        return cells.filter { cell in
            !exclude.contains { excluded in excluded.allSatisfy(cell.contains) }
        }
    }
}

/// How often each combination is run.
public struct Repetition: Hashable, Sendable, Codable {
    /// How often.
    public var count = 1
    /// Whether no further run is begun after one that failed.
    public var stopOnFailure = false
    /// How many runs of the job may go on at once; also those of a matrix.
    public var parallel = 1

    /// Of one combination; a machine gives no more to learn from more.
    public static let countMax = 100
    /// Of runs at once.
    public static let parallelMax = 8
    /// Runs of one job, matrix and repetition together: its report is held in memory as a whole.
    public static let runsMax = 200

    /// Kept of the outputs of all runs of a job together: they are compared in memory.
    public static let outputsMax = ByteCount.mebibytes(64)

    /// `count` times, one after the other.
    public init(count: Int = 1) { self.count = count }

    enum CodingKeys: String, CodingKey {
        case count
        case stopOnFailure = "stop_on_failure"
        case parallel
    }
}

extension JobSpec {
    /// How many runs the job has, if none is left out.
    public var runCount: Int { matrix.cells.count * repetition.count }

    /// The settings of run `number`, which counts from 1: all repetitions of the first combination
    /// come first.
    public func cell(ofRun number: Int) -> [Setting] {
        matrix.cells[(number - 1) / repetition.count]
    }

    /// The most that `limits.output` can be with as many runs: each has two streams.
    public var outputMax: ByteCount {
        let share = Repetition.outputsMax.bytes / (2 * max(runCount, 1))
        return .kibibytes(share >> 10)
    }

    /// Kept of the artifacts of one run, and of those of a whole job.
    public static let artifactsOfRunMax = ByteCount.mebibytes(16)
    public static let artifactsMax = ByteCount.mebibytes(64)

    /// What each of its runs may keep of artifacts: an even share, so that what is kept does not
    /// depend on which run ends first.
    public var artifactsShare: ByteCount {
        min(Self.artifactsOfRunMax, ByteCount(bytes: Self.artifactsMax.bytes / max(runCount, 1)))
    }

    /// Of what the programs of all runs report of themselves: it is held in memory until they have
    /// ended.
    public static let reportsMax = ByteCount.mebibytes(256)

    /// What the program of each run may report; a thousand findings where there are most runs.
    public var reportShare: ByteCount {
        ByteCount(bytes: Self.reportsMax.bytes / max(runCount, 1))
    }

    /// Bytes of the JSON of one run's digest, such that those of all runs stay within
    /// ``RunDigest/bytesOfJobMax``.
    public var digestShare: ByteCount {
        ByteCount(bytes: min(RunDigest.bytesMax, RunDigest.bytesOfJobMax / max(runCount, 1)))
    }
}
