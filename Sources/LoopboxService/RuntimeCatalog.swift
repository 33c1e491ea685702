// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxModel
import LoopboxRuntimes
import LoopboxSandbox
import LoopboxSpec
import LoopboxWebhooks

/// The interpreters that this machine has, found and made ready once, at the start.
@ServiceActor
public struct RuntimeCatalog {
    /// What was found.
    public let found: RuntimeProbe.Result
    /// The folder with the harness.
    public let harness: String
    /// Other names that the operator gave to interpreters.
    private let aliases: [String: PythonRuntime]

    /// How long an interpreter may take to answer; a cold disk and a shim take seconds.
    private static let probeLimit: Duration = .seconds(20)

    /// Asks every interpreter on PATH, below version managers' folders, and in `named` (path by
    /// name), and puts the harness below `dataDirectory`.
    ///
    /// - Throws: ``JobRunnerError/noInterpreter(_:)`` where there is none.
    public static func find(
        sandbox: Sandbox,
        level: JobSpec.Level?,
        workDirectory: String,
        dataDirectory: String,
        named: [String: String]
    ) async throws(JobRunnerError) -> RuntimeCatalog {
        let folders = searchFolders().map { ($0, directoryEntries($0)) }
        let candidates = RuntimeProbe.candidates(in: folders)
        let harness = try placeHarness(below: dataDirectory, isWalkedTo: level == .standard)
        // As a job: a private home can keep the run's user from an interpreter.
        func refusal(of runtime: PythonRuntime) async -> String? {
            guard let level else { return nil }
            return await failure(of: runtime, level, harness, workDirectory, sandbox)
        }
        let found = await RuntimeProbe.runtimes(among: candidates) { command in
            await ask(command, sandbox)
        } refuse: {
            await refusal(of: $0)
        }
        var aliases: [String: PythonRuntime] = [:]
        for (name, path) in named.sorted(by: { $0.key < $1.key }) {
            let answer = await RuntimeProbe.runtimes(among: [path]) { command in
                await ask(command, sandbox)
            } refuse: {
                await refusal(of: $0)
            }
            guard let runtime = answer.runtimes.first else {
                let reason = answer.skipped.first?.reason ?? "it is none"
                throw .noInterpreter("\(path), given as \(name), can't be used: \(reason)")
            }
            aliases[name] = runtime
        }
        guard !found.runtimes.isEmpty || !aliases.isEmpty else {
            let reasons = found.skipped.map { "\n  \($0.executable): \($0.reason)" }
            throw .noInterpreter(
                "no CPython 3.9 or later is on PATH that can be used; install python3 or name one "
                    + "with --runtime" + reasons.joined()
            )
        }
        for runtime in Set(found.runtimes + aliases.values) {
            let tag = "cpython-\(runtime.version.major)\(runtime.version.minor)"
            if unsafe access("\(harness)/__pycache__/loopbox_inside.\(tag).pyc", R_OK) == 0 {
                continue
            }
            _ = await ask(
                PythonHarness.compileCommand(executable: runtime.executable, folder: harness),
                sandbox
            )
        }
        return RuntimeCatalog(found: found, harness: harness, aliases: aliases)
    }

    /// Why `runtime` does not work at `level`, as the end of a sentence; nil: it does.
    private static func failure(
        of runtime: PythonRuntime,
        _ level: JobSpec.Level,
        _ harness: String,
        _ workDirectory: String,
        _ sandbox: Sandbox
    ) async -> String? {
        let directory = WorkDirectory(base: workDirectory, name: "probe")
        directory.remove()
        defer { directory.remove() }
        // Whether the harness is there decides whether anything will be found.
        let script = "open(\"\(harness)/sitecustomize.py\").close()"
        var limits = JobSpec.Limits()
        limits.time = Seconds(probeLimit)
        do {
            try directory.makeEmpty()
            let command = SandboxCommand(
                path: runtime.executable,
                arguments: [runtime.executable, "-I", "-S", "-c", script],
                environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"],
                directory: directory.work,
                stdin: nil,
                limits: limits,
                confinement: SandboxCommand.Confinement(
                    level: level,
                    network: .none,
                    runDirectory: directory.path,
                    runtimes: runtime.parts,
                    readable: [harness]
                )
            )
            let result = unsafe try await sandbox.run(
                command,
                name: "probe-\(UUIDv7().text)",
                as: sandbox.newRun()
            ) { _ in }
            if result.exit.ending == .exited(0) { return nil }
            let last =
                String(decoding: result.stderr.bytes, as: UTF8.self)
                .split(separator: "\n").last.map(String.init) ?? "it ended otherwise than well"
            if last.hasPrefix("PermissionError"), last.contains(harness) {
                return "the job's user can't read \(harness): let every user walk through the "
                    + "folders above it (chmod o+x), or name another place with --data"
            }
            return "at level \(level.rawValue): \(last)"
        } catch SandboxError.isolation(step: "exec", let subject, EACCES) {
            return "\(subject) is not readable by the job's user: move it, or use level strict"
        } catch {
            return "at level \(level.rawValue): \(error)"
        }
    }

    private init(
        found: RuntimeProbe.Result,
        harness: String,
        aliases: [String: PythonRuntime]
    ) {
        self.found = found
        self.harness = harness
        self.aliases = aliases
    }

    /// The names that a spec can use, newest first.
    public var names: [String] { found.runtimes.map(\.name) + aliases.keys.sorted() }

    /// Of those, the ones that have uvloop.
    public var uvloopNames: [String] { names.filter(hasUvloop) }

    /// Whether the interpreter that a spec calls `name` has uvloop.
    public func hasUvloop(_ name: String) -> Bool { runtime(named: name)?.uvloop != nil }

    /// The interpreter that a spec calls `name`.
    public func runtime(named name: String) -> PythonRuntime? {
        aliases[name] ?? found.runtime(named: name)
            ?? (name == "python" ? aliases.values.first : nil)
    }

    /// What the decoder of specs has to know.
    func specContext(
        _ configuration: ServiceConfiguration,
        level: Attestation.Level
    ) -> SpecContext {
        var context = SpecContext(runtimes: names, defaultRuntime: names.first)
        context.uvloopRuntimes = uvloopNames
        context.level = level
        context.maxTime = configuration.timeMax
        context.maxOutput = configuration.outputMax
        context.maxMemory = configuration.memoryMax
        context.maxDisk = configuration.diskMax
        context.maxProcesses = configuration.processesMax
        if let bound = configuration.processesBound {
            context.maxProcessesFlag = "\(bound.flag), which is \(bound.limit) now"
        }
        let policy = configuration.webhookPolicy
        context.webhookCheck = SpecContext.WebhookCheck { url in
            policy.refusal(ofURL: url)?.description
        }
        context.webhookSchemes =
            configuration.webhookPolicy.allowsHTTP ? [.http, .https] : [.https]
        return context
    }

    /// Where interpreters are looked for: version managers' folders, then PATH without their
    /// shims, which are slow to answer and lead back there.
    private static func searchFolders() -> [String] {
        let home = environment("HOME") ?? "/root"
        let managers = [
            "\(environment("PYENV_ROOT") ?? "\(home)/.pyenv")/versions",
            "\(home)/.local/share/uv/python", "\(home)/.local/share/mise/installs/python",
            "\(home)/.asdf/installs/python",
        ]
        let versions = managers.flatMap { manager in
            directoryEntries(manager).map { "\(manager)/\($0)/bin" }
        }
        let path = (environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin")
            .split(separator: ":").map(String.init)
        return versions + path.filter { !$0.hasSuffix("/shims") && $0.hasPrefix("/") }
    }

    private static func ask(_ command: [String], _ sandbox: Sandbox) async -> RuntimeProbe.Answer {
        var limits = JobSpec.Limits()
        limits.time = Seconds(probeLimit)
        let sandboxed = SandboxCommand(
            path: command[0],
            arguments: command,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"],
            directory: "/",
            stdin: nil,
            limits: limits
        )
        do throws(SandboxError) {
            let result = unsafe try await sandbox.run(
                sandboxed,
                name: "probe-\(UUIDv7().text)",
                as: sandbox.newRun()
            ) { _ in }
            guard case .exited(let status) = result.exit.ending else {
                return RuntimeProbe.Answer(status: -1, output: "")
            }
            return RuntimeProbe.Answer(
                status: status,
                output: String(decoding: result.stdout.bytes, as: UTF8.self)
            )
        } catch {
            return RuntimeProbe.Answer(status: -1, output: "")
        }
    }

    /// Writes the harness into a folder that is named by its contents, so that two versions of the
    /// server don't disturb each other.
    private static func placeHarness(
        below directory: String,
        isWalkedTo: Bool
    ) throws(JobRunnerError) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
        for byte in PythonHarness.files.flatMap(\.bytes) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        let base = "\(directory)/harness"
        let folder = "\(base)/\(String(hash, radix: 36))"
        do {
            for path in [directory, base, folder] { try ensureDirectory(path) }
            for file in PythonHarness.files {
                try writeWhole(file.bytes, to: "\(folder)/\(file.name)")
            }
            // The users of runs read it, and can list nothing else here.
            if geteuid() == 0 {
                if isWalkedTo { unsafe _ = chmod(base, 0o711) }
                unsafe _ = chmod(folder, 0o755)
                for file in PythonHarness.files {
                    unsafe _ = chmod("\(folder)/\(file.name)", 0o644)
                }
            }
        } catch {
            throw .harness(error)
        }
        return folder
    }
}
