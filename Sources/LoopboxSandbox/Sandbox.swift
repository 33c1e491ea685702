// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Loop
public import LoopSystem
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
    /// How it is isolated; nil: not at all.
    public var confinement: Confinement?

    /// A command with all its parts.
    public init(
        path: String,
        arguments: [String],
        environment: [String: String],
        directory: String,
        stdin: [UInt8]?,
        limits: JobSpec.Limits,
        artifacts: [String] = [],
        confinement: Confinement? = nil
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.stdin = stdin
        self.limits = limits
        self.artifacts = artifacts
        self.confinement = confinement
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

/// What the supervisor saw of a run.
public struct SandboxResult: Sendable {
    /// How the process ended and what it used.
    public var exit: Exit
    /// Why it ended, where that was not its own doing.
    public var intervention: Intervention?
    /// When the process was made.
    public var startedAt: MonotonicTime
    /// When its end was noticed.
    public var endedAt: MonotonicTime
    /// What it wrote.
    public var stdout: CapturedOutput
    /// What it wrote.
    public var stderr: CapturedOutput
    /// What was in force.
    public var attestation: Attestation
    /// The files that were kept; nil where none were asked for.
    public var artifacts: CollectedArtifacts?
    /// Processes that were still there when the program had ended, and were killed.
    public var endedProcesses = 0

    /// Why a run was ended from outside.
    public enum Intervention: Hashable, Sendable {
        /// It was over its wall limit. `killed` tells whether SIGTERM was not enough.
        case timedOut(killed: Bool)
        /// Its processes together were over their processor time.
        case cpuExceeded(killed: Bool)
        /// Its processes together had this much memory, and were killed.
        case memoryExceeded(ByteCount)
        /// It had this many processes and threads, and was killed.
        case processesExceeded(Int)
        /// Somebody asked for it. `killed` tells whether SIGTERM was not enough.
        case cancelled(killed: Bool)
    }
}

/// Runs programs as children, isolated as far as was asked for, and says what was in force. On the
/// loop.
///
/// How this works. Without a confinement a program is the server's child, in a session of its own,
/// with a few limits and a clean environment; nothing of that withstands an attack. With one, the
/// child isolates itself (`prepare.c`) and becomes the run's keeper (`keeper.c`), whose child the
/// program is. In the program's process every layer is tried before the program takes it over; what
/// was found is the attestation. Where something is missing the program is not run.
public final class Sandbox {
    private let loop: EventLoop
    /// What marks the processes of this sandbox's runs, together with the run's name.
    private let instance: String
    /// Looks at what runs use: on a machine that is full of their processes, reading about them takes
    /// longer than the loop may stand still.
    private let watcher = ThreadPoolExecutor(name: "watch", threads: 1)
    /// What isolation needs and is made once; nil until it is needed.
    private var facilities: Facilities?

    /// The variable by which a run's processes are found again.
    private static let markName = "LOOPBOX_RUN"
    /// How long the pipes are still read after everything was killed, for what lies in them.
    private static let drainLimit: Duration = .seconds(1)

    /// A sandbox whose processes bear `instance` in their mark. What earlier runs of the same
    /// instance left behind, after a crash of ours, is killed.
    ///
    /// - Parameter adoptsOrphans: whether this process becomes the parent of descendants that lose
    ///   theirs, for good. Without that, what leaves its session outlives its run.
    public init(
        on loop: EventLoop,
        instance: String,
        adoptsOrphans: Bool = true
    ) throws(SandboxError) {
        self.loop = loop
        self.instance = instance
        if adoptsOrphans {
            do {
                try becomeSubreaper()
            } catch {
                throw .channel(error.description)
            }
        }
        Descendants.endAll(markedWith: "\(Self.markName)=\(instance)/")
    }

    /// A run that is under way, for whoever may want to end it.
    public final class Run {
        private var process: Subprocess?
        private var grace: Duration = .zero
        fileprivate var intervention: SandboxResult.Intervention?
        private let loop: EventLoop
        private var isCancelled = false
        private var hasKeeper = false
        fileprivate var tasksSeen = 0
        private var nextLook: TimerHandle?

        /// How long a keeper may take to kill everything before it is killed itself.
        private static let keeperLimit: Duration = .seconds(2)

        fileprivate init(loop: EventLoop) { self.loop = loop }

        /// Asks the program to end, and kills it when its grace is over. Before the process is
        /// there, it is ended as soon as it is.
        public func cancel() {
            isCancelled = true
            guard process != nil, intervention == nil else { return }
            intervene(.cancelled(killed: false))
        }

        fileprivate func begin(
            _ process: Subprocess,
            hasKeeper: Bool,
            limits: JobSpec.Limits
        ) -> TimerHandle? {
            self.process = process
            self.hasKeeper = hasKeeper
            grace = limits.grace.duration
            if isCancelled { cancel() }
            return try? loop.callLater(limits.time.duration) { [weak self] in
                guard let self, self.intervention == nil else { return }
                self.intervene(.timedOut(killed: false))
            }
        }

        fileprivate func end() {
            process = nil
            nextLook?.cancel()
        }

        /// Compares what all processes use with the limits, until the run ends.
        fileprivate func watch(
            _ limits: JobSpec.Limits,
            by watcher: ThreadPoolExecutor,
            _ usage: @escaping @Sendable () -> TreeUsage
        ) {
            let used = Future<TreeUsage>(on: loop)
            used.addDoneCallback { [weak self] used in
                guard let self, self.process != nil, let found = try? used.result() else { return }
                self.compare(found, with: limits)
                self.watch(limits, by: watcher, usage)
            }
            nextLook = try? loop.callLater(Sandbox.watchInterval) { [loop] in
                try? watcher.submit {
                    let found = usage()
                    loop.callSoonThreadsafe { try? used.setResult(found) }
                }
            }
        }

        private func compare(_ usage: TreeUsage, with limits: JobSpec.Limits) {
            guard let process, !process.exited.isDone else { return }
            tasksSeen = usage.tasks
            if usage.memory > limits.memory {
                kill(.memoryExceeded(usage.memory))
            } else if usage.tasks > limits.processes {
                kill(.processesExceeded(usage.tasks))
            } else if usage.cpu > (limits.cpu ?? limits.time).duration, intervention == nil {
                intervene(.cpuExceeded(killed: false))
            }
        }

        private func intervene(_ reason: SandboxResult.Intervention) {
            intervention = reason
            if hasKeeper {
                process?.sendSignal(SIGTERM)
            } else {
                process?.sendToGroup(SIGTERM)
                // A stopped process takes the signal only when it goes on.
                process?.sendToGroup(SIGCONT)
            }
            _ = try? loop.callLater(grace) { [weak self] in
                guard let self, let process = self.process, !process.exited.isDone else { return }
                switch reason {
                case .cancelled: self.kill(.cancelled(killed: true))
                case .cpuExceeded: self.kill(.cpuExceeded(killed: true))
                default: self.kill(.timedOut(killed: true))
                }
            }
        }

        private func kill(_ reason: SandboxResult.Intervention) {
            guard let process else { return }
            intervention = reason
            guard hasKeeper else { return process.sendToGroup(SIGKILL) }
            process.sendSignal(Keeper.endAll)
            _ = try? loop.callLater(Self.keeperLimit) { [weak self] in
                guard let process = self?.process, !process.exited.isDone else { return }
                process.kill()
            }
        }
    }

    /// How often a run's use is looked at: a program allocates about a gigabyte in a second.
    static let watchInterval: Duration = .milliseconds(50)

    /// A run to give to ``run(_:name:as:report:)``.
    public func newRun() -> Run { Run(loop: loop) }

    /// Runs `command` to its end and leaves no process of it behind.
    ///
    /// - Parameters:
    ///   - name: of the run, unique among those under way.
    ///   - run: by which it can be cancelled.
    ///   - report: is handed what the program writes to its report descriptor, as it comes.
    /// - Throws: ``SandboxError`` where the program could not be started, or not with the isolation
    ///   that was asked for. Nothing of it runs then.
    public func run(
        _ command: SandboxCommand,
        name: String,
        as run: Run,
        report: @escaping (UnsafeRawBufferPointer) -> Void
    ) async throws(SandboxError) -> SandboxResult {
        let mark = "\(Self.markName)=\(instance)/\(name)"
        let stdout = CaptureBox(limit: command.limits.output)
        let stderr = CaptureBox(limit: command.limits.output)
        let told = ToldBox()
        var readers: [PipeReader] = []
        var plan = ProcessPlan(
            path: command.path,
            arguments: command.arguments,
            environment: command.environment.map { "\($0.key)=\($0.value)" }.sorted() + [mark]
        )
        plan.hasNewSession = true
        plan.deathSignal = SIGKILL
        let isolation: ConfinedRun?
        if let confinement = command.confinement {
            let confined = try confined(confinement, command)
            confined.apply(to: &plan)
            isolation = confined
        } else {
            isolation = nil
            plan.directory = command.directory
            plan.hasNoNewPrivileges = true
            plan.limits = Self.limits
        }
        var writer: PipeWriter?
        let startedAt: MonotonicTime
        let process: Subprocess
        do {
            let null = try FileDescriptor.null()
            let input = try FileDescriptor.pipe()
            plan.descriptors[0] = command.stdin == nil ? null.number : input.reading.number
            let output = try FileDescriptor.pipe()
            let errors = try FileDescriptor.pipe()
            let reports = try FileDescriptor.pipe()
            let status = try FileDescriptor.pipe()
            plan.descriptors[1] = output.writing.number
            plan.descriptors[2] = errors.writing.number
            plan.descriptors[SandboxCommand.reportDescriptor] = reports.writing.number
            // One by one: whatever fails, the ones before it are known and can be given up.
            unsafe readers.append(
                try PipeReader(on: loop, try output.reading.duplicate()) {
                    unsafe stdout.capture.append($0)
                }
            )
            unsafe readers.append(
                try PipeReader(on: loop, try errors.reading.duplicate()) {
                    unsafe stderr.capture.append($0)
                }
            )
            unsafe readers.append(try PipeReader(on: loop, try reports.reading.duplicate(), report))
            if isolation != nil {
                plan.descriptors[Keeper.statusDescriptor] = status.writing.number
                unsafe readers.append(
                    try PipeReader(on: loop, try status.reading.duplicate()) {
                        unsafe told.told.read($0)
                    }
                )
            }
            if let bytes = command.stdin {
                writer = try PipeWriter(on: loop, try input.writing.duplicate(), bytes)
            }
            startedAt = .now
            // Last, so that nothing can fail once the program runs.
            process = try Subprocess(plan, on: loop, endsGroup: true)
        } catch let error as LoopError {
            for reader in readers { reader.finish() }
            writer?.close()
            guard case .spawn(let failure) = error else { throw .channel(error.description) }
            if failure.preparationStep > 0, let isolation {
                throw isolation.failure(step: failure.preparationStep, code: failure.code)
            }
            throw .spawn(failure)
        } catch {
            for reader in readers { reader.finish() }
            throw .channel("\(error)")
        }
        // At once, before anything of it can be gone.
        let folder = isolation?.receiveFolder()
        let limit = run.begin(process, hasKeeper: isolation != nil, limits: command.limits)
        if let isolation {
            run.watch(command.limits, by: watcher, isolation.usage(of: process.pid))
        }
        // The wait can't be cancelled: whoever wants the run to end says so to `run`.
        let exit = await Self.exit(of: process)
        let endedAt = MonotonicTime.now
        limit?.cancel()
        run.end()
        writer?.close()
        Descendants.end(session: process.pid, marked: mark)
        await finish(readers)
        // Whoever held a pipe open to its own end has become an orphan only now.
        Descendants.end(session: process.pid, marked: mark)
        var result = SandboxResult(
            exit: exit,
            intervention: run.intervention,
            startedAt: startedAt,
            endedAt: endedAt,
            stdout: stdout.capture.captured,
            stderr: stderr.capture.captured,
            attestation: Attestation(level: .none, layers: Self.layers)
        )
        if let isolation { try isolation.complete(&result, told.told, tasksSeen: run.tasksSeen) }
        if !command.artifacts.isEmpty {
            let directory =
                folder ?? (isolation == nil ? try? .open(command.directory, O_RDONLY) : nil)
            result.artifacts = await collect(command.artifacts, from: directory)
        }
        return result
    }

    /// Takes the files out of the working directory, on a thread of the pool.
    private func collect(
        _ patterns: [String],
        from directory: consuming FileDescriptor?
    ) async -> CollectedArtifacts {
        guard let directory else {
            var none = CollectedArtifacts()
            none.skip(".", "the working directory is not there")
            return none
        }
        let number = directory.number
        let collected = await loop.runInExecutor {
            ArtifactCollector(patterns).collect(from: number)
        }
        // Open until here.
        _ = consume directory
        return collected
    }

    /// What level `level` would give a program here, tried in a process that runs nothing.
    ///
    /// - Throws: ``SandboxError`` with the layer that is missing.
    public func probe(
        _ level: JobSpec.Level,
        runDirectory: String
    ) async throws(SandboxError) -> Attestation {
        let command = SandboxCommand(
            path: "",
            arguments: [],
            environment: [:],
            directory: "\(runDirectory)/work",
            stdin: nil,
            limits: JobSpec.Limits(),
            confinement: SandboxCommand.Confinement(
                level: level,
                network: level == .strict ? .loopback : .none,
                runDirectory: runDirectory
            )
        )
        return unsafe try await run(command, name: "probe-\(level)", as: newRun()) { _ in }
            .attestation
    }

    private func confined(
        _ confinement: SandboxCommand.Confinement,
        _ command: SandboxCommand
    ) throws(SandboxError) -> ConfinedRun {
        if facilities == nil { facilities = try Facilities() }
        return try ConfinedRun(confinement, command, facilities!)
    }

    /// Waits until every pipe has come to its end, for a while; then reads what is there.
    private func finish(_ readers: [PipeReader]) async {
        let timer = try? loop.callLater(Self.drainLimit) {
            for reader in readers { reader.finish() }
        }
        for reader in readers { try? await reader.ended.value }
        timer?.cancel()
    }

    private static func exit(of process: Subprocess) async -> Exit {
        unsafe await withUnsafeContinuation { continuation in
            process.exited.addDoneCallback { exited in
                guard let exit = try? exited.result() else {
                    fatalError("only the sandbox could cancel the wait for a child")
                }
                unsafe continuation.resume(returning: exit)
            }
        }
    }

    /// No core files; files of at most 1 GiB, so that none fills the disk by accident; as many
    /// descriptors as a large asyncio program needs.
    private static let limits: [(resource: CInt, value: UInt64)] = [
        (CInt(RLIMIT_CORE.rawValue), 0),
        (CInt(RLIMIT_FSIZE.rawValue), 1 << 30),
        (CInt(RLIMIT_NOFILE.rawValue), 1024),
    ]

    private static let layers = [
        "session", "rlimits", "no_new_privs", "clean_environment", "closed_descriptors",
        "work_directory",
    ]
}

/// What a keeper told, shared with the closure that reads it.
private final class ToldBox {
    var told = Keeper.Told()
}

/// A capture that closures share.
private final class CaptureBox {
    var capture: OutputCapture
    init(limit: ByteCount) { capture = OutputCapture(limit: limit) }
}
