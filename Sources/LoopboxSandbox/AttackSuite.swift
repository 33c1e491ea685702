// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Loop
import LoopSystem
public import LoopboxModel

/// The attacks of `Attacks/attacks.py`, tried here on a process, files and sockets that are made for
/// it. On the loop.
public final class AttackSuite {
    /// An attack and the levels that must hold against it.
    public struct Attack: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// `standard`, `strict`.
        public var levels: [String]
        /// The one layer that holds it, if not every machine has that.
        public var layer: String?
    }

    /// What came of an attack.
    public struct Verdict: Hashable, Sendable {
        /// The attack's name.
        public var name: String
        /// Whether it was refused.
        public var isHeld: Bool
        /// By what, or what it said.
        public var words: String
    }

    private let loop: EventLoop
    private let sandbox: Sandbox
    private let python: String
    private let parts: [String]
    private let folder: String

    /// A suite that runs with the interpreter `python`, made of `parts`, in `folder`, which is its
    /// own and which every user can walk through.
    public init(
        on loop: EventLoop,
        sandbox: Sandbox,
        python: String,
        parts: [String],
        folder: String
    ) {
        self.loop = loop
        self.sandbox = sandbox
        self.python = python
        self.parts = parts
        self.folder = folder
    }

    /// The program, for whoever tries it without the sandbox.
    public static var program: [UInt8] { PackageResources.attacks_py }

    /// What the attacks aim at: a process that listens, a file with a secret, a folder.
    public final class Victim {
        /// What the attacks are told.
        public let environment: [String: String]
        private let process: Subprocess
        private let secret: String
        private let folder: String

        fileprivate init(
            process: Subprocess,
            port: String,
            socket: String,
            secret: String,
            folder: String
        ) {
            self.process = process
            self.secret = secret
            self.folder = folder
            environment = [
                "VICTIM": "\(process.pid)", "VICTIM_FILE": secret, "VICTIM_PORT": port,
                "VICTIM_SOCKET": socket, "VICTIM_FOLDER": folder,
            ]
        }

        /// Ends it, and tells what the attacks did to it; nil: nothing.
        public func end() async throws -> String? {
            defer {
                unsafe _ = unlink(secret)
                for name in ProcFile.names(folder) { unsafe _ = unlink("\(folder)/\(name)") }
                unsafe _ = rmdir(folder)
            }
            if process.returnCode != nil { return "the victim died" }
            process.stdin?.close()
            guard let last = try await process.stdout?.readLine(), last == Array("unharmed\n".utf8)
            else { return "the victim died" }
            _ = try await process.wait()
            if ProcFile.text(secret) != AttackSuite.secret { return "the file was changed" }
            let left = ProcFile.names(folder)
            return left.isEmpty ? nil : "in the folder is left: \(left.joined(separator: ", "))"
        }
    }

    private static let secret = "a secret\n"

    /// Makes a victim.
    public func makeVictim() async throws -> Victim {
        let own = "\(folder)/victim"
        unsafe _ = mkdir(own, 0o755)
        let secret = "\(folder)/secret"
        let file = try FileDescriptor.open(secret, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        let text = Array(Self.secret.utf8)
        _ = unsafe write(file.number, text, text.count)
        let socket = "loopbox-victim-\(UUIDv7().text)"
        let process = try Subprocess.exec(
            python,
            [
                "-I", "-S", "-c", String(decoding: PackageResources.victim_py, as: UTF8.self),
                socket,
            ],
            on: loop,
            stdin: .pipe,
            stdout: .pipe,
            stderr: .null,
            environment: ["PATH": "/usr/bin:/bin"]
        )
        let line = try await process.stdout?.readLine() ?? []
        let port = String(decoding: line.dropLast(), as: UTF8.self)
        return Victim(process: process, port: port, socket: socket, secret: secret, folder: own)
    }

    /// The attacks that `level` must hold against, where `layers` are in force.
    public func attacks(
        at level: JobSpec.Level,
        with layers: [String]
    ) async throws -> [Attack] {
        let result = try await tried(["--list"], level, [:])
        let lines = String(decoding: result.stdout.bytes, as: UTF8.self).split(separator: "\n")
        return lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            return Attack(
                name: words[0],
                levels: Array(words.dropFirst()),
                layer: words.dropFirst().first { Layer(rawValue: $0) != nil }
            )
        }.filter {
            $0.levels.contains(level.rawValue) && ($0.layer.map(layers.contains) ?? true)
        }
    }

    /// Tries `attack` at `level` on `victim`.
    public func run(
        _ attack: Attack,
        at level: JobSpec.Level,
        on victim: Victim
    ) async throws -> Verdict {
        let result = try await tried([attack.name], level, victim.environment)
        let words =
            String(decoding: result.stdout.bytes, as: UTF8.self)
            .split(separator: "\n").last.map(String.init) ?? ""
        guard words.hasPrefix("held") else {
            let errors = String(decoding: result.stderr.bytes, as: UTF8.self)
            return Verdict(name: attack.name, isHeld: false, words: "\(words) \(errors)")
        }
        return Verdict(name: attack.name, isHeld: true, words: String(words.dropFirst(5)))
    }

    private func tried(
        _ arguments: [String],
        _ level: JobSpec.Level,
        _ environment: [String: String]
    ) async throws -> SandboxResult {
        let name = "attack-\(UUIDv7().text)"
        let directory = WorkDirectory(base: folder, name: name)
        try directory.makeEmpty()
        defer { directory.remove() }
        let command = SandboxCommand(
            path: python,
            arguments: [python, "-I", "attacks.py"] + arguments,
            environment: environment.merging([
                "PATH": "/usr/bin:/bin", "TMPDIR": directory.temporary,
            ]) { own, _ in own },
            directory: directory.work,
            stdin: nil,
            limits: JobSpec.Limits(),
            confinement: SandboxCommand.Confinement(
                level: level,
                network: level == .strict ? .loopback : .none,
                runDirectory: directory.path,
                files: [("attacks.py", Self.program)],
                runtimes: parts
            )
        )
        return unsafe try await sandbox.run(command, name: name, as: sandbox.newRun()) { _ in }
    }
}
