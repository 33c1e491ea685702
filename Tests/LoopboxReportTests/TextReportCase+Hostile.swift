// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

@testable import LoopboxReport

// MARK: Programs that mean harm

extension TextReportCase {
    private static let clear = "\u{1B}[2J\u{1B}[H"

    static let hostile: [TextReportCase] = [
        TextReportCase(
            "hostile-escapes",
            TextReport(
                job: Crafted.job(
                    [
                        Crafted.run(
                            [
                                Crafted.finding(
                                    "other-\u{1B}[31mwarning",
                                    .warning,
                                    "\(clear)all is well\nmain.py:1:1: error: forged [rule]\r\n\u{202E}",
                                    fix: "press\u{7} Enter\u{9B}31m",
                                    at: Crafted.at(
                                        "ev\nil\u{1B}]0;title\u{7}.py",
                                        7,
                                        "f\u{8}\u{8}g",
                                        "x = '\(clear)'; bad()",
                                        17..<22
                                    ),
                                    stack: [Crafted.at("a\rb.py", 1, "<mod\nule>", "\u{0}")],
                                    exception: Crafted.exception("Err\nor", clear),
                                    task: TaskReport(name: "T\r\n1", coroutine: "\u{1B}c")
                                )
                            ],
                            runtime: "python\u{1B}[5m",
                            exit: 1,
                            ending: "ended\u{1B}[5m badly"
                        )
                    ],
                    name: "quiet\"\n\u{1B}[8m"
                )
            )
        ),
        TextReportCase(
            "hostile-lengths",
            Crafted.finding(
                String(repeating: "rule-", count: 90),
                .error,
                String(repeating: "a long story ", count: 9000),
                fix: String(repeating: "try again ", count: 9000),
                at: Crafted.at(
                    String(repeating: "deep/", count: 90) + "end.py",
                    1_234_567,
                    String(repeating: "f", count: 900),
                    String(repeating: "x = 1; ", count: 9000) + "here()"
                        + String(repeating: "; y = 2", count: 9000),
                    63001..<63007
                ),
                stack: [
                    Crafted.at(
                        String(repeating: "注文/", count: 90) + "end.py",
                        4,
                        String(repeating: "g", count: 900),
                        String(repeating: "z", count: 9000)
                    )
                ],
                exception: Crafted.exception(
                    String(repeating: "Error", count: 99),
                    String(repeating: "!", count: 9000)
                ),
                task: TaskReport(
                    name: String(repeating: "T", count: 900),
                    coroutine: String(repeating: "c", count: 900)
                )
            )
        ),
        TextReportCase(
            "wide-characters",
            Crafted.finding(
                "coroutine-never-awaited",
                .error,
                "coroutine '注文する' was never awaited",
                fix: "await 注文する('🍕')",
                at: Crafted.at(
                    "店/注文.py",
                    8,
                    "夕食",
                    "    注文する('🍕🍕', 'é')  # 夕食の注文",
                    5..<20
                ),
                task: TaskReport(name: "夕食", coroutine: "夕食")
            )
        ),
        TextReportCase(
            "tabs",
            Crafted.finding(
                "coroutine-never-awaited",
                .error,
                "coroutine\t'store' was never awaited",
                fix: "await store(x)",
                at: Crafted.at(8, "main", "\t\tx = 1;\tstore(x)", 10..<18)
            )
        ),
        TextReportCase(
            "accents",
            Crafted.finding(
                "other-warning",
                .note,
                "zalgo a" + String(repeating: "\u{301}", count: 5000) + " text",
                at: Crafted.at(1, "main", "e\u{301}te\u{301} = f()", 8..<11)
            )
        ),
    ]
}

// MARK: Everything that can grow

extension TextReportCase {
    static let limits: [TextReportCase] = [
        TextReportCase(
            "limit-callers",
            Crafted.finding(
                "slow-callback",
                .warning,
                "main() held the event loop for 0.302 s",
                at: Crafted.at(3, "dig", "    time.sleep(0.3)", 5..<20),
                stack: (1...12).map { Crafted.at(100 - $0, "dig", "    dig(\($0))") }
                    + [Crafted.at(3, "dig", "    time.sleep(0.3)")],
                took: .milliseconds(302)
            )
        ),
        TextReportCase(
            "limit-chain",
            Crafted.finding(
                "uncaught-exception",
                .error,
                "the program ended with an exception",
                exception: (1...11).reduce(Crafted.exception("ValueError", "number 0")) {
                    Crafted.exception("ValueError", "number \($1)", context: $0)
                }
            )
        ),
        TextReportCase(
            "limit-members",
            Crafted.finding(
                "uncaught-exception",
                .error,
                "the program ended with an exception",
                exception: Crafted.exception(
                    "ExceptionGroup",
                    "too many",
                    group: (1...12).map { Crafted.exception("ValueError", "number \($0)") }
                )
            )
        ),
        TextReportCase(
            "limit-depth",
            Crafted.finding(
                "uncaught-exception",
                .error,
                "the program ended with an exception",
                exception: (1...7).reduce(Crafted.exception("ValueError", "innermost")) {
                    Crafted.exception("ExceptionGroup", "level \(8 - $1)", group: [$0])
                }
            )
        ),
    ]
}
