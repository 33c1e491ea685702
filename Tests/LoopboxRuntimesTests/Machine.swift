// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxRuntimes

/// The interpreters of the machine that the tests run on, and a folder for what they need.
struct Machine: Sendable {
    /// What a process gave.
    struct Outcome: Sendable {
        var status: Int32
        var stdout: [UInt8]
        var stderr: [UInt8]
        /// What it wrote to descriptor 9.
        var report: [UInt8]

        /// A stream without what differs from run to run: addresses, process numbers and times;
        /// reports of slow callbacks depend on the machine's load.
        func lines(_ stream: KeyPath<Outcome, [UInt8]>) -> [String] {
            String(decoding: self[keyPath: stream], as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("Executing <") }
                .map { line in
                    var line = String(line)
                    line.replace(#/0x[0-9a-f]+/#, with: "0x")
                    line.replace(#/(pid[ =]|subprocess |when=|\('127\.0\.0\.1', )[0-9.]+/#) {
                        "\($0.output.1)"
                    }
                    line.replace(#/'/tmp/tmp[a-z0-9_]+/#, with: "'")
                    line.replace(#/psm_[a-z0-9]+/#, with: "psm")
                    return line
                }
        }
    }

    let runtimes: [PythonRuntime]
    /// Those with uvloop, of the same version or not; mostly none, or the system's own.
    let uvloopRuntimes: [PythonRuntime]
    let skipped: [RuntimeProbe.Skipped]
    let harness: String
    private let folder: URL

    /// Looked over once; with the harness installed and compiled.
    static let shared: Task<Machine, any Error> = Task { try await Machine() }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "loopbox-runtimes-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.removeItem(at: folder)
        harness = folder.appending(path: "harness").path
        try FileManager.default.createDirectory(atPath: harness, withIntermediateDirectories: true)
        for (name, bytes) in PythonHarness.files {
            try Data(bytes).write(to: URL(filePath: harness).appending(path: name))
        }
        var folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(
            separator: ":"
        )
        .map(String.init)
        let versions = URL(filePath: NSHomeDirectory()).appending(path: ".pyenv/versions").path
        for name in try FileManager.default.contentsOfDirectoryIfAny(versions) {
            folders.append("\(versions)/\(name)/bin")
        }
        let listed = try folders.map {
            (path: $0, names: try FileManager.default.contentsOfDirectoryIfAny($0))
        }
        let probing = harness
        func ask(_ command: [String]) -> RuntimeProbe.Answer {
            guard let outcome = try? Self.run(command, [:], in: probing, report: nil) else {
                return .init(status: -1, output: "")
            }
            return .init(
                status: outcome.status,
                output: String(decoding: outcome.stdout, as: UTF8.self)
            )
        }
        let candidates = RuntimeProbe.candidates(in: listed)
        let found = await RuntimeProbe.runtimes(among: candidates) { ask($0) }
        runtimes = found.runtimes
        skipped = found.skipped
        var having: [PythonRuntime] = []
        for candidate in candidates {
            let alone = await RuntimeProbe.runtimes(among: [candidate]) { ask($0) }
            having += alone.runtimes.filter { one in
                one.uvloop != nil && !having.contains { $0.version == one.version }
            }
        }
        uvloopRuntimes = having
        for runtime in runtimes + uvloopRuntimes {
            let command = PythonHarness.compileCommand(
                executable: runtime.executable,
                folder: harness
            )
            _ = try Self.run(command, [:], in: harness, report: nil)
        }
    }

    /// A new folder for one run.
    func makeFolder(_ name: String) throws -> String {
        let path = folder.appending(path: name).path
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Runs `command` to its end; nothing of the environment is inherited. What it writes goes to
    /// files beside `directory`.
    static func run(
        _ command: [String],
        _ environment: [String: String],
        in directory: String,
        report: String?
    ) throws -> Outcome {
        let process = Process()
        let names = [directory + ".out", directory + ".err", report ?? "/dev/null"]
        process.executableURL = URL(filePath: "/bin/sh")
        // Process closes every descriptor but the first three, so the shell opens the report's.
        process.arguments =
            [
                "-c",
                report == nil
                    ? #"out=$1 err=$2; shift 3; exec "$@" >"$out" 2>"$err""#
                    : #"out=$1 err=$2 told=$3; shift 3; exec "$@" >"$out" 2>"$err" 9>"$told""#,
                "sh",
            ] + names + command
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: directory)
        process.standardInput = FileHandle.nullDevice
        // The child inherits the signal mask of the thread that makes it; those that tests run on
        // block nearly everything.
        // Safety: both sets live on this frame and are filled before they are read.
        var none = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&none)
        unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
        let started = Swift.Result { try process.run() }
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        try started.get()
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        let written = try names.prefix(report == nil ? 2 : 3).map { path in
            Array(try Data(contentsOf: URL(filePath: path)))
        }
        return Outcome(
            status: isSignal ? -process.terminationStatus : process.terminationStatus,
            stdout: written[0],
            stderr: written[1],
            report: written.count > 2 ? written[2] : []
        )
    }
}

extension FileManager {
    /// The names in a folder; none where there is no such folder.
    fileprivate func contentsOfDirectoryIfAny(_ path: String) throws -> [String] {
        fileExists(atPath: path) ? try contentsOfDirectory(atPath: path) : []
    }
}
