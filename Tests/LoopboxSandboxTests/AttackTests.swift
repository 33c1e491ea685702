// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxModel
import LoopboxSandbox
import Testing

/// Every attack of the suite, at both levels and, as a control, without the sandbox.
@Suite struct AttackTests {
    /// Debian's own, which every user can read.
    static let python = "/usr/bin/python3"

    @Test(arguments: JobSpec.Level.allCases)
    func `every attack is held, and victim and neighbour are unharmed`(
        level: JobSpec.Level
    ) throws {
        let layers = try Confined.probe(level).layers
        try Confined.inDirectory { directory in
            let folder = directory.dropLast(4)
            try EventLoop.run { loop in
                let sandbox = try Sandbox(
                    on: loop,
                    instance: "attacks-\(UUIDv7().text)",
                    adoptsOrphans: false
                )
                let suite = AttackSuite(
                    on: loop,
                    sandbox: sandbox,
                    python: Self.python,
                    parts: [],
                    folder: String(folder)
                )
                let victim = try await suite.makeVictim()
                let neighbour = sandbox.newRun()
                let next = Neighbour(
                    sandbox: sandbox,
                    run: neighbour,
                    folder: String(folder),
                    level: level
                )
                let neighbourEnds = loop.createTask(name: "neighbour") { try await next.live() }
                let attacks = try await suite.attacks(at: level, with: layers)
                #expect(attacks.count >= 60)
                for attack in attacks {
                    let verdict = try await suite.run(attack, at: level, on: victim)
                    #expect(verdict.isHeld, "\(attack.name): \(verdict.words)")
                }
                neighbour.cancel()
                let ended = try await neighbourEnds.value
                #expect(ended == .cancelled(killed: false))
                #expect(try await victim.end() == nil)
            }
        }
    }

    /// Only root is allowed everything that the attacks try.
    @Test(.enabled(if: geteuid() == 0))
    func `every attack succeeds without the sandbox`() throws {
        try Confined.inDirectory { directory in
            let folder = String(directory.dropLast(4))
            try EventLoop.run { loop in
                let sandbox = try Sandbox(
                    on: loop,
                    instance: "control-\(UUIDv7().text)",
                    adoptsOrphans: false
                )
                let suite = AttackSuite(
                    on: loop,
                    sandbox: sandbox,
                    python: Self.python,
                    parts: [],
                    folder: folder
                )
                let victim = try await suite.makeVictim()
                let program = String(decoding: AttackSuite.program, as: UTF8.self)
                for attack in try await suite.attacks(
                    at: .standard,
                    with: Layer.allCases.map(\.rawValue)
                ) {
                    let control = try Subprocess.exec(
                        "/bin/sh",
                        ["-c", "exec \"$0\" -I - \"$1\" 7</dev/null", Self.python, attack.name],
                        on: loop,
                        stdin: .pipe,
                        stdout: .pipe,
                        stderr: .pipe,
                        environment: victim.environment.merging([
                            "SERVER_SECRET": "x", "PATH": "/usr/bin:/bin", "TMPDIR": folder,
                        ]) { own, _ in own },
                        workingDirectory: folder
                    )
                    let told = try await control.communicate(Array(program.utf8))
                    let words = String(decoding: told.stdout ?? [], as: UTF8.self)
                    let errors = String(decoding: told.stderr ?? [], as: UTF8.self)
                    #expect(words == "broken\n", "\(attack.name): \(words) \(errors)")
                }
                #expect(try await victim.end() == nil)
                for name in try FolderContents.names(folder) where name.hasPrefix("tmp") {
                    WorkDirectory(base: folder, name: name).remove()
                }
            }
        }
    }
}

/// A run that does nothing while others are attacked.
///
/// All of it happens on the one loop of the test.
struct Neighbour: @unchecked Sendable {
    let sandbox: Sandbox
    let run: Sandbox.Run
    let folder: String
    let level: JobSpec.Level

    /// Runs until it is cancelled; tells how it ended.
    func live() async throws -> SandboxResult.Intervention? {
        let directory = WorkDirectory(base: folder, name: "neighbour")
        try directory.makeEmpty()
        defer { directory.remove() }
        var limits = JobSpec.Limits()
        limits.time = Seconds(.seconds(300))
        let command = SandboxCommand(
            path: "/bin/sh",
            arguments: ["sh", "-c", "exec sleep 300"],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: directory.work,
            stdin: nil,
            limits: limits,
            confinement: SandboxCommand.Confinement(
                level: level,
                network: .none,
                runDirectory: directory.path
            )
        )
        return try await sandbox.run(command, name: "neighbour", as: run) { _ in }.intervention
    }
}

enum FolderContents {
    static func names(_ path: String) throws -> [String] {
        guard let directory = unsafe opendir(path) else { throw SystemError.last("opendir", path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
