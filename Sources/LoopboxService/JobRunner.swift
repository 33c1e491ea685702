// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
public import LoopSystem
public import LoopboxModel
import LoopboxRuntimes
public import LoopboxSandbox
public import LoopboxStore

/// Why a run could not take place. Always our own failure.
public enum JobRunnerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No interpreter can be used.
    case noInterpreter(String)
    /// The harness could not be written.
    case harness(SystemError)
    /// The sandbox could not be set up.
    case sandbox(SandboxError)

    /// What failed and, where there is one, the cure.
    public var description: String {
        switch self {
        case .noInterpreter(let reason): reason
        case .harness(let error): "the harness can't be written: \(error)"
        case .sandbox(let error): error.description
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
    private let sandbox: Sandbox
    private let workBase: String
    /// For what would block the loop: files, and the making of findings.
    private let workers: ThreadPoolExecutor

    /// A runner with its harness below `dataDirectory` and the work directories of its runs below
    /// `workDirectory`, which is its own. What an earlier runner of the same `workDirectory` left
    /// behind, files and processes, is removed.
    public init(
        loop: EventLoop,
        dataDirectory: String,
        workDirectory: String,
        runtimes: [String: String]
    ) async throws(JobRunnerError) {
        self.loop = loop
        workBase = workDirectory
        do {
            try ensureDirectory(workBase)
        } catch {
            throw .sandbox(.workDirectory(error))
        }
        for name in directoryEntries(workBase) {
            WorkDirectory(base: workBase, name: name).remove()
        }
        workers = ThreadPoolExecutor(name: "runner", threads: 4)
        do {
            sandbox = try Sandbox(on: loop, instance: workDirectory)
        } catch {
            throw .sandbox(error)
        }
        catalog = try await RuntimeCatalog.find(
            sandbox: sandbox,
            dataDirectory: dataDirectory,
            named: runtimes
        )
    }

    /// A run to give to ``run(_:name:as:)``, by which it can be cancelled.
    public func newRun() -> Sandbox.Run { sandbox.newRun() }

    /// Runs `spec` to its end and leaves nothing of it behind.
    ///
    /// - Parameter name: of the work directory, unique among the runs under way.
    public func run(
        _ spec: JobSpec,
        name: String,
        as run: Sandbox.Run
    ) async throws(JobRunnerError) -> FinishedRun {
        let claimedAt = MonotonicTime.now
        guard let runtime = catalog.runtime(named: spec.program.runtime) else {
            throw .noInterpreter("\(spec.program.runtime) is not installed here any more")
        }
        let directory = WorkDirectory(base: workBase, name: name)
        let files = spec.program.files.map { (path: $0.key, bytes: $0.value.bytes) }
        do throws(SystemError) {
            try await loop.runInExecutor(workers) { () throws(SystemError) in
                // What a server that died left of the same attempt.
                directory.remove()
                try directory.make(files: files)
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
                reportDescriptor: SandboxCommand.reportDescriptor
            )
        )
        let report = ReportBox()
        let result: SandboxResult
        do throws(SandboxError) {
            result = unsafe try await sandbox.run(
                SandboxCommand(
                    path: runtime.executable,
                    arguments: command.arguments,
                    environment: command.environment,
                    directory: directory.work,
                    stdin: spec.program.stdin?.bytes,
                    limits: spec.limits
                ),
                name: name,
                as: run
            ) { bytes in unsafe report.facts += report.decoder.read(Array(bytes)) }
        } catch {
            await remove(directory)
            throw .sandbox(error)
        }
        let facts = report.facts
        let findings = await loop.runInExecutor(workers) {
            directory.remove()
            return FindingsBuilder(spec: spec, run: 1).findings(from: facts)
        }
        let ending = RunEnding(result, limits: spec.limits)
        let bornAt = facts.first { $0.kind == .hello }.map { fact in
            MonotonicTime(nanoseconds: Int64(fact.born ?? fact.at))
        }
        // The program claims it; one that lies about it can't give times below zero.
        let born = bornAt.map { min(max($0, result.startedAt), result.endedAt) }
        return FinishedRun(
            report: RunReport(
                run: 1,
                runtime: "python\(runtime.version)",
                outcome: ending.outcome,
                exit: ending.exit,
                signal: ending.signal,
                ending: ending.sentence,
                times: RunTimes(
                    setup: Seconds(claimedAt.duration(to: result.startedAt)),
                    start: born.map { Seconds(result.startedAt.duration(to: $0)) },
                    run: Seconds((born ?? result.startedAt).duration(to: result.endedAt)),
                    total: Seconds(claimedAt.duration(to: .now))
                ),
                usage: Usage(
                    cpuUser: Seconds(result.exit.userTime),
                    cpuSystem: Seconds(result.exit.systemTime),
                    maxRSS: ByteCount(bytes: result.exit.maxResidentBytes)
                ),
                sandbox: result.attestation,
                stdout: result.stdout.summary,
                stderr: result.stderr.summary,
                reportState: report.decoder.state,
                findings: findings
            ),
            stdout: result.stdout,
            stderr: result.stderr
        )
    }

    /// The report of a run of `spec` that could not take place because of `error`.
    static func failure(_ error: JobRunnerError, spec: JobSpec) -> FinishedRun {
        let zero = Seconds(.zero)
        let nothing = OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0))
        return FinishedRun(
            report: RunReport(
                run: 1,
                runtime: spec.program.runtime,
                outcome: .sandboxFailed,
                exit: nil,
                signal: nil,
                ending: "could not be run: \(error)",
                times: RunTimes(setup: zero, start: nil, run: zero, total: zero),
                usage: Usage(cpuUser: zero, cpuSystem: zero, maxRSS: ByteCount(bytes: 0)),
                sandbox: Attestation(level: .none, layers: []),
                stdout: nothing,
                stderr: nothing,
                reportState: .incomplete,
                findings: []
            ),
            stdout: CapturedOutput(),
            stderr: CapturedOutput()
        )
    }

    private func remove(_ directory: WorkDirectory) async {
        await loop.runInExecutor(workers) { directory.remove() }
    }
}

/// What came over the report channel so far.
private final class ReportBox {
    var decoder = FrameDecoder()
    var facts: [Fact] = []
}
