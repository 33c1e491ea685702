// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Loop
import LoopSystem
public import LoopboxModel

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
    private let adoptsOrphans: Bool
    /// Looks at what runs use: on a machine that is full of their processes, reading about them takes
    /// longer than the loop may stand still.
    private let watcher = ThreadPoolExecutor(name: "watch", threads: watchersMax)
    /// What isolation needs and is made once; nil until it is needed.
    private var facilities: Facilities?

    /// The variable by which a run's processes are found again.
    private static let markName = "LOOPBOX_RUN"
    /// How long killed orphans are waited for, all together, and how often they are looked for.
    private static let endingsMax = 200
    private static let endingInterval: Duration = .milliseconds(5)
    /// A thread is made only if none is idle. So many that a run whose processes are slow to be read
    /// about makes no other wait.
    private static let watchersMax = 256
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
        self.adoptsOrphans = adoptsOrphans
        if adoptsOrphans {
            do {
                try becomeSubreaper()
            } catch {
                throw .channel(error.description)
            }
        }
        Descendants.endAll(markedWith: "\(Self.markName)=\(instance)/")
    }

    /// How often a run's use is looked at: a program allocates about a gigabyte in a second.
    static let watchInterval: Duration = .milliseconds(50)

    /// Whether a run could have a user of its own now, or needs none. Any thread; blocks for some
    /// microseconds.
    public static var hasFreeUser: Bool { geteuid() != 0 || JobUser.isAnyFree }

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
            plan.descriptors[SandboxCommand.reportDescriptor] =
                command.report ?? reports.writing.number
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
            if command.report == nil {
                unsafe readers.append(
                    try PipeReader(on: loop, try reports.reading.duplicate(), report)
                )
            }
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
            let usage = isolation.usage(of: process.pid)
            run.watch(command.limits, by: watcher) {
                usage(ByteCount(bytes: told.told.storedBytes))
            }
        }
        // The wait can't be cancelled: whoever wants the run to end says so to `run`.
        let exit = await Self.exit(of: process)
        let endedAt = MonotonicTime.now
        limit?.cancel()
        run.end()
        writer?.close()
        let kind: Descendants.Kind =
            isolation == nil || !adoptsOrphans
            ? .ofRun(session: process.pid, mark: mark) : .all
        await endDescendants(kind)
        await finish(readers)
        // Whoever held a pipe open to its own end has become an orphan only now.
        await endDescendants(kind)
        var result = SandboxResult(
            exit: exit,
            intervention: run.intervention,
            startedAt: startedAt,
            endedAt: endedAt,
            stdout: stdout.capture.captured,
            stderr: stderr.capture.captured,
            attestation: Attestation(level: .none, layers: Self.layers)
        )
        if let isolation { try isolation.complete(&result, told.told, run) }
        if !command.artifacts.isEmpty {
            let directory =
                folder ?? (isolation == nil ? try? .open(command.directory, O_RDONLY) : nil)
            result.artifacts = await collect(command, from: directory)
        }
        return result
    }

    /// Takes the files out of the working directory, on a thread of the pool.
    private func collect(
        _ command: SandboxCommand,
        from directory: consuming FileDescriptor?
    ) async -> CollectedArtifacts {
        guard let directory else {
            var none = CollectedArtifacts()
            none.skip(".", "the working directory is not there")
            return none
        }
        let number = directory.number
        let collected = await loop.runInExecutor {
            ArtifactCollector(command.artifacts, bytesMax: command.artifactsMax)
                .collect(from: number)
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
        return try ConfinedRun(confinement, command, facilities!, workers: watcher)
    }

    /// Waits until every pipe has come to its end, for a while; then reads what is there.
    private func finish(_ readers: [PipeReader]) async {
        let timer = try? loop.callLater(Self.drainLimit) {
            for reader in readers { reader.finish() }
        }
        for reader in readers { try? await reader.ended.value }
        timer?.cancel()
    }

    /// Kills the orphans of `kind` until none is left, for as long as killed processes may take.
    private func endDescendants(_ kind: Descendants.Kind) async {
        for _ in 0..<Self.endingsMax {
            guard Descendants.end(kind) else { return }
            let later = Future<Void>(on: loop)
            guard (try? loop.callLater(Self.endingInterval) { try? later.setResult(()) }) != nil
            else { return }
            unsafe await withUnsafeContinuation { continuation in
                later.addDoneCallback { _ in unsafe continuation.resume() }
            }
        }
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
