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
        return report
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

    static let queued = Report(
        .job(Crafted.job(state: .queued, outcome: nil, hasStarted: false)),
        version: "0.1.0"
    )
}
