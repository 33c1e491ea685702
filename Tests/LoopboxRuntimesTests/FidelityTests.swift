// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxReport
import LoopboxRuntimes
import Testing

/// Programs that would notice a thread, a frame, a reference or a class that is not theirs.
///
/// What they can see of the harness nevertheless, and why: its descriptor in `/proc/self/fd`, which the
/// report needs; the handlers of SIGURG and one real-time signal, which look at callbacks that block; calls
/// of its functions under `sys.settrace`, `sys.monitoring` and audit hooks, as they are written in Python;
/// one exit function; and, outside of a loop, the depth of coroutines' origins and the first-step hook of
/// asynchronous generators, without which nobody knows who made them.
@Suite struct `Fidelity` {
    /// A program; its last comment may name packages without which it can't run.
    struct Candidate: CustomStringConvertible, Sendable {
        let name: String
        let text: String

        var description: String { name }

        var packages: [String] {
            text.split(separator: "\n").last { $0.hasPrefix("# needs: ") }
                .map {
                    $0.dropFirst(9).split(separator: ",").map { $0.drop(while: \.isWhitespace) }
                }?
                .map(String.init) ?? []
        }

        static let all: [Candidate] = {
            let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "Fidelity"
            )
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.filter { $0.hasSuffix(".py") }.sorted().compactMap { name in
                guard let data = try? Data(contentsOf: folder.appending(path: name)) else {
                    return nil
                }
                return Candidate(
                    name: String(name.dropLast(3)),
                    text: String(decoding: data, as: UTF8.self)
                )
            }
        }()
    }

    @Test(arguments: Candidate.all)
    func `a program prints and leaves what it does without us`(_ program: Candidate) async throws {
        let machine = try await Machine.shared.value
        for runtime in machine.runtimes {
            let folder = try machine.makeFolder("fidelity-\(program.name)-\(runtime.version)")
            let imports = program.packages.map { "import \($0)" }.joined(separator: "\n")
            let has = try Machine.run(
                [runtime.executable, "-c", imports],
                [:],
                in: folder,
                report: nil
            )
            guard has.status == 0 else { continue }
            let (watched, plain, facts) = try run(program, with: runtime, on: machine, in: folder)
            let title: Comment = "\(program.name) under \(runtime.version)"
            #expect(watched.status == plain.status, title)
            #expect(watched.lines(\.stdout) == plain.lines(\.stdout), title)
            #expect(watched.lines(\.stderr) == plain.lines(\.stderr), title)
            let faults = facts.filter { $0.kind == .harnessError }
            let findings = FindingsBuilder(files: ["main.py": program.text], run: 1).findings(
                from: faults
            )
            #expect(findings.map(\.raw) == [], title)
        }
    }

    @Test func `there are programs of many kinds`() { #expect(Candidate.all.count >= 45) }

    private func run(
        _ program: Candidate,
        with runtime: PythonRuntime,
        on machine: Machine,
        in folder: String
    ) throws -> (watched: Machine.Outcome, plain: Machine.Outcome, facts: [Fact]) {
        var spec = JobSpec(
            program: .init(files: ["main.py": .text(program.text)], start: .entry("main.py"))
        )
        spec.debug.tracemalloc = 0
        spec.debug.hashSeed = 1
        spec.limits.time = Seconds(.seconds(120))
        let command = PythonCommand(
            spec: spec,
            runtime: runtime,
            in: .init(
                workDirectory: folder,
                temporaryDirectory: "/tmp",
                harness: machine.harness,
                reportDescriptor: 9
            )
        )
        let file = URL(filePath: folder).appending(path: "main.py")
        try Data(program.text.utf8).write(to: file)
        let watched = try Machine.run(
            command.arguments,
            command.environment,
            in: folder,
            report: folder + ".report"
        )
        _ = try machine.makeFolder("fidelity-\(program.name)-\(runtime.version)")
        try Data(program.text.utf8).write(to: file)
        var environment = command.environment
        for name in ["PYTHONPATH", "PYTHONMALLOC", "LOOPBOX_CONFIG", "LOOPBOX_REPORT_FD"] {
            environment[name] = nil
        }
        let plain = try Machine.run(command.arguments, environment, in: folder, report: nil)
        var decoder = FrameDecoder()
        return (watched, plain, decoder.read(watched.report))
    }
}
