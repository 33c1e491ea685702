// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Logging
import Loop
import LoopSystem
import LoopboxDigest
import LoopboxModel
import LoopboxReport
import LoopboxSandbox
import LoopboxService
import LoopboxSpec
import LoopboxStore

/// `loopbox run`: one program, no server.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a program or a job spec here and prints the report.",
        discussion: """
            loopbox run program.py
            loopbox run --runtime python3.11 program.py one two
            loopbox run job.yaml
            cat job.yaml | loopbox run -
            loopbox run --format github tools/program.py

            The program is isolated as well as this machine can; --sandbox none-i-know: not at all.

            Exit status: 0 nothing found, 1 an error was found or the program failed, 2 the spec \
            is not valid, 3 the program could not be run, 130 interrupted, 143 terminated. Where \
            the spec has expect, 0 says that all of it held, and 1 that it did not.
            """
    )

    @Option(help: "The interpreter, as python3.13; default: what the spec says, or the newest.")
    var runtime: String?

    @Option(help: "The wall limit, as 5s; default: what the spec says, or 10s.")
    var time: String?

    @Option(help: "The isolation: strict, standard, or none-i-know; default: the best there is.")
    var sandbox: String?

    @Option(help: "The least isolation: standard or strict.")
    var minLevel = "standard"

    @Option(help: "The directory for what is kept between runs.")
    var data = Serve.defaultDataDirectory

    @Option(help: "The form of the report: \(ReportFormat.names); default: text.")
    var format: String?

    @Flag(help: "The same as --format json.")
    var json = false

    @Option(
        help: """
            What sarif, junit, and github put before the program's paths, as src/; default: the \
            directory of the .py file.
            """
    )
    var pathPrefix: String?

    @Option(help: "A directory into which the artifacts of the spec are written.")
    var artifacts: String?

    @Argument(help: "A .py file, a job spec, or - for a spec on standard input.")
    var file: String

    @Argument(parsing: .captureForPassthrough, help: "Arguments of the program.")
    var arguments: [String] = []

    func run() throws {
        let format = try reportFormat()
        let spec = try self.spec()
        let isolation = try IsolationFlag.choice(sandbox: sandbox, minLevel: minLevel)
        if isolation == .none { complain("the program is not isolated", "warning") }
        let loop = ServiceActor.loop
        let work = try Self.workDirectory()
        let task = loop.createTask(name: "run") { @ServiceActor () async throws -> Ended in
            let runner = try await JobRunner(
                loop: loop,
                dataDirectory: absolutePath(data),
                workDirectory: work,
                runtimes: [:],
                isolation: isolation
            )
            try Self.check(spec, runner.catalog)
            var logger = Logger(label: "loopbox.run")
            // What can't be set up is told in the end.
            logger.logLevel = .critical
            let series = RunSeries(spec, on: loop, runner: runner, logger: logger)
            if spec.runCount > 1, isatty(STDERR_FILENO) != 0 {
                series.onProgress = { done, total in
                    write(
                        "\rrun \(done) of \(total)\(done == total ? "\n" : "")",
                        to: STDERR_FILENO
                    )
                }
            }
            var signal: CInt?
            try Self.stopOnSignal(loop) {
                signal = $0
                series.cancel()
            }
            let ended = await series.run()
            // However much there is to remove: nobody would come after us to do it.
            await runner.finishCleanUp()
            if let failure = series.failure { throw failure }
            let report = try await self.report(on: ended, spec, format, by: runner.digester)
            return Ended(result: ended, report: report, signal: signal)
        }
        // Where the work directory of the run was, and what it left was removed.
        defer {
            unsafe _ = rmdir("\(work)/\(Remover.name)")
            unsafe _ = rmdir(work)
        }
        let ended: Ended
        do {
            ended = try loop.runUntilComplete(task)
        } catch let error as JobRunnerError {
            complain("\(error)")
            throw ExitStatus.failure
        } catch let error as DigestError {
            complain("the report can't be rendered: \(error)")
            throw ExitStatus.failure
        }
        let result = ended.result
        write(ended.report)
        try writeArtifacts(of: result.runs)
        if result.outcome == .cancelled {
            throw ended.signal == SIGTERM ? ExitStatus.terminated : ExitStatus.interrupted
        }
        if result.hasFailed { throw ExitStatus.gateFailed }
    }

    /// What came of the runs, and by which signal to us they were ended, if by one.
    private struct Ended {
        let result: RunSeries.Ended
        let report: [UInt8]
        let signal: CInt?
    }

    /// Each run of `spec` needs its interpreter, and that one the loop that is asked for.
    @ServiceActor
    private static func check(
        _ spec: JobSpec,
        _ catalog: RuntimeCatalog
    ) throws(JobRunnerError) {
        for run in spec.matrix.cells.compactMap({ SpecSchema.spec(spec, with: $0) }) {
            let name = run.program.runtime
            guard catalog.runtime(named: name) != nil else {
                let known = catalog.names.joined(separator: ", ")
                throw .noInterpreter("\(name) is not installed here; installed: \(known)")
            }
            if run.debug.loop == .uvloop, !catalog.hasUvloop(name) {
                let having = catalog.uvloopNames.joined(separator: ", ")
                throw .noInterpreter(
                    "\(name) has no uvloop; those that have it: "
                        + (having.isEmpty ? "none" : having)
                )
            }
        }
    }

    /// Writes what was kept below the directory that was named. The paths are relative and have no
    /// `..`: they are names that a folder had.
    ///
    /// Of several runs each has a folder of its own, which has its number.
    private func writeArtifacts(of runs: [FinishedRun]) throws {
        guard let artifacts else {
            if runs.contains(where: { !$0.artifacts.isEmpty }) {
                complain("artifacts are written where --artifacts DIR says", "note")
            }
            return
        }
        do throws(SystemError) {
            for run in runs {
                let base = runs.count == 1 ? artifacts : "\(artifacts)/\(run.record.run)"
                for artifact in run.artifacts { try Self.put(artifact, below: base) }
            }
        } catch {
            complain("the artifacts can't be written: \(error)")
            throw ExitStatus.failure
        }
    }

    private static func put(
        _ artifact: FinishedRun.Artifact,
        below base: String
    ) throws(SystemError) {
        var folder = base
        try ensureDirectory(folder)
        for part in artifact.path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            try ensureDirectory(folder)
        }
        try writeWhole(artifact.bytes, to: "\(base)/\(artifact.path)")
    }

    private func reportFormat() throws -> ReportFormat {
        guard let format else { return json ? .json : .text }
        guard let known = ReportFormat(rawValue: format), !json || known == .json else {
            throw ValidationError(
                json
                    ? "--json and --format \(format) exclude each other"
                    : "--format is one of \(ReportFormat.names), not \(format)"
            )
        }
        return known
    }

    /// The report on `result`, as it is printed.
    @ServiceActor
    private func report(
        on result: RunSeries.Ended,
        _ spec: JobSpec,
        _ format: ReportFormat,
        by digester: Digester
    ) async throws -> [UInt8] {
        // A job that nobody has: what is rendered are its runs.
        let job = Job(
            id: JobID(),
            spec: spec,
            state: .completed,
            createdAt: .now,
            runs: result.runs.map(\.record)
        )
        var task = RenderTask(.report(format), of: job, version: Loopbox.version)
        let isPlain = spec.runCount == 1 && spec.expect == nil
        task.loose = RenderTask.Loose(
            name: spec.name.isEmpty ? file : spec.name,
            verdict: result.verdict,
            conclusion: isPlain ? nil : result.conclusion
        )
        task.color = isatty(STDOUT_FILENO) != 0 && environment("NO_COLOR") == nil
        task.pathPrefix = pathPrefix ?? directoryOfProgram
        task.more = "loopbox rules "
        let (page, count) = try await digester.render(
            task,
            digests: result.runs.map(\.digest),
            timelines: format == .trace ? result.runs.map { $0.timeline ?? [] } : nil,
            outputs: format == .trace ? nil : result.runs.map { [$0.stdout, $0.stderr] }
        )
        return try await digester.bytes(of: page, count)
    }

    /// Where the program lies, seen from here: in a repository, the way from its top.
    private var directoryOfProgram: String {
        guard file.hasSuffix(".py"), !file.hasPrefix("/"), let slash = file.lastIndex(of: "/")
        else { return "" }
        let directory = file[..<slash].split(separator: "/").filter { $0 != "." }
        return directory.contains("..") ? "" : directory.joined(separator: "/")
    }

    private func spec() throws -> JobSpec {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try SpecFile.read(file)
        } catch {
            complain("\(error)")
            throw ExitStatus.failure
        }
        var spec: JobSpec
        if file.hasSuffix(".py") {
            let name = file.split(separator: "/").last.map(String.init) ?? "main.py"
            let program = JobSpec.Program(files: [name: .bytes(bytes)], start: .entry(name))
            spec = JobSpec(program: program)
            spec.program.args = arguments
        } else {
            do throws(SpecFailure) {
                spec = try SpecDecoder.decode(
                    bytes,
                    contentType: SpecFile.contentType(file),
                    context: SpecContext()
                )
            } catch {
                let color = isatty(STDERR_FILENO) != 0 && environment("NO_COLOR") == nil
                write(error.render(file: file, source: bytes, color: color), to: STDERR_FILENO)
                throw ExitStatus.invalidSpec
            }
        }
        if let runtime { spec.program.runtime = runtime }
        if let time {
            guard let span = FlagDuration(time) else {
                throw ValidationError("--time \(time) is no span of time; write 5s")
            }
            spec.limits.time = Seconds(span.duration)
        }
        return spec
    }

    /// The first Ctrl-C or SIGTERM ends the program, the second one ends us.
    private static func stopOnSignal(
        _ loop: EventLoop,
        _ stop: @escaping (CInt) -> Void
    ) throws {
        for signal in [SIGINT, SIGTERM] {
            try loop.addSignalHandler(signal) {
                loop.removeSignalHandler(SIGINT)
                loop.removeSignalHandler(SIGTERM)
                stop(signal)
            }
        }
    }

    static func workDirectory() throws -> String {
        var template = Array("\(environment("TMPDIR") ?? "/tmp")/loopbox-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            complain("\(SystemError.last("mkdtemp"))")
            throw ExitStatus.failure
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
