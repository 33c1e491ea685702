// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

@testable import LoopboxReport

// MARK: Ends of runs

extension TextReportCase {
    static let endings: [TextReportCase] = [
        TextReportCase("clean", TextReport(job: Crafted.job([Crafted.run()]))),
        TextReportCase(
            "clean-without-debug-mode",
            TextReport(
                job: Crafted.job(
                    [Crafted.run()],
                    debug: {
                        var debug = JobSpec.DebugOptions()
                        debug.asyncio = false
                        return debug
                    }()
                )
            )
        ),
        TextReportCase(
            "exit-status",
            TextReport(
                job: Crafted.job(
                    [Crafted.run(exit: 3, ending: "the program called exit with status 3")],
                    name: "exit status"
                )
            )
        ),
        TextReportCase(
            "timed-out",
            TextReport(
                job: Crafted.job(
                    [
                        Crafted.run(
                            outcome: .timedOut,
                            exit: nil,
                            signal: "SIGKILL",
                            ending: "killed by SIGKILL: it ran longer than limits.time (1s), and "
                                + "did not end within limits.grace (500ms)",
                            total: .milliseconds(1530),
                            report: .incomplete,
                            stdout: OutputSummary(
                                written: ByteCount(bytes: 108_893),
                                kept: .kibibytes(4)
                            )
                        )
                    ],
                    outcome: .timedOut
                )
            )
        ),
        TextReportCase(
            "signaled",
            TextReport(
                job: Crafted.job(
                    [
                        Crafted.run(
                            [neverAwaited],
                            outcome: .signaled,
                            exit: nil,
                            signal: "SIGSEGV",
                            ending: "killed by SIGSEGV (invalid memory reference)"
                        )
                    ],
                    outcome: .signaled
                )
            )
        ),
        TextReportCase(
            "verdict-failed",
            TextReport(
                job: Crafted.job(
                    [Crafted.run([neverAwaited])],
                    name: "nightly",
                    verdict: .failed
                )
            )
        ),
        TextReportCase(
            "verdict-passed",
            TextReport(job: Crafted.job([Crafted.run()], verdict: .passed))
        ),
        TextReportCase(
            "output-tail",
            TextReport(
                job: Crafted.job([Crafted.run([slow])]),
                output: .tail(
                    lines: 3,
                    stdout: CapturedOutput(
                        head: Array("1\n2\n".utf8),
                        tail: Array("4998 pieces\n4999 pieces\n5000 pieces\n".utf8),
                        dropped: 99
                    ),
                    stderr: CapturedOutput(
                        head: Array("\u{1B}[31mred\u{1B}[0m\ttab\nno end\r".utf8)
                    )
                )
            )
        ),
        TextReportCase(
            "output-empty",
            TextReport(
                job: Crafted.job([Crafted.run()]),
                output: .tail(lines: 3, stdout: CapturedOutput(), stderr: CapturedOutput())
            )
        ),
        TextReportCase(
            "several-runs",
            TextReport(
                job: Crafted.job([
                    Crafted.run(runtime: "python3.11.2"),
                    Crafted.run([neverAwaited], run: 2, runtime: "python3.12.1"),
                    Crafted.run(run: 3, exit: 1, ending: "the program ended with status 1"),
                ])
            )
        ),
        TextReportCase(
            "local-run",
            TextReport(
                run: Crafted.run([deprecated, neverAwaited]),
                name: "main.py",
                debug: .init()
            )
        ),
        TextReportCase(
            "local-run-clean",
            TextReport(run: Crafted.run(), name: "tools/prices.py", debug: .init())
        ),
    ]
}

// MARK: States of jobs

extension TextReportCase {
    static let states: [TextReportCase] = [
        TextReportCase(
            "queued",
            TextReport(job: Crafted.job(state: .queued, outcome: nil, hasStarted: false))
        ),
        TextReportCase(
            "running",
            TextReport(job: Crafted.job(name: "nightly", state: .running, outcome: nil))
        ),
        TextReportCase(
            "running-again",
            TextReport(job: Crafted.job(state: .running, outcome: nil, attempt: 2))
        ),
        TextReportCase(
            "cancelled",
            TextReport(job: Crafted.job(outcome: .cancelled, hasStarted: false))
        ),
        TextReportCase(
            "cancelled-while-running",
            TextReport(job: Crafted.job(outcome: .cancelled))
        ),
        TextReportCase(
            "expired",
            TextReport(job: Crafted.job(outcome: .expired, hasStarted: false))
        ),
        TextReportCase("lost", TextReport(job: Crafted.job(outcome: .lost, attempt: 2))),
        TextReportCase("sandbox-failed", TextReport(job: Crafted.job(outcome: .sandboxFailed))),
    ]
}
