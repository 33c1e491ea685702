// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxReport
import LoopboxRuntimes
import Testing

/// Runs every program under every interpreter of the machine, with and without the harness.
@Suite struct `Programs` {
    @Test(arguments: Program.all)
    func `give exactly the findings they name and print what they print without us`(
        _ program: Program
    ) async throws {
        let machine = try await Machine.shared.value
        #expect(!machine.runtimes.isEmpty)
        let runtimes = program.needsUvloop ? machine.uvloopRuntimes : machine.runtimes
        for runtime in runtimes where program.versions.contains(runtime.version) {
            let run = try Run(of: program, with: runtime, on: machine)
            run.expectSameOutput()
            run.expectFindings()
            try run.expectEditsToCure(on: machine)
        }
    }

    /// Rules that no program can show: they are about runs, not about what an interpreter says, and
    /// since 3.8 nothing leads to the words of the last one.
    private static let unseen: Set = [
        "findings-omitted", "flaky", "harness-error", "output-truncated", "report-incomplete",
        "timeline-truncated",
        "stream-lost-before-connect",
    ]

    @Test func `every rule about what an interpreter says has a program`() {
        let named = Set(Program.all.flatMap(\.rules))
        #expect(Set(Rule.all.map(\.id)).subtracting(named) == Self.unseen)
        #expect(Program.all.filter { $0.name.hasPrefix("clean_") }.count >= 45)
        #expect(Program.all.count >= 110)
    }

    @Test func `name ranges of versions, which are open or end with all that begin alike`() {
        let versions = Versions("3.9-3.11.6, 3.12.1, 3.13-")
        let inside: [PythonRuntime.Version] = [
            .init(3, 9, 0), .init(3, 10, 99), .init(3, 11, 6), .init(3, 12, 1), .init(3, 13, 0),
            .init(4, 0, 0),
        ]
        let outside: [PythonRuntime.Version] = [
            .init(3, 8, 20), .init(3, 11, 7), .init(3, 12, 0), .init(3, 12, 2),
        ]
        #expect(inside.allSatisfy(versions.contains))
        #expect(!outside.contains(where: versions.contains))
        #expect(Versions("3.9").contains(.init(3, 9, 18)))
    }
}

/// One program under one interpreter, watched and plain.
private struct Run {
    let program: Program
    let runtime: PythonRuntime
    let watched: Machine.Outcome
    let plain: Machine.Outcome
    let findings: [Finding]
    let state: ReportState

    init(of program: Program, with runtime: PythonRuntime, on machine: Machine) throws {
        self.program = program
        self.runtime = runtime
        let folder = try machine.makeFolder("\(program.name)-\(runtime.version)")
        let report = folder + ".report"
        try Data(program.text.utf8).write(to: URL(filePath: folder).appending(path: "main.py"))
        try Data().write(to: URL(filePath: report))

        var spec = JobSpec(
            program: .init(files: ["main.py": .text(program.text)], start: .entry("main.py"))
        )
        spec.debug.tracemalloc = program.tracedFrames
        spec.debug.warnings = program.flags.isEmpty ? ["default"] : [program.flags[1]]
        // What is slow on purpose takes 0.4 s and more; what is not may take 0.1 s, the default, on a
        // machine with no core to spare.
        spec.debug.slowCallbackDuration = Seconds(program.isSlow ? .milliseconds(250) : .seconds(5))
        spec.debug.hashSeed = 1
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
        watched = try Machine.run(
            command.arguments,
            command.environment,
            in: folder,
            report: report
        )
        // The same path, and nothing in it that the first run has left.
        _ = try machine.makeFolder("\(program.name)-\(runtime.version)")
        try Data(program.text.utf8).write(to: URL(filePath: folder).appending(path: "main.py"))
        var environment = command.environment
        for name in ["PYTHONPATH", "PYTHONMALLOC", "LOOPBOX_CONFIG", "LOOPBOX_REPORT_FD"] {
            environment[name] = nil
        }
        plain = try Machine.run(command.arguments, environment, in: folder, report: nil)

        var decoder = FrameDecoder()
        let facts = decoder.read(watched.report)
        state = decoder.state
        findings = FindingsBuilder(spec: spec, run: 1).findings(
            from: facts,
            stderr: watched.stderr,
            hasCrashed: watched.status < 0
        )
    }

    var title: Comment { "\(program.name) under \(runtime.version)" }

    func expectSameOutput() {
        #expect(watched.status == plain.status, title)
        #expect(watched.lines(\.stdout) == plain.lines(\.stdout), title)
        #expect(watched.lines(\.stderr) == plain.lines(\.stderr), title)
    }

    func expectFindings() {
        #expect((state == .complete) == program.isReportComplete, title)
        let shown = findings.map { finding in
            let place = finding.location.map { "\($0.line):\($0.column ?? 0)-\($0.endColumn ?? 0)" }
            return
                "\(finding.rule) \(place ?? "-") x\(finding.count) \(finding.message) | \(finding.fix)"
        }.joined(separator: "\n")
        let comment: Comment = "\(program.name) under \(runtime.version) gave\n\(shown)"
        let expectations = program.findings(under: runtime.version)
        guard findings.count == expectations.count else {
            Issue.record("\(findings.count) findings, not \(expectations.count): \(comment)")
            return
        }
        for (finding, expected) in zip(findings, expectations) {
            #expect(finding.rule == expected.rule, comment)
            #expect(expected.message.isEmpty || finding.message.contains(expected.message), comment)
            #expect(expected.fix.isEmpty || finding.fix.contains(expected.fix), comment)
            #expect(finding.count == expected.count, comment)
            if let lines = expected.lines, finding.location != nil || !expected.isPlaceOptional {
                #expect(finding.location.map { lines.contains($0.line) } == true, comment)
                #expect(finding.location?.path == "main.py", comment)
                let text = program.text.components(separatedBy: "\n")
                #expect(finding.location.map { text[$0.line - 1] == $0.snippet } == true, comment)
            } else if !expected.isPlaceOptional {
                #expect(finding.location == nil, comment)
            }
            if let columns = expected.columns, hasColumns(finding) {
                #expect(finding.location?.column == columns.lowerBound, comment)
                #expect(finding.location?.endColumn == columns.upperBound, comment)
            }
            if let creation = expected.creation {
                #expect(finding.creation.map(\.line) == creation, comment)
            }
            if let stack = expected.stack { #expect(finding.stack.map(\.line) == stack, comment) }
            if let seconds = expected.seconds {
                #expect(finding.seconds.map { seconds.contains($0.value) } == true, comment)
            }
            #expect(!finding.raw.isEmpty && !finding.doc.isEmpty, comment)
            for frame in finding.stack + finding.creation {
                #expect(frame.path == "main.py", comment)
            }
        }
    }

    /// What an editor would make of the program has to be Python, and has no such finding any more.
    func expectEditsToCure(on machine: Machine) throws {
        for (finding, edit) in findings.compactMap({ finding in
            finding.edit.map { (finding, $0) }
        }) {
            var lines = program.text.components(separatedBy: "\n")
            let line = Array(lines[edit.line - 1].unicodeScalars)
            var changed = String.UnicodeScalarView(line[..<(edit.column - 1)])
            changed += edit.text.unicodeScalars
            changed += line[(edit.endColumn - 1)...]
            lines[edit.line - 1] = String(changed)
            let cured = try Run(
                of: program.with(text: lines.joined(separator: "\n")),
                with: runtime,
                on: machine
            )
            let left = cured.findings.filter { other in
                other.rule == "syntax-error"
                    || other.rule == finding.rule && other.location?.line == edit.line
            }
            #expect(left.isEmpty, "\(title): \(lines[edit.line - 1])")
        }
    }

    /// Tracebacks have columns since 3.11; those of calls are found in the text.
    private func hasColumns(_ finding: Finding) -> Bool {
        runtime.version >= .init(3, 11, 0) || finding.rule == "coroutine-never-awaited"
    }
}
