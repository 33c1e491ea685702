// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// How a job's program is started: the interpreter itself, as by hand, with the harness on its
/// search path.
public struct PythonCommand: Hashable, Sendable {
    /// The executable first.
    public var arguments: [String]
    /// All of it: nothing is inherited.
    public var environment: [String: String]

    /// Where a run takes place.
    public struct Surroundings: Hashable, Sendable {
        /// The program's work directory, and its home.
        public var workDirectory: String
        /// For temporary files.
        public var temporaryDirectory: String
        /// The folder with ``PythonHarness/files``; no colon in it.
        public var harness: String
        /// The descriptor, in the child, that takes the report.
        public var reportDescriptor: Int32
        /// When the process is made, in nanoseconds of the machine's monotonic clock; nil: when the
        /// interpreter comes to the harness. Its time runs from then on.
        public var begun: Int64?
        /// Where the program finds commands.
        public var path: String

        /// The surroundings of a run.
        public init(
            workDirectory: String,
            temporaryDirectory: String,
            harness: String,
            reportDescriptor: Int32,
            begun: Int64? = nil,
            path: String = "/usr/local/bin:/usr/bin:/bin"
        ) {
            self.workDirectory = workDirectory
            self.temporaryDirectory = temporaryDirectory
            self.harness = harness
            self.reportDescriptor = reportDescriptor
            self.begun = begun
            self.path = path
        }
    }

    /// Runs the program of `spec` with `runtime`.
    ///
    /// Source: <https://docs.python.org/3/using/cmdline.html>.
    public init(spec: JobSpec, runtime: PythonRuntime, in surroundings: Surroundings) {
        let debug = spec.debug
        arguments = [runtime.executable] + Self.flags(debug)
        switch spec.program.start {
        case .entry(let file): arguments.append(file)
        case .module(let name): arguments += ["-m", name]
        }
        arguments += spec.program.args

        environment = Self.plainEnvironment(spec, in: surroundings)
        let userPath = environment["PYTHONPATH"]
        var settings = Settings(
            slowCallbackDuration: debug.slowCallbackDuration,
            asyncio: debug.asyncio,
            logLevel: debug.logLevel == JobSpec.DebugOptions().logLevel ? nil : debug.logLevel,
            loop: debug.loop,
            blockingStack: debug.blockingStack,
            deadlock: debug.deadlock,
            timeline: debug.timeline,
            begun: surroundings.begun,
            standingAt: debug.dumpTasksOnTimeout ? Self.standingTime(spec.limits.time) : nil,
            stacksAt: debug.dumpTasksOnTimeout ? Self.stacksTime(spec.limits.time) : nil,
            hidesMalloc: false,
            pythonPath: userPath
        )
        if environment["PYTHONMALLOC"] == nil, let allocator = Self.allocator(debug) {
            environment["PYTHONMALLOC"] = allocator
            settings.hidesMalloc = true
        }
        // An empty entry in the list would be the work directory.
        let rest = userPath.map { $0.isEmpty ? "" : ":" + $0 } ?? ""
        environment["PYTHONPATH"] = surroundings.harness + rest
        environment["LOOPBOX_REPORT_FD"] = "\(surroundings.reportDescriptor)"
        environment["LOOPBOX_CONFIG"] = settings.text
    }

    /// When a program says where it stands, counting from its beginning: so long before the `limit`
    /// that a loaded machine has time for it.
    private static func standingTime(_ limit: Seconds) -> Seconds {
        let margin = min(max(limit.duration / 5, .milliseconds(50)), .milliseconds(500))
        return Seconds(max(limit.duration - margin, .milliseconds(1)))
    }

    /// When its threads' stacks are written if it has not said so by then.
    private static func stacksTime(_ limit: Seconds) -> Seconds {
        Seconds(limit.duration - (limit.duration - standingTime(limit).duration) / 2)
    }

    /// The interpreter's options for `debug`.
    static func flags(_ debug: JobSpec.DebugOptions) -> [String] {
        var flags: [String] = []
        if debug.devMode { flags += ["-X", "dev"] }
        if debug.tracemalloc > 0 { flags += ["-X", "tracemalloc=\(debug.tracemalloc)"] }
        // Development mode has it already.
        if debug.faulthandler && !debug.devMode { flags += ["-X", "faulthandler"] }
        for filter in debug.warnings { flags += ["-W", filter] }
        return flags
    }

    /// The value of `PYTHONMALLOC`; nil: the interpreter's own choice is right.
    ///
    /// It overrides nothing of development mode but the allocator. Source:
    /// <https://docs.python.org/3/using/cmdline.html#envvar-PYTHONMALLOC>.
    private static func allocator(_ debug: JobSpec.DebugOptions) -> String? {
        switch debug.malloc {
        case .default: debug.devMode ? "pymalloc" : nil
        case .debug: debug.devMode ? nil : "debug"
        }
    }

    /// What the program finds in its environment.
    static func plainEnvironment(
        _ spec: JobSpec,
        in surroundings: Surroundings
    ) -> [String: String] {
        var environment = [
            "PATH": surroundings.path, "HOME": surroundings.workDirectory, "LANG": "C.UTF-8",
            "TMPDIR": surroundings.temporaryDirectory,
        ]
        if spec.debug.asyncio { environment["PYTHONASYNCIODEBUG"] = "1" }
        if let seed = spec.debug.hashSeed { environment["PYTHONHASHSEED"] = "\(seed)" }
        return environment.merging(spec.program.env) { _, own in own }
    }

    /// What the harness is told. Its keys are those that `loopbox_inside.py` reads.
    private struct Settings: Encodable {
        var slowCallbackDuration: Seconds
        var asyncio: Bool
        var logLevel: JobSpec.LogLevel?
        var loop: JobSpec.LoopKind
        var blockingStack: Bool
        var deadlock: Bool
        var timeline: JobSpec.TimelineMode
        var begun: Int64?
        var standingAt: Seconds?
        var stacksAt: Seconds?
        /// Whether the program did not ask for the `PYTHONMALLOC` that is there.
        var hidesMalloc: Bool
        var pythonPath: String?

        enum CodingKeys: String, CodingKey {
            case slowCallbackDuration = "slow_callback_duration"
            case asyncio
            case logLevel = "log_level"
            case loop
            case blockingStack = "blocking_stack"
            case deadlock, timeline, begun
            case standingAt = "standing_at"
            case stacksAt = "stacks_at"
            case hidesMalloc = "hides_malloc"
            case pythonPath = "pythonpath"
        }

        var text: String {
            // Only a number that is none could fail, and a span is always one.
            let bytes = (try? JSONText().encode(self)) ?? Array("{}".utf8)
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
