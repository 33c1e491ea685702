// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecSchema {
    /// `expect`.
    static let expect = Codec<Expectations>.map(
        [
            Field(
                "exit",
                ExitCodec.codec,
                \.exit,
                defaults: expectations,
                fallbackText: "0; `any` where `timeout` is true",
                examples: [.statuses([0, 3]), .any, .signal("SIGTERM")],
                summary: "How the program ends: a status, a list of them, `any`, or `signal:NAME`."
            ),
            Field(
                "timeout",
                .boolean,
                \.timeout,
                defaults: expectations,
                summary: "Whether it must be ended for its time; else it must not be."
            ),
            Field(
                "findings",
                findings,
                \.findings,
                defaults: expectations,
                summary: "What is found."
            ),
            Field(
                "duration",
                time.optional,
                \.duration,
                defaults: nil,
                fallbackText: "any",
                examples: [Seconds(.seconds(5))],
                summary: "The longest that a run may last by the clock."
            ),
            Field(
                "cpu",
                time.optional,
                \.cpu,
                defaults: nil,
                fallbackText: "any",
                examples: [Seconds(.seconds(2))],
                summary: "The most processor time that a run may use."
            ),
            Field(
                "memory",
                Codec<ByteCount>.size(.mebibytes(1) ... .gibibytes(64), example: "64MiB").optional,
                \.memory,
                defaults: nil,
                fallbackText: "any",
                examples: [.mebibytes(64)],
                summary: "The most memory that one process of a run may have resident."
            ),
            Field(
                "stdout",
                ExpectedTextCodec.codec.optional,
                \.stdout,
                defaults: nil,
                fallbackText: "anything",
                examples: [.equals("done"), .contains("done")],
                summary: "What it writes to its standard output: the text, or `{equals: …}`, "
                    + "`{contains: …}`, `{matches: …}`."
            ),
            Field(
                "stderr",
                ExpectedTextCodec.codec.optional,
                \.stderr,
                defaults: nil,
                fallbackText: "anything",
                examples: [.matches("(?m)^WARNING ")],
                summary: "What it writes to its standard error, likewise."
            ),
        ],
        example: "{exit: 0}",
        start: { Expectations() },
        finish: { expect, seen, _ in
            var expect = expect
            // How a program ends that is ended is not for it to say.
            if expect.timeout, seen["exit"] == nil { expect.exit = .any }
            return expect
        },
        undo: { $0 }
    )

    private static let expectations = Expectations()

    /// A bound; longer than any run lasts.
    private static let time = Codec<Seconds>.duration(
        .milliseconds(1) ... .seconds(86_400),
        example: "5s"
    )

    private static let findings = Codec<Expectations.Findings>.map(
        [
            Field(
                "fail_on",
                .words(),
                \.failOn,
                defaults: Expectations.Findings(),
                examples: [.error],
                summary: "From which severity on a finding fails the run; `none`: no finding does."
            ),
            Field(
                "allow",
                .list(of: allowed, count: 0...Expectations.Findings.entriesMax, noun: "entries"),
                \.allow,
                defaults: Expectations.Findings(),
                summary:
                    "Findings that do not fail the run, as long as there are no more than `max`."
            ),
            Field(
                "require",
                .list(of: required, count: 0...Expectations.Findings.entriesMax, noun: "entries"),
                \.require,
                defaults: Expectations.Findings(),
                summary: "Findings that must be there, and do not fail the run."
            ),
        ],
        example: "{fail_on: error}",
        start: { Expectations.Findings() }
    )

    private static let rule = Codec<String>.text(
        .init(
            countMin: 1,
            countMax: RuleName.bytesMax,
            form: "an id or a category of `GET /v1/rules`"
        ),
        example: "slow-callback"
    ) { name, reading in RuleName.error(in: name, key: reading.key) }

    private static let path = Codec<String>.text(
        .init(countMin: 1, countMax: PathRules.bytesMax, form: "one of the files"),
        example: "main.py"
    ) { path, _ in PathRules.error(in: path) }.optional

    private static let count = Codec<Int>.integer(1...Expectations.Findings.countMax)

    private static let anyRule = "slow-callback"

    private static let allowed = Codec<Expectations.Allowed>.map(
        [
            Field(
                "rule",
                rule,
                \.rule,
                defaults: nil,
                isRequired: true,
                examples: ["slow-callback", "resource"],
                summary: "A rule, or a category of rules."
            ),
            Field(
                "path",
                path,
                \.path,
                defaults: nil,
                fallbackText: "any",
                examples: ["main.py"],
                summary: "The file at which they are."
            ),
            Field(
                "max",
                Codec<Int>.integer(0...Expectations.Findings.countMax).optional,
                \.max,
                defaults: nil,
                fallbackText: "any number",
                examples: [2],
                summary: "How often at most; more fail the run, whatever their severity."
            ),
        ],
        example: "{rule: slow-callback}",
        start: { Expectations.Allowed(rule: anyRule) }
    )

    private static let required = Codec<Expectations.Required>.map(
        [
            Field(
                "rule",
                rule,
                \.rule,
                defaults: nil,
                isRequired: true,
                examples: ["slow-callback", "resource"],
                summary: "A rule, or a category of rules."
            ),
            Field(
                "path",
                path,
                \.path,
                defaults: nil,
                fallbackText: "any",
                examples: ["main.py"],
                summary: "The file at which they are."
            ),
            Field(
                "line",
                Codec<Int>.integer(1...1_000_000).optional,
                \.line,
                defaults: nil,
                fallbackText: "any",
                examples: [3],
                summary: "The line of that file."
            ),
            Field(
                "min",
                count,
                \.min,
                defaults: Expectations.Required(rule: anyRule),
                examples: [2],
                summary: "How often at least."
            ),
            Field(
                "max",
                count.optional,
                \.max,
                defaults: nil,
                fallbackText: "any number",
                examples: [4],
                summary: "How often at most."
            ),
        ],
        example: "{rule: slow-callback}",
        start: { Expectations.Required(rule: anyRule) },
        finish: { entry, seen, reading in
            if let line = seen["line"], seen["path"] == nil {
                reading.fault(
                    .missingKey("path", in: reading.key, example: "path: main.py"),
                    at: line.keySpan
                )
            }
            if let most = entry.max, entry.min > most, let place = seen["max"] {
                reading.fault(
                    .neverHolds(key: reading.key, .minAboveMax(min: entry.min, max: most)),
                    at: place.value.span,
                    in: .key("max")
                )
            }
            return entry
        },
        undo: { $0 }
    )
}
