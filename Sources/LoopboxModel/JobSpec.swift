// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What a user asked for, complete: every default is filled in.
public struct JobSpec: Hashable, Sendable, Codable {
    /// The version of the spec's language; 1.
    public var version = 1
    /// The user's name for the job; empty where none was given.
    public var name = ""
    /// The user's marks, by which jobs are found again.
    public var labels: [String: String] = [:]
    /// What to run.
    public var program: Program
    /// What to watch.
    public var debug = DebugOptions()
    /// What it may use.
    public var limits = Limits()
    /// How it is isolated.
    public var sandbox = SandboxOptions()
    /// What is expected of each run; nil: there is no gate, and so no verdict.
    public var expect: Expectations?
    /// With which settings it is run.
    public var matrix = Matrix()
    /// How often it is run with each.
    public var repetition = Repetition()
    /// Which files to keep: paths relative to the work directory, with `*`, `?`, `[a-z]` and `**`.
    public var artifacts: [String] = []
    /// Whom to tell.
    public var webhooks: [WebhookTarget] = []

    /// A spec that runs `program` with every default.
    public init(program: Program) { self.program = program }
}

extension JobSpec {
    /// The program of a job.
    public struct Program: Hashable, Sendable, Codable {
        /// As the executable is called, `python3.13`, or `python` for the newest there is.
        public var runtime = "python"
        /// The files, by path relative to the work directory; `source` in a spec is one file
        /// `main.py`.
        public var files: [String: FileContent]
        /// What is run.
        public var start: Start
        /// After the program's own name.
        public var args: [String] = []
        /// What the program reads; nil: the null device.
        public var stdin: FileContent?
        /// On top of the clean environment.
        public var env: [String: String] = [:]

        /// The program in `files` that begins with `start`.
        public init(files: [String: FileContent], start: Start) {
            self.files = files
            self.start = start
        }
    }

    /// Where a program begins.
    public enum Start: Hashable, Sendable, Codable {
        /// A file that is run as a script.
        case entry(String)
        /// A module that is run as by `python -m`.
        case module(String)
    }

    /// What is in a file.
    public enum FileContent: Hashable, Sendable, Codable {
        /// Text, in UTF-8 when it is written.
        case text(String)
        /// Any bytes; base 64 in a spec.
        case bytes([UInt8])

        /// What is written to the file.
        public var bytes: [UInt8] {
            switch self {
            case .text(let text): Array(text.utf8)
            case .bytes(let bytes): bytes
            }
        }

        private enum CodingKeys: String, CodingKey { case text, base64 }

        /// Reads `{"text": …}` or `{"base64": …}`.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let text = try container.decodeIfPresent(String.self, forKey: .text) {
                self = .text(text)
                return
            }
            let base64 = try container.decode(String.self, forKey: .base64)
            guard let data = Data(base64Encoded: base64) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .base64,
                    in: container,
                    debugDescription: "no base 64"
                )
            }
            self = .bytes(Array(data))
        }

        /// Writes `{"text": …}` or `{"base64": …}`.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .text(let text): try container.encode(text, forKey: .text)
            case .bytes(let bytes):
                try container.encode(Data(bytes).base64EncodedString(), forKey: .base64)
            }
        }
    }

    /// Which of the interpreter's own diagnostics are on, and from when on they speak.
    public struct DebugOptions: Hashable, Sendable, Codable {
        /// asyncio's debug mode.
        public var asyncio = true
        /// From when on a callback counts as slow.
        public var slowCallbackDuration = Seconds(.milliseconds(100))
        /// Python's development mode, `-X dev`.
        public var devMode = true
        /// `-W` filters, in the order in which they are given to the interpreter.
        public var warnings = ["default"]
        /// Frames kept of the place where an object was allocated; 0: none.
        public var tracemalloc = 0
        /// How the interpreter allocates memory.
        public var malloc = Allocator.default
        /// Whether a fatal signal prints the threads' stacks.
        public var faulthandler = true
        /// Of the logger `asyncio`.
        public var logLevel = LogLevel.info
        /// What the event loop is, or waits with.
        public var loop = LoopKind.default
        /// Whether the stack of a callback that blocks is taken while it blocks.
        public var blockingStack = true
        /// Whether a run is ended at once when nothing can ever wake its event loop.
        public var deadlock = true
        /// Whether it is told where all tasks stand before a run is ended for its time.
        public var dumpTasksOnTimeout = true
        /// What is told of the life of tasks and of each callback.
        public var timeline = TimelineMode.tasks
        /// nil: random.
        public var hashSeed: UInt32?

        /// Everything as the defaults have it.
        public init() {}

        enum CodingKeys: String, CodingKey {
            case asyncio
            case slowCallbackDuration = "slow_callback_duration"
            case devMode = "dev_mode"
            case warnings
            case tracemalloc
            case malloc
            case faulthandler
            case logLevel = "log_level"
            case loop
            case blockingStack = "blocking_stack"
            case deadlock
            case dumpTasksOnTimeout = "dump_tasks_on_timeout"
            case timeline
            case hashSeed = "hash_seed"
        }
    }

    /// How an interpreter allocates memory.
    public enum Allocator: String, Hashable, Sendable, Codable, CaseIterable {
        /// As it does outside of development mode.
        case `default`
        /// With development mode's checks of what is written beside a block, or after it was freed.
        /// They double the time of pure Python.
        case debug
    }

    /// How much a timeline has.
    public enum TimelineMode: String, Hashable, Sendable, Codable, CaseIterable {
        /// There is none.
        case off
        /// The life of each task.
        case tasks
        /// Each callback and each step of a task as well.
        case callbacks
    }

    /// A level of the logger `asyncio`.
    public enum LogLevel: String, Hashable, Sendable, Codable, CaseIterable {
        case debug, info, warning, error
    }

    /// A selector that asyncio's event loop can stand on, or uvloop's loop in its place.
    public enum LoopKind: String, Hashable, Sendable, Codable, CaseIterable {
        case `default`, selector, epoll, poll, select, uvloop
    }

    /// What a run may use.
    public struct Limits: Hashable, Sendable, Codable {
        /// Of the wall clock, from the start of the interpreter on.
        public var time = Seconds(.seconds(10))
        /// Of processor time, over all processes of the run; nil: as much as of the clock.
        public var cpu: Seconds?
        /// Of memory that is the run's own, over all its processes.
        public var memory = ByteCount.mebibytes(256)
        /// Processes and threads at once.
        public var processes = 64
        /// Descriptors of a process.
        public var openFiles = 256
        /// Of a file; at level strict also of all files together.
        public var disk = ByteCount.mebibytes(64)
        /// Kept of each of stdout and stderr; what is more is counted and dropped.
        public var output = ByteCount.mebibytes(1)
        /// Between SIGTERM and SIGKILL.
        public var grace = Seconds(.seconds(1))

        /// Everything as the defaults have it.
        public init() {}
    }

    /// The isolation that a user asks for.
    public struct SandboxOptions: Hashable, Sendable, Codable {
        /// nil: `loopback` at level strict, else `none`.
        public var network: Network?
        /// The least; nil: the server's.
        public var level: Level?

        /// Everything as the defaults have it.
        public init() {}
    }

    /// What a program has of the network.
    public enum Network: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nothing but sockets between processes of this machine's kernel, AF_UNIX.
        case none
        /// A loopback interface of its own as well.
        case loopback
    }

    /// A level that a user can ask for.
    public enum Level: String, Hashable, Sendable, Codable, CaseIterable {
        case standard, strict
    }

    /// A URL that is told when something happens to the job.
    public struct WebhookTarget: Hashable, Sendable, Codable {
        /// Where the message is POSTed.
        public var url: String
        /// Which events it is told of.
        public var events = [WebhookEvent.jobCompleted]
        /// `whsec_…`; nil: one is made, and told in the answer to the submission.
        public var secret: String?
        /// How much the message says.
        public var payload = Payload.summary

        /// A target that is told of completed jobs.
        public init(url: String) { self.url = url }
    }

    /// How much a webhook message says.
    public enum Payload: String, Hashable, Sendable, Codable, CaseIterable {
        case thin, summary, full
    }
}

/// What a webhook message can be about.
public enum WebhookEvent: String, Hashable, Sendable, Codable, CaseIterable {
    case jobCompleted = "job.completed"
    case jobStarted = "job.started"
}
