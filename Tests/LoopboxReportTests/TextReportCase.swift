// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

@testable import LoopboxReport

/// A report of every shape, by name.
struct TextReportCase: Sendable, CustomStringConvertible {
    let name: String
    let report: TextReport
    var isColored = false

    var description: String { name }

    init(_ name: String, _ report: TextReport, isColored: Bool = false) {
        self.name = name
        self.report = report
        self.isColored = isColored
    }

    /// A completed job with one run and these findings.
    init(_ name: String, _ findings: Finding...) {
        let exit = findings.contains { $0.rule == "uncaught-exception" } ? 1 : 0
        let ending = exit == 1 ? "an exception that nobody caught ended the program (exit 1)" : ""
        let run = Crafted.run(findings, exit: exit, ending: ending)
        self.init(name, TextReport(job: Crafted.job([run])))
    }

    static let all: [TextReportCase] = findings + endings + states + hostile + limits
}

// MARK: What the findings are made of

extension TextReportCase {
    static let neverAwaited = Crafted.finding(
        "coroutine-never-awaited",
        .error,
        "coroutine 'sleep' was never awaited",
        fix: "await asyncio.sleep(1)",
        at: Crafted.at(4, "main", "    asyncio.sleep(1)          # forgotten await", 5..<21),
        stack: [
            Crafted.at(9, "<module>", "asyncio.run(main())"),
            Crafted.at(4, "main", "    asyncio.sleep(1)          # forgotten await"),
        ],
        creation: [
            Crafted.at(9, "<module>", "asyncio.run(main())"),
            Crafted.at(4, "main", "    asyncio.sleep(1)          # forgotten await"),
        ]
    )

    static let slow = Crafted.finding(
        "slow-callback",
        .warning,
        "main() held the event loop for 0.302 s",
        fix: "await asyncio.to_thread(time.sleep, 0.3)",
        at: Crafted.at("board.py", 9, "ask_machine", "    time.sleep(0.3)", 5..<20),
        stack: [
            Crafted.at("board.py", 25, "main", "        train = ask_machine()"),
            Crafted.at("board.py", 9, "ask_machine", "    time.sleep(0.3)"),
        ],
        task: TaskReport(name: "Task-1", coroutine: "main"),
        took: .milliseconds(302),
        count: 12
    )

    static let unclosed = Crafted.finding(
        "unclosed-socket",
        .warning,
        "a socket was not closed",
        fix: "close it, or open it in a with statement",
        at: Crafted.at("house.py", 8, "call", "    kitchen, attic = socket.socketpair()"),
        creation: [
            Crafted.at("house.py", 18, "<module>", "asyncio.run(call(\"dinner\"))"),
            Crafted.at("house.py", 8, "call", "    kitchen, attic = socket.socketpair()"),
        ]
    )

    static let deprecated = Crafted.finding(
        "deprecation-warning",
        .note,
        "datetime.datetime.utcnow() is deprecated",
        fix: "move to the interface that the message names",
        at: Crafted.at("board.py", 3, "<module>", "now = datetime.utcnow()", 7..<24)
    )

    static let findings: [TextReportCase] = [
        TextReportCase("never-awaited", neverAwaited),
        TextReportCase("slow-callback", slow),
        TextReportCase("unclosed-without-columns", unclosed),
        TextReportCase("several-findings", deprecated, slow, unclosed, neverAwaited),
        TextReportCase(
            "never-retrieved",
            Crafted.finding(
                "task-exception-never-retrieved",
                .error,
                "a task failed and nobody looked: LookupError: zoe is not in the room",
                fix: "keep the task and await it, or run it in a TaskGroup",
                at: Crafted.at(
                    "chat.py",
                    10,
                    "deliver",
                    "        raise LookupError(f\"{to} is not in the room\")",
                    9..<54
                ),
                creation: [
                    Crafted.at("chat.py", 27, "<module>", "asyncio.run(main())"),
                    Crafted.at("chat.py", 23, "main", "    await post(\"zoe\", \"hello?\")"),
                    Crafted.at(
                        "chat.py",
                        17,
                        "post",
                        "    asyncio.create_task(deliver(to, text))"
                    ),
                ],
                exception: Crafted.exception(
                    "LookupError",
                    "zoe is not in the room",
                    [
                        Crafted.at(
                            "chat.py",
                            10,
                            "deliver",
                            "        raise LookupError(f\"{to} is not in the room\")"
                        )
                    ]
                ),
                task: TaskReport(name: "Task-3", coroutine: "deliver")
            )
        ),
        TextReportCase("chained-exceptions", chained),
        TextReportCase("exception-group", group),
        TextReportCase(
            "wrong-thread",
            Crafted.finding(
                "wrong-thread-call",
                .error,
                "a loop method was called from the thread 'receiver'",
                fix: "loop.call_soon_threadsafe(chart.append, position)",
                at: Crafted.at(
                    "ship.py",
                    12,
                    "receive",
                    "        loop.call_soon(chart.append, position)",
                    9..<47
                ),
                exception: Crafted.exception(
                    "RuntimeError",
                    "Non-thread-safe operation invoked on an event loop other than the current one",
                    [
                        Crafted.at("/usr/lib/python3.11/threading.py", 1038, "_bootstrap_inner"),
                        Crafted.at("/usr/lib/python3.11/threading.py", 975, "run"),
                        Crafted.at(
                            "ship.py",
                            12,
                            "receive",
                            "        loop.call_soon(chart.append, position)"
                        ),
                        Crafted.at(
                            "/usr/lib/python3.11/asyncio/base_events.py",
                            800,
                            "_check_thread",
                            "    raise RuntimeError("
                        ),
                    ]
                )
            )
        ),
        TextReportCase(
            "without-place",
            Crafted.finding(
                "fatal-error",
                .error,
                "the interpreter crashed: Segmentation fault",
                fix: "look at the native code at the top of the stack",
                stack: [
                    Crafted.at(31, "<module>"), Crafted.at(14, "draw", "    canvas.flush()"),
                ]
            )
        ),
        TextReportCase(
            "without-source",
            Crafted.finding(
                "runtime-warning",
                .warning,
                "invalid value in a division",
                fix: "read the message",
                at: Crafted.at("<string>", 1, "<module>")
            )
        ),
        TextReportCase(
            "rules-url",
            TextReport(
                job: Crafted.job([Crafted.run([neverAwaited])]),
                more: "http://localhost:8080/v1/rules/"
            )
        ),
        TextReportCase(
            "color",
            TextReport(
                job: Crafted.job([Crafted.run([deprecated, slow, neverAwaited])]),
                color: true
            ),
            isColored: true
        ),
    ]

    static let chained = Crafted.finding(
        "uncaught-exception",
        .error,
        "uncaught AttributeError: 'NoneType' object has no attribute 'append'",
        fix: "handle or fix the exception",
        at: Crafted.at("library.py", 24, "lend", "        cards.append(title)", 9..<21),
        stack: [
            Crafted.at("library.py", 27, "<module>", "asyncio.run(lend(\"herbal\"))"),
            Crafted.at("library.py", 24, "lend", "        cards.append(title)"),
        ],
        exception: Crafted.exception(
            "AttributeError",
            "'NoneType' object has no attribute 'append'",
            [
                Crafted.at("library.py", 27, "<module>", "asyncio.run(lend(\"herbal\"))"),
                Crafted.at("/usr/lib/python3.13/asyncio/runners.py", 194, "run"),
                Crafted.at("library.py", 24, "lend", "        cards.append(title)"),
            ],
            context: Crafted.exception(
                "library.BookMissing",
                "no shelf for 'herbal'",
                [
                    Crafted.at("library.py", 21, "lend", "        return await find(title)"),
                    Crafted.at(
                        "library.py",
                        16,
                        "find",
                        "        raise BookMissing(f\"no shelf for {title!r}\") from missing"
                    ),
                ],
                cause: Crafted.exception(
                    "KeyError",
                    "'herbal'",
                    [Crafted.at("library.py", 14, "find", "        return shelves[title]")]
                )
            )
        )
    )

    static let group = Crafted.finding(
        "uncaught-exception",
        .error,
        "the program ended with an exception",
        fix: "handle or fix the exceptions of the group",
        at: Crafted.at(
            "cook.py",
            15,
            "main",
            "    async with asyncio.TaskGroup() as hands:",
            16..<36
        ),
        exception: Crafted.exception(
            "ExceptionGroup",
            "unhandled errors in a TaskGroup (2 sub-exceptions)",
            [
                Crafted.at("cook.py", 20, "<module>", "asyncio.run(main())"),
                Crafted.at(
                    "cook.py",
                    15,
                    "main",
                    "    async with asyncio.TaskGroup() as hands:"
                ),
                Crafted.at("/usr/lib/python3.13/asyncio/taskgroups.py", 133, "__aexit__"),
            ],
            group: [
                Crafted.exception(
                    "PermissionError",
                    "the captain keeps the key",
                    [
                        Crafted.at(
                            "cook.py",
                            9,
                            "fetch",
                            "        raise PermissionError(\"the captain keeps the key\")"
                        )
                    ]
                ),
                Crafted.exception(
                    "ExceptionGroup",
                    "two barrels (2 sub-exceptions)",
                    [],
                    group: [
                        Crafted.exception("LookupError", "the salt barrel is empty"),
                        Crafted.exception(
                            "asyncio.exceptions.CancelledError",
                            "",
                            [Crafted.at("cook.py", 11, "fetch", "        await dig()")],
                            cause: Crafted.exception("TimeoutError", "")
                        ),
                    ]
                ),
            ]
        )
    )
}
