// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// What shall be run, and within which bounds.
public struct SandboxCommand: Sendable {
    /// The program's file; empty: nothing is run, and only the isolation is tried.
    public var path: String
    /// With the program's own name first.
    public var arguments: [String]
    /// Complete.
    public var environment: [String: String]
    /// Where it starts.
    public var directory: String
    /// What it reads; nil: the null device.
    public var stdin: [UInt8]?
    /// Its bounds.
    public var limits: JobSpec.Limits
    /// Which files of the working directory are kept: patterns as a spec has them.
    public var artifacts: [String]
    /// How much of them is kept, all together.
    public var artifactsMax: ByteCount
    /// How it is isolated; nil: not at all.
    public var confinement: Confinement?
    /// An open descriptor of the caller's to which the program reports; nil: what it reports is handed
    /// over as it comes.
    public var report: CInt?

    /// A command with all its parts.
    public init(
        path: String,
        arguments: [String],
        environment: [String: String],
        directory: String,
        stdin: [UInt8]?,
        limits: JobSpec.Limits,
        artifacts: [String] = [],
        artifactsMax: ByteCount = JobSpec.artifactsOfRunMax,
        confinement: Confinement? = nil,
        report: CInt? = nil
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.stdin = stdin
        self.limits = limits
        self.artifacts = artifacts
        self.artifactsMax = artifactsMax
        self.confinement = confinement
        self.report = report
    }

    /// The descriptor on which the program reports; what it writes there is handed over as it
    /// comes.
    public static let reportDescriptor: CInt = 3

    /// How a program is isolated, and what it sees nevertheless.
    public struct Confinement: Sendable {
        /// `standard` or `strict`; it is not run with less.
        public var level: JobSpec.Level
        /// `loopback` is there at level strict only.
        public var network: JobSpec.Network
        /// An empty directory of the run, below which the working directory is. There, and nowhere
        /// else, the program can write.
        public var runDirectory: String
        /// The program's files, by path relative to the working directory.
        public var files: [(path: String, bytes: [UInt8])]
        /// Folders and files, beside those of the system, that it can read and execute.
        public var runtimes: [String]
        /// Folders and files that it can read.
        public var readable: [String]

        /// A confinement with all its parts.
        public init(
            level: JobSpec.Level,
            network: JobSpec.Network,
            runDirectory: String,
            files: [(path: String, bytes: [UInt8])] = [],
            runtimes: [String] = [],
            readable: [String] = []
        ) {
            self.level = level
            self.network = network
            self.runDirectory = runDirectory
            self.files = files
            self.runtimes = runtimes
            self.readable = readable
        }
    }
}
