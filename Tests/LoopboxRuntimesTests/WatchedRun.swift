// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxRuntimes

/// What a program printed and reported under one interpreter of the machine.
struct WatchedRun {
    let runtime: PythonRuntime
    let output: String
    let facts: [Fact]
    let findings: [Finding]
    let timeline: Timeline?
    let state: ReportState
    /// The interpreter's text of its threads' stacks.
    let stacks: [UInt8]

    /// Runs the program `text` under every one of `runtimes`, with `files` beside it.
    ///
    /// - `change`: makes its spec; without it every default is in force, but no tracing of memory.
    static func all(
        _ text: String,
        name: String,
        files: [String: String] = [:],
        with runtimes: KeyPath<Machine, [PythonRuntime]> = \.runtimes,
        _ change: (inout JobSpec) -> Void = { _ in }
    ) async throws -> [(runtime: PythonRuntime, result: WatchedRun)] {
        let machine = try await Machine.shared.value
        return try machine[keyPath: runtimes].map { runtime in
            let folder = try machine.makeFolder("\(name)-\(runtime.version)")
            for (path, text) in files.merging(
                ["main.py": text],
                uniquingKeysWith: { one, _ in one }
            ) {
                try Data(text.utf8).write(to: URL(filePath: folder).appending(path: path))
            }
            var spec = JobSpec(
                program: .init(files: ["main.py": .text(text)], start: .entry("main.py"))
            )
            spec.debug.tracemalloc = 0
            change(&spec)
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
            let outcome = try Machine.run(
                command.arguments,
                command.environment,
                in: folder,
                report: folder + ".report"
            )
            var decoder = FrameDecoder()
            let facts = decoder.read(outcome.report)
            let builder = FindingsBuilder(spec: spec, run: 1)
            let result = WatchedRun(
                runtime: runtime,
                output: String(decoding: outcome.stdout, as: UTF8.self),
                facts: facts,
                findings: builder.findings(from: facts),
                timeline: builder.timeline(
                    from: facts,
                    mode: spec.debug.timeline,
                    length: .seconds(600)
                ),
                state: decoder.state,
                stacks: decoder.stacks
            )
            return (runtime, result)
        }
    }
}
