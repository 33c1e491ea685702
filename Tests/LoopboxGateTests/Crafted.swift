// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport

/// Runs and findings of any kind.
enum Crafted {
    static func run(
        _ number: Int = 1,
        _ findings: [Finding] = [],
        outcome: Outcome = .exited,
        exit: Int? = 0,
        signal: String? = nil,
        ending: String = "exited with status 0",
        wall: Duration = .milliseconds(100),
        cpu: Duration = .milliseconds(50),
        memory: ByteCount = .mebibytes(10),
        cell: Cell? = nil
    ) -> RunReport {
        let nothing = OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0))
        return RunReport(
            run: number,
            cell: cell,
            runtime: "python3.13.0",
            outcome: outcome,
            exit: exit,
            signal: signal,
            ending: ending,
            times: RunTimes(
                setup: Seconds(.milliseconds(1)),
                start: Seconds(.zero),
                run: Seconds(wall),
                total: Seconds(wall)
            ),
            usage: Usage(cpuUser: Seconds(cpu), cpuSystem: Seconds(.zero), maxRSS: memory),
            sandbox: Attestation(level: .standard, layers: []),
            stdout: nothing,
            stderr: nothing,
            reportState: .complete,
            findings: findings.map { finding in
                var finding = finding
                finding.run = number
                return finding
            }
        )
    }

    static func finding(
        _ rule: String,
        _ path: String? = "main.py",
        _ line: Int = 3,
        count: Int = 1
    ) -> Finding {
        Finding(
            id: "f1",
            rule: rule,
            severity: Rule.named(rule)?.severity ?? .note,
            run: 1,
            count: count,
            message: "it happened",
            fix: "",
            location: path.map {
                Location(
                    path: $0,
                    line: line,
                    column: nil,
                    endColumn: nil,
                    function: "main",
                    snippet: "x"
                )
            },
            stack: [],
            creation: [],
            exception: nil,
            task: nil,
            seconds: nil,
            at: Seconds(.zero),
            source: .log,
            trust: .reported,
            raw: "",
            doc: "",
            fingerprint: "\(rule) \(path ?? "") \(line)"
        )
    }

    static func output(_ stdout: String = "", _ stderr: String = "") -> Report.Output {
        Report.Output(
            stdout: CapturedOutput(head: Array(stdout.utf8)),
            stderr: CapturedOutput(head: Array(stderr.utf8))
        )
    }

    /// A spec that expects `expect`, run `count` times with each of `values`.
    static func spec(
        _ expect: Expectations? = Expectations(),
        count: Int = 1,
        values: [SpecValue] = []
    ) -> JobSpec {
        var spec = JobSpec(
            program: JobSpec.Program(files: ["main.py": .text("x")], start: .entry("main.py"))
        )
        spec.expect = expect
        spec.repetition.count = count
        if !values.isEmpty {
            spec.matrix.axes = [Matrix.Axis(key: "program.env.N", values: values)]
        }
        return spec
    }
}
