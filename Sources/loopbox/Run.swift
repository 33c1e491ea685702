// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Loop
import LoopSystem
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
            is not valid, 3 the program could not be run, 130 interrupted, 143 terminated.
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
                dataDirectory: data,
                workDirectory: work,
                runtimes: [:],
                isolation: isolation
            )
            guard runner.catalog.runtime(named: spec.program.runtime) != nil else {
                let known = runner.catalog.names.joined(separator: ", ")
                throw JobRunnerError.noInterpreter(
                    "\(spec.program.runtime) is not installed here; installed: \(known)"
                )
            }
            let run = runner.newRun()
            var signal: CInt?
            try Self.stopOnSignal(loop) {
                signal = $0
                run.cancel()
            }
            let finished = try await runner.run(spec, name: "run", as: run)
            return Ended(finished: finished, signal: signal)
        }
        // Where the work directory of the run was; the run has removed its own.
        defer { unsafe _ = rmdir(work) }
        let ended: Ended
        do {
            ended = try loop.runUntilComplete(task)
        } catch let error as JobRunnerError {
            complain("\(error)")
            throw ExitStatus.failure
        }
        let finished = ended.finished
        show(finished, spec, format)
        try writeArtifacts(of: finished)
        if finished.report.outcome == .cancelled {
            throw ended.signal == SIGTERM ? ExitStatus.terminated : ExitStatus.interrupted
        }
        let isClean =
            finished.report.outcome == .exited && finished.report.exit == 0
            && !finished.report.findings.contains { $0.severity == .error }
        if !isClean { throw ExitStatus.gateFailed }
    }

    /// How the program ended, and by which signal to us, if by one.
    private struct Ended {
        let finished: FinishedRun
        let signal: CInt?
    }

    /// Writes what was kept below the directory that was named. The paths are relative and have no
    /// `..`: they are names that a folder had.
    private func writeArtifacts(of finished: FinishedRun) throws {
        guard let artifacts else {
            if !finished.artifacts.isEmpty {
                complain("artifacts are written where --artifacts DIR says", "note")
            }
            return
        }
        do throws(SystemError) {
            for artifact in finished.artifacts {
                var folder = artifacts
                try ensureDirectory(folder)
                for part in artifact.path.split(separator: "/").dropLast() {
                    folder += "/\(part)"
                    try ensureDirectory(folder)
                }
                try writeWhole(artifact.bytes, to: "\(artifacts)/\(artifact.path)")
            }
        } catch {
            complain("the artifacts can't be written: \(error)")
            throw ExitStatus.failure
        }
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

    private func show(_ finished: FinishedRun, _ spec: JobSpec, _ format: ReportFormat) {
        let name = spec.name.isEmpty ? file : spec.name
        var report = Report(
            .run(finished.report, name: name, spec: spec),
            version: Loopbox.version
        )
        report.color = isatty(STDOUT_FILENO) != 0 && environment("NO_COLOR") == nil
        report.outputs = [
            finished.report.run: .init(stdout: finished.stdout, stderr: finished.stderr)
        ]
        if let timeline = finished.timeline { report.timelines[finished.report.run] = timeline }
        report.pathPrefix = pathPrefix ?? directoryOfProgram
        report.more = "loopbox rules "
        write(String(decoding: report.bytes(as: format), as: UTF8.self))
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
