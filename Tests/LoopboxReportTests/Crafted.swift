// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// Makes the values that the tests of renderers need, with as few words as a test can have.
enum Crafted {
    static func at(
        _ path: String = "main.py",
        _ line: Int,
        _ function: String,
        _ snippet: String = "",
        _ columns: Range<Int>? = nil
    ) -> Location {
        Location(
            path: path,
            line: line,
            column: columns?.lowerBound,
            endColumn: columns?.upperBound,
            function: function,
            snippet: snippet
        )
    }

    static func at(
        _ line: Int,
        _ function: String,
        _ snippet: String = "",
        _ columns: Range<Int>? = nil
    ) -> Location {
        at("main.py", line, function, snippet, columns)
    }

    static func finding(
        _ rule: String,
        _ severity: Severity,
        _ message: String,
        fix: String = "",
        at location: Location? = nil,
        stack: [Frame] = [],
        creation: [Frame] = [],
        exception: ExceptionReport? = nil,
        task: TaskReport? = nil,
        took: Duration? = nil,
        count: Int = 1
    ) -> Finding {
        Finding(
            id: "f1",
            rule: rule,
            severity: severity,
            run: 1,
            count: count,
            message: message,
            fix: fix,
            location: location,
            stack: stack,
            creation: creation,
            exception: exception,
            task: task,
            seconds: took.map { Seconds($0) },
            at: Seconds(.milliseconds(12)),
            source: .warnings,
            trust: .reported,
            raw: message,
            doc: ""
        )
    }

    static func exception(
        _ type: String,
        _ message: String,
        _ frames: [Frame] = [],
        cause: ExceptionReport? = nil,
        context: ExceptionReport? = nil,
        group: [ExceptionReport] = []
    ) -> ExceptionReport {
        let previous =
            cause.map { ExceptionReport.Previous(relation: .cause, exception: $0) }
            ?? context.map { ExceptionReport.Previous(relation: .context, exception: $0) }
        return ExceptionReport(
            type: type,
            message: message,
            frames: frames,
            previous: previous,
            group: group
        )
    }

    static func run(
        _ findings: [Finding] = [],
        run: Int = 1,
        runtime: String = "python3.13.0",
        outcome: Outcome = .exited,
        exit: Int? = 0,
        signal: String? = nil,
        ending: String = "",
        total: Duration = .milliseconds(87),
        report: ReportState = .complete,
        stdout: OutputSummary? = nil
    ) -> RunReport {
        let empty = OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0))
        return RunReport(
            run: run,
            runtime: runtime,
            outcome: outcome,
            exit: exit,
            signal: signal,
            ending: ending,
            times: RunTimes(
                setup: Seconds(.milliseconds(4)),
                start: Seconds(.milliseconds(21)),
                run: Seconds(.milliseconds(61)),
                total: Seconds(total)
            ),
            usage: Usage(
                cpuUser: Seconds(.milliseconds(50)),
                cpuSystem: Seconds(.milliseconds(8)),
                maxRSS: .mebibytes(18)
            ),
            sandbox: Attestation(level: .none, layers: []),
            stdout: stdout ?? empty,
            stderr: empty,
            reportState: report,
            findings: findings
        )
    }

    static func job(
        _ runs: [RunReport] = [],
        name: String = "",
        state: JobState = .completed,
        outcome: Outcome? = .exited,
        verdict: Verdict? = nil,
        attempt: Int = 1,
        hasStarted: Bool = true,
        debug: JobSpec.DebugOptions = .init(),
        expect: Expectations? = nil
    ) -> ReportedJob {
        var spec = JobSpec(
            program: .init(files: ["main.py": .text("")], start: .entry("main.py"))
        )
        spec.name = name
        spec.debug = debug
        spec.expect = expect
        let created = Timestamp(milliseconds: 1_795_334_400_125)
        let job = Job(
            id: JobID("job_01kb5x2m3n4p5q6r7s8t9v0w1x")!,
            spec: spec,
            state: state,
            outcome: outcome,
            verdict: verdict,
            attempt: attempt,
            createdAt: created,
            startedAt: hasStarted ? created.advanced(by: .milliseconds(125)) : nil,
            endedAt: state == .completed ? created.advanced(by: .milliseconds(375)) : nil
        )
        return ReportedJob(job, runs: runs)
    }
}
