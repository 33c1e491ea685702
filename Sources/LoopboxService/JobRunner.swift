// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
public import LoopSystem
public import LoopboxDigest
public import LoopboxModel
import LoopboxRuntimes
public import LoopboxSandbox
import LoopboxSpec
import LoopboxStore

/// Why a run could not take place. Always our own failure.
public enum JobRunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No interpreter can be used.
    case noInterpreter(String)
    /// The harness could not be written.
    case harness(SystemError)
    /// The sandbox could not be set up.
    case sandbox(SandboxError)
    /// This machine has not the isolation that was asked for.
    case isolation([MissingLevel])
    /// A spec asks for more isolation than the server gives.
    case level(asked: JobSpec.Level, given: Attestation.Level)
    /// A spec asks for a network that the server's level can't give.
    case network(JobSpec.Network, given: Attestation.Level)
    /// Nothing was there to digest what the program would report.
    case digest(DigestError)
    /// A combination of a stored spec's matrix has a value that this version does not take.
    case matrix([Setting])

    /// What failed and, where there is one, the cure.
    public var description: String {
        switch self {
        case .noInterpreter(let reason): reason
        case .harness(let error): "the harness can't be written: \(error)"
        case .sandbox(let error): error.description
        case .digest(let error): "the program was not started: \(error)"
        case .isolation(let missing):
            missing.map { "\($0)\n  hint: \($0.cure)" }.joined(separator: "\n")
                + "\n  hint: where you trust every program, say --sandbox none-i-know"
        case .level(let asked, let given):
            "the spec asks for sandbox.level \(asked.rawValue), and programs run here at level "
                + given.rawValue
        case .network(let asked, let given):
            "the spec asks for sandbox.network \(asked.rawValue), which level \(given.rawValue) "
                + "can't give"
        case .matrix(let cell):
            "the matrix has a value that this version does not take: "
                + cell.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
        }
    }
}

/// Runs specs: files into a work directory, the interpreter into the sandbox, what the program
/// reports into findings.
@ServiceActor
public final class JobRunner {
    /// The interpreters there are.
    public let catalog: RuntimeCatalog
    private let loop: EventLoop
    /// The level at which programs run.
    public let level: Attestation.Level
    /// What was in force when that level was tried.
    public let attestation: Attestation
    /// Levels that were tried in vain.
    public let missing: [MissingLevel]
    private let sandbox: Sandbox
    private let workBase: String
    /// Has what programs report drawn up elsewhere.
    public let digester: Digester
    /// Removes the work directories of runs that have ended.
    let remover: Remover
    /// For what would block the loop: files.
    let workers: ThreadPoolExecutor

    /// A runner with its harness below `dataDirectory` and the work directories of its runs below
    /// `workDirectory`, which is its own. What an earlier runner of the same `workDirectory` left
    /// behind, files and processes, is removed.
    public init(
        loop: EventLoop,
        dataDirectory: String,
        workDirectory: String,
        runtimes: [String: String],
        isolation: IsolationChoice
    ) async throws(JobRunnerError) {
        self.loop = loop
        workBase = workDirectory
        do {
            try makeWalkable(dataDirectory)
            try ensureDirectory(workBase)
        } catch {
            throw .sandbox(.workDirectory(error))
        }
        digester = Digester(on: loop, directory: workBase)
        do throws(SystemError) {
            remover = try Remover(base: workBase)
            for name in directoryEntries(workBase) where name != Remover.name {
                try WorkDirectory(base: workBase, name: name).discard(by: remover)
            }
        } catch {
            throw .sandbox(.workDirectory(error))
        }
        workers = ThreadPoolExecutor(name: "runner", threads: 4)
        do throws(DigestError) {
            try digester.start()
        } catch {
            throw .digest(error)
        }
        do {
            sandbox = try Sandbox(on: loop, instance: workDirectory)
        } catch {
            throw .sandbox(error)
        }
        (attestation, missing) = try await Self.settle(isolation, sandbox, workBase, dataDirectory)
        level = attestation.level
        catalog = try await RuntimeCatalog.find(
            sandbox: sandbox,
            level: JobSpec.Level(rawValue: level.rawValue),
            workDirectory: workBase,
            dataDirectory: dataDirectory,
            named: runtimes
        )
        remover.begin()
    }

    /// What is looked at to know whether a run could take place.
    func upkeep(dataDirectory: String) -> Upkeep {
        Upkeep(
            dataDirectory: dataDirectory,
            workDirectory: workBase,
            harness: catalog.harness,
            interpreters: catalog.names.compactMap { catalog.runtime(named: $0)?.executable },
            remover: remover
        )
    }

    /// Returns once what the runs left is removed, or `limit` is over; nil: without end.
    public func finishCleanUp(within limit: Duration? = nil) async {
        await remover.finish(on: loop, within: limit)
    }

    /// Tries the levels of `choice`, the best first.
    private static func settle(
        _ choice: IsolationChoice,
        _ sandbox: Sandbox,
        _ workBase: String,
        _ dataDirectory: String
    ) async throws(JobRunnerError) -> (Attestation, [MissingLevel]) {
        if choice == .none { return (Attestation(level: .none, layers: []), []) }
        var missing: [MissingLevel] = []
        for level in choice.levels {
            let directory = WorkDirectory(base: workBase, name: "probe")
            directory.remove()
            defer { directory.remove() }
            do throws(SystemError) {
                try directory.makeEmpty()
                if level == .standard, geteuid() == 0 {
                    letUsersThrough([dataDirectory, workBase])
                }
            } catch {
                throw .sandbox(.workDirectory(error))
            }
            do throws(SandboxError) {
                return (try await sandbox.probe(level, runDirectory: directory.path), missing)
            } catch {
                missing.append(MissingLevel(level: level, reason: error))
            }
        }
        throw .isolation(missing)
    }

    /// At level standard the user of a run comes to its directory by the machine's own paths: it may
    /// walk through `folders`, not list them, and read no file that lies there.
    private static func letUsersThrough(_ folders: [String]) {
        for folder in folders {
            for name in directoryEntries(folder) {
                var status = stat()
                let path = "\(folder)/\(name)"
                guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                    continue
                }
                unsafe _ = chmod(path, 0o600)
            }
            unsafe _ = chmod(folder, 0o711)
        }
    }

    /// How a program of `spec` is isolated; nil: not at all.
    private func confinement(
        of spec: JobSpec,
        _ runtime: PythonRuntime,
        in directory: WorkDirectory
    ) throws(JobRunnerError) -> SandboxCommand.Confinement? {
        guard let own = JobSpec.Level(rawValue: level.rawValue) else {
            if let asked = spec.sandbox.level { throw .level(asked: asked, given: level) }
            if let asked = spec.sandbox.network, asked == .none {
                throw .network(asked, given: level)
            }
            return nil
        }
        if spec.sandbox.level == .strict, own != .strict {
            throw .level(asked: .strict, given: level)
        }
        let network = spec.sandbox.network ?? (own == .strict ? .loopback : .none)
        if network == .loopback, own != .strict { throw .network(network, given: level) }
        return SandboxCommand.Confinement(
            level: own,
            network: network,
            runDirectory: directory.path,
            files: spec.program.files.map { ($0.key, $0.value.bytes) },
            runtimes: runtime.parts,
            readable: [catalog.harness]
        )
    }

    /// The attacks, to be tried here with the newest interpreter.
    public func attackSuite() -> AttackSuite {
        let runtime = catalog.runtime(named: "python")
        return AttackSuite(
            on: loop,
            sandbox: sandbox,
            python: runtime?.executable ?? "/usr/bin/python3",
            parts: runtime?.parts ?? [],
            folder: workBase
        )
    }

    /// The directory of a run to come, which nobody can guess.
    func newDirectory() -> WorkDirectory { WorkDirectory(below: workBase) }

    /// A run to give to ``run(_:number:name:in:as:)``, by which it can be cancelled.
    public func newRun() -> Sandbox.Run { sandbox.newRun() }

    /// Runs the program of `job` to its end and leaves nothing of it behind.
    ///
    /// - Parameters:
    ///   - number: of the run, from 1; its settings are those that the job's matrix has for it.
    ///   - name: unique among the runs under way.
    ///   - directory: one from ``newDirectory()``.
    func run(
        _ job: JobSpec,
        number: Int = 1,
        name: String,
        in directory: WorkDirectory,
        as run: Sandbox.Run
    ) async throws(JobRunnerError) -> FinishedRun {
        let claimedAt = MonotonicTime.now
        let cell = job.cell(ofRun: number)
        guard let spec = SpecSchema.spec(job, with: cell) else { throw .matrix(cell) }
        guard let runtime = catalog.runtime(named: spec.program.runtime) else {
            throw .noInterpreter("\(spec.program.runtime) is not installed here any more")
        }
        let confinement = try confinement(of: spec, runtime, in: directory)
        let files = spec.program.files.map { (path: $0.key, bytes: $0.value.bytes) }
        do throws(SystemError) {
            try await loop.runInExecutor(workers) { () throws(SystemError) in
                if confinement == nil {
                    try directory.make(files: files)
                } else {
                    try directory.makeEmpty()
                }
            }
        } catch {
            await remove(directory)
            throw .sandbox(.workDirectory(error))
        }
        let command = PythonCommand(
            spec: spec,
            runtime: runtime,
            in: PythonCommand.Surroundings(
                workDirectory: directory.work,
                temporaryDirectory: directory.temporary,
                harness: catalog.harness,
                reportDescriptor: SandboxCommand.reportDescriptor,
                begun: MonotonicTime.now.nanoseconds
            )
        )
        let digest: Digester.Run
        do throws(DigestError) {
            digest = try digester.begin(job) { run.endDeadlocked() }
        } catch {
            await remove(directory)
            throw .digest(error)
        }
        let result: SandboxResult
        do throws(SandboxError) {
            result = unsafe try await sandbox.run(
                SandboxCommand(
                    path: runtime.executable,
                    arguments: command.arguments,
                    environment: command.environment,
                    directory: directory.work,
                    stdin: spec.program.stdin?.bytes,
                    limits: spec.limits,
                    artifacts: spec.artifacts,
                    artifactsMax: job.artifactsShare,
                    confinement: confinement,
                    report: digest.report
                ),
                name: name,
                as: run
            ) { _ in }
        } catch {
            digest.abandon()
            await remove(directory)
            throw .sandbox(error)
        }
        digest.started()
        await remove(directory)
        let record = record(
            of: result,
            RunEnding(result, limits: spec.limits),
            number,
            cell,
            runtime,
            claimedAt
        )
        return await finish(
            digest,
            RunTask(
                spec: spec,
                record: record,
                startedAt: result.startedAt.nanoseconds,
                endedAt: result.endedAt.nanoseconds,
                wasEnded: result.intervention != nil,
                directory: directory.path,
                dropped: [result.stdout.dropped, result.stderr.dropped],
                bytesMax: job.digestShare.bytes,
                isOnly: job.runCount == 1
            ),
            result,
            claimedAt
        )
    }

    /// What the supervisor saw of `result`.
    private func record(
        of result: SandboxResult,
        _ ending: RunEnding,
        _ number: Int,
        _ cell: [Setting],
        _ runtime: PythonRuntime,
        _ claimedAt: MonotonicTime
    ) -> RunRecord {
        RunRecord(
            run: number,
            cell: cell.isEmpty ? nil : Cell(cell),
            runtime: "python\(runtime.version)",
            outcome: ending.outcome,
            exit: ending.exit,
            signal: ending.signal,
            ending: ending.sentence,
            times: RunTimes(
                setup: Seconds(claimedAt.duration(to: result.startedAt)),
                start: nil,
                run: Seconds(result.startedAt.duration(to: result.endedAt)),
                total: Seconds(claimedAt.duration(to: .now))
            ),
            usage: Usage(
                cpuUser: Seconds(result.exit.userTime),
                cpuSystem: Seconds(result.exit.systemTime),
                maxRSS: ByteCount(bytes: result.exit.maxResidentBytes),
                switchesVoluntary: result.exit.voluntarySwitches,
                switchesInvoluntary: result.exit.involuntarySwitches
            ),
            sandbox: result.attestation,
            stdout: result.stdout.summary,
            stderr: result.stderr.summary,
            reportState: .incomplete,
            artifacts: result.artifacts?.summary
        )
    }

    /// Adds what the program reported. If that can't be digested, the run has what the supervisor saw
    /// and a finding that says so.
    private func finish(
        _ digest: Digester.Run,
        _ task: RunTask,
        _ result: SandboxResult,
        _ claimedAt: MonotonicTime
    ) async -> FinishedRun {
        var finished = FinishedRun(
            record: task.record,
            digest: [],
            stdout: result.stdout,
            stderr: result.stderr,
            artifacts: (result.artifacts?.files ?? []).map {
                FinishedRun.Artifact(path: $0.path, bytes: $0.bytes)
            }
        )
        do {
            let digested = try await digester.finish(digest, task, [result.stdout, result.stderr])
            finished.record.reportState = digested.reportState
            finished.record.times = digested.times
            finished.digest = digested.digest
            finished.timeline = digested.timeline
            finished.summary = FinishedRun.Summary(
                findings: digested.findings,
                hasFailed: digested.hasFailed,
                verdict: digested.verdict,
                conclusion: digested.conclusion
            )
        } catch {
            finished.takeUndigested("\(error)", task)
        }
        finished.record.times.collect = Seconds(result.endedAt.duration(to: .now))
        finished.record.times.total = Seconds(claimedAt.duration(to: .now))
        return finished
    }

    /// The report of run `number` of `spec` that could not take place because of `error`.
    static func failure(_ error: JobRunnerError, spec: JobSpec, number: Int) -> FinishedRun {
        let cell = spec.cell(ofRun: number)
        let zero = Seconds(.zero)
        let nothing = OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0))
        var finished = FinishedRun(
            record: RunRecord(
                run: number,
                cell: cell.isEmpty ? nil : Cell(cell),
                runtime: SpecSchema.spec(spec, with: cell)?.program.runtime
                    ?? spec.program.runtime,
                outcome: .sandboxFailed,
                exit: nil,
                signal: nil,
                ending: "could not be run: \(error)",
                times: RunTimes(setup: zero, start: nil, run: zero, total: zero),
                usage: Usage(cpuUser: zero, cpuSystem: zero, maxRSS: ByteCount(bytes: 0)),
                sandbox: Attestation(level: .none, layers: []),
                stdout: nothing,
                stderr: nothing,
                reportState: .incomplete
            ),
            digest: [],
            stdout: CapturedOutput(),
            stderr: CapturedOutput()
        )
        finished.conclude(finished.record.ending, isGated: spec.expect != nil)
        return finished
    }

    private func remove(_ directory: WorkDirectory) async {
        await loop.runInExecutor(workers) { [remover] in try? directory.discard(by: remover) }
    }
}
