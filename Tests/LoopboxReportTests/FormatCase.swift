// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

@testable import LoopboxReport

/// A report that is written in every format.
struct FormatCase: Sendable, CustomStringConvertible {
    let name: String
    let report: Report

    var description: String { name }

    init(_ name: String, _ report: Report) {
        self.name = name
        self.report = report
    }

    static let all: [FormatCase] = [
        FormatCase("rich", rich), FormatCase("two-runs", twoRuns), FormatCase("queued", queued),
        FormatCase("gate", gate), FormatCase("gate-passed", gatePassed),
    ]

    /// The findings of several rules, with everything that a finding can have.
    static let rich: Report = {
        var findings = [
            TextReportCase.deprecated, TextReportCase.slow, TextReportCase.unclosed, awkward,
            TextReportCase.neverAwaited, TextReportCase.chained, TextReportCase.group, placeless,
        ]
        for place in findings.indices { findings[place].id = "f\(place + 1)" }
        var job = Crafted.job(
            [
                Crafted.run(
                    findings,
                    exit: 1,
                    ending: "an exception that nobody caught ended the program (exit 1)",
                    report: .incomplete,
                    stdout: OutputSummary(
                        written: ByteCount(bytes: 2_000_000),
                        kept: ByteCount(bytes: 1 << 20)
                    )
                )
            ],
            name: "nightly fetch",
            verdict: .failed
        )
        job.version = 4
        var report = Report(.job(job), version: "0.1.0")
        report.outputs[1] = .init(
            stdout: CapturedOutput(head: Array("fetched 3 of 5\n\u{1B}[31m]]>\u{0}\n".utf8)),
            stderr: CapturedOutput(head: Array("main.py:4: RuntimeWarning: …\n".utf8) + [0xFF])
        )
        report.timelines[1] = timeline
        return report
    }()

    /// A task that made another one, which never came to its end; a callback; a task left out.
    static let timeline: Timeline = {
        func at(_ milliseconds: Int) -> Seconds { Seconds(.milliseconds(milliseconds)) }
        func task(_ id: Int, _ coroutine: String, parent: Int?, ended: Seconds?) -> Timeline.Task {
            Timeline.Task(
                id: id,
                name: "Task-\(id)",
                coroutine: coroutine,
                loop: 1,
                parent: parent,
                creation: .init(path: "main.py", line: 9, function: "<module>"),
                created: at(id == 1 ? 15 : 23),
                firstStep: at(10 * id + 10),
                ended: ended,
                steps: 1,
                busy: at(2),
                state: ended == nil ? .pending : .finished,
                waitsFor: ended == nil ? "Event.wait" : nil
            )
        }
        func step(_ task: Int?, _ name: String?, _ begin: Int) -> Timeline.Step {
            Timeline.Step(
                loop: 1,
                task: task,
                name: name,
                at: at(begin),
                seconds: at(3),
                lag: at(1)
            )
        }
        return Timeline(
            run: 1,
            mode: .callbacks,
            isTruncated: true,
            ended: at(61),
            loops: [
                LoopTimings(
                    loop: 1,
                    thread: "MainThread",
                    started: at(9),
                    stopped: at(60),
                    running: at(51),
                    iterations: 4,
                    callbacks: 4,
                    busy: at(12),
                    lag: .init(p50: at(1), p95: at(1), p99: at(1), max: at(1)),
                    longest: []
                )
            ],
            tasksTotal: 3,
            tasks: [
                task(1, "main", parent: nil, ended: at(50)),
                task(2, "wor\u{1B}ker", parent: 1, ended: nil),
            ],
            steps: [
                step(1, nil, 20), step(2, nil, 30), step(nil, "print", 40), step(3, nil, 45),
            ],
            lag: [.init(at: at(60), seconds: at(1))]
        )
    }()

    /// A path that is no URI, and a message that is no link.
    private static let awkward = Crafted.finding(
        "future-exception-never-retrieved",
        .error,
        "a future got an exception that nobody read: KeyError: [50%](http://example.com/), \"<b>\"",
        fix: "await it; or: call exception()",
        at: Crafted.at("orders/café #1, new.py", 7, "Žaneta.prüfe", "    😀 = f[50%]", 5..<6),
        exception: Crafted.exception(
            "KeyError",
            "[50%](http://example.com/)",
            [
                Crafted.at(
                    "/usr/lib/python3.13/asyncio/tasks.py",
                    304,
                    "__step_run_and_handle_result"
                ),
                Crafted.at("orders/café #1, new.py", 7, "Žaneta.prüfe", "    😀 = f[50%]", 5..<6),
                Crafted.at("<string>", 1, "<lambda>"),
            ]
        )
    )

    private static let placeless = Crafted.finding(
        "asyncio-log",
        .warning,
        "asyncio logged: socket.send() raised exception.",
        fix: "read the message"
    )

    static let twoRuns: Report = {
        var again = TextReportCase.neverAwaited
        again.run = 2
        return Report(
            .job(
                Crafted.job([
                    Crafted.run([TextReportCase.neverAwaited]),
                    Crafted.run(
                        [again],
                        run: 2,
                        runtime: "python3.11.2",
                        outcome: .timedOut,
                        exit: nil,
                        signal: "SIGKILL",
                        ending: "limits.time of 10 s was over, and SIGTERM did not end it"
                    ),
                ])
            ),
            version: "0.1.0"
        )
    }()

    /// Four runs of a matrix, with a verdict, its reasons, and differences.
    static let gate: Report = {
        func cell(_ mode: String) -> Cell {
            Cell([
                Setting(key: "program.runtime", value: .text("python3.13")),
                Setting(key: "program.env.MODE", value: .text(mode)),
            ])
        }
        func found(_ finding: Finding, _ run: Int) -> Finding {
            var finding = finding
            finding.run = run
            finding.fingerprint = finding.rule
            return finding
        }
        var runs = (1...3).map { number in
            var findings = [found(TextReportCase.neverAwaited, number)]
            if number == 2 { findings.append(found(TextReportCase.slow, number)) }
            return Crafted.run(findings, run: number)
        }
        runs.append(
            Crafted.run([], run: 4, exit: 3, ending: "exited with status 3")
        )
        for place in runs.indices { runs[place].cell = cell(place < 2 ? "fast" : "<slow>") }
        var expect = Expectations()
        expect.stdout = .equals("hello\nbye\n")
        let required = Expectations.Required(rule: "slow-callback")
        expect.findings.require = [required, required]
        var job = Crafted.job(runs, name: "fetcher gate", verdict: .failed, expect: expect)
        job.conclusion.failures = [
            GateFailure(
                expect: "exit",
                detail: "expected status 0, but the program exited with status 3",
                pointer: "/expect/exit",
                runs: [4]
            ),
            GateFailure(
                expect: "findings.fail_on",
                detail: "1 finding at or above warning: coroutine-never-awaited at main.py:4",
                pointer: "/expect/findings/fail_on",
                runs: [1, 2, 3]
            ),
            GateFailure(
                expect: "stdout",
                detail: "stdout differs from what is expected in line 2",
                pointer: "/expect/stdout",
                runs: [2, 4],
                diff: " hello\n-bye\n+\u{1B}[31mby<e ::error::"
            ),
        ]
        var comparison = Comparison(planned: 6)
        comparison.wall = Comparison.Spread(
            min: Seconds(.milliseconds(90)),
            median: Seconds(.milliseconds(100)),
            p95: Seconds(.milliseconds(310)),
            max: Seconds(.milliseconds(310)),
            fastest: 2,
            slowest: 4
        )
        comparison.ends = [
            Comparison.End(outcome: .exited, exit: 0, signal: nil, runs: [1, 2, 3]),
            Comparison.End(outcome: .exited, exit: 3, signal: nil, runs: [4]),
        ]
        comparison.findings = [
            Comparison.FindingDifference(
                found(TextReportCase.slow, 2),
                runs: [2],
                missing: [1, 3, 4]
            )
        ]
        comparison.outputs = [
            Comparison.OutputDifference(
                stream: "stdout",
                runs: [2, 4],
                against: 1,
                line: 2,
                text: "\u{1B}[31mby<e ::error::",
                other: nil,
                isCut: true
            )
        ]
        comparison.omitted = 3
        job.conclusion.comparison = comparison
        return Report(.job(job), version: "0.1.0")
    }()

    /// A single run that is as it should be.
    static let gatePassed: Report = {
        var expect = Expectations()
        expect.stdout = .matches("(?m)^done$")
        expect.duration = Seconds(.seconds(5))
        let job = Crafted.job([Crafted.run()], verdict: .passed, expect: expect)
        return Report(.job(job), version: "0.1.0")
    }()

    static let queued = Report(
        .job(Crafted.job(state: .queued, outcome: nil, hasStarted: false)),
        version: "0.1.0"
    )
}
