// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecSchema {
    /// `program`.
    static let program = Codec<JobSpec.Program>.map(
        [
            Field(
                "runtime",
                runtime,
                \.runtime,
                defaults: draft,
                examples: ["python3.13"],
                summary: "The interpreter, as its executable is called; `python` is the newest "
                    + "CPython there is."
            ),
            Field(
                "source",
                source,
                \.source,
                defaults: nil,
                examples: ["import asyncio\nasyncio.run(asyncio.sleep(0.1))\n"],
                summary: "A program of one file, `main.py`."
            ),
            Field(
                "files",
                files,
                \.files,
                defaults: nil,
                examples: [["main.py": .text("import fetcher\n")]],
                summary: "The files of a program, by path: text, `{text: …}`, or `{base64: …}`."
            ),
            Field(
                "entry",
                entry,
                \.entry,
                defaults: nil,
                fallbackText: "`main.py`, else the only `.py` file",
                examples: ["app.py"],
                summary: "The file that is run."
            ),
            Field(
                "module",
                module,
                \.module,
                defaults: nil,
                examples: ["package.module"],
                summary: "The module that is run as by `python -m`, instead of `entry`."
            ),
            Field(
                "args",
                args,
                \.args,
                defaults: draft,
                examples: [["--fast", "3"]],
                summary: "What the program has in `sys.argv` behind its own name."
            ),
            Field(
                "stdin",
                stdin,
                \.stdin,
                defaults: nil,
                fallbackText: "nothing, as from /dev/null",
                examples: [.text("ping\n")],
                summary: "What the program reads, and then the end of file."
            ),
            Field(
                "env",
                env,
                \.env,
                defaults: draft,
                examples: [["TZ": "Europe/Berlin"]],
                summary: "Environment variables besides those that every run has."
            ),
        ],
        exactlyOne: [["source", "files"]],
        notBoth: [["entry", "module"]],
        example: "{source: \"print('hello')\"}",
        start: { ProgramDraft() },
        finish: { draft, seen, reading in draft.finished(seen, &reading) },
        undo: { ProgramDraft($0) }
    )

    private static let draft = ProgramDraft()

    static let runtime = Codec<String>.text(
        .init(
            countMin: 1,
            countMax: RuntimeName.bytesMax,
            pattern: RuntimeName.pattern,
            form: "a name of `GET /v1/runtimes`"
        ),
        example: "python3.13"
    ) { name, reading in RuntimeName.error(in: name, context: reading.context) }

    private static let source = Codec<String>(
        shape: .text(.init(countMin: 1, countMax: ProgramDraft.sourceBytesMax)),
        example: "\"print('hello')\"",
        read: { node, reading in
            let content = ContentCodec.codec(
                bytesMax: ProgramDraft.sourceBytesMax,
                example: "\"print('hello')\""
            )
            if case .map = node.content {
                reading.wrongKind(
                    node,
                    expected: "text",
                    example: "|, and the program, indented, on the lines below"
                )
                return nil
            }
            guard case .text(let text) = content.read(node, &reading) else { return nil }
            if text.isEmpty {
                reading.fault(
                    .nothingIn(key: reading.key, cure: "write a program, such as print('hello')"),
                    at: node.span
                )
                return nil
            }
            return text
        },
        write: { $0.isEmpty ? nil : .text($0) }
    )

    private static let files = Codec<[String: JobSpec.FileContent]>.wrapping(
        .dictionary(
            keys: .init(
                noun: "files",
                pattern: #"^(?!/)(?!.*(^|/)\.{0,2}(/|$))[^\\\u0000-\u001f]{1,255}$"#,
                form: "relative paths without `..`, at most \(PathRules.bytesMax) bytes and "
                    + "\(PathRules.depthMax) parts"
            ),
            of: ContentCodec.codec(
                bytesMax: ProgramDraft.filesBytesMax,
                example: "\"print('hello')\""
            ),
            countMax: ProgramDraft.filesMax,
            example: "{main.py: \"print('hello')\"}",
            cureForNone: "a program needs at least one file",
            checkKey: PathRules.error
        ),
        read: { $0 },
        write: { $0.isEmpty ? nil : $0 }
    )

    private static let entry = Codec<String>.wrapping(
        .text(
            .init(countMin: 1, countMax: PathRules.bytesMax, form: "one of the files"),
            example: "main.py"
        ) { path, _ in PathRules.error(in: path) },
        read: { $0 },
        write: { $0.isEmpty ? nil : $0 }
    )

    private static let module = Codec<String>.wrapping(
        .text(
            .init(
                countMin: 1,
                countMax: ModuleName.bytesMax,
                pattern: ModuleName.pattern,
                form: "names with dots between them"
            ),
            example: "package.module"
        ) { name, reading in ModuleName.error(in: name, key: reading.key) },
        read: { $0 },
        write: { $0.isEmpty ? nil : $0 }
    )

    static let args = Codec<[String]>.list(
        of: .text(max: ProgramDraft.argBytesMax, example: "--fast"),
        count: 0...ProgramDraft.argsMax,
        noun: "arguments"
    )

    private static let stdin = Codec<JobSpec.FileContent?>.wrapping(
        ContentCodec.codec(bytesMax: ProgramDraft.stdinBytesMax, example: "\"ping\\n\""),
        read: { $0 },
        write: { $0 }
    )

    private static let env = Codec<[String: String]>.dictionary(
        keys: .init(
            noun: "variables",
            pattern: EnvironmentName.pattern,
            form: "letters, digits and `_`; not `LOOPBOX_*`, `LD_*` and those that a key of "
                + "`debug` sets"
        ),
        of: variable,
        countMax: ProgramDraft.envMax,
        example: "{TZ: Europe/Berlin}",
        checkKey: EnvironmentName.error
    )

    /// The value of an environment variable.
    static let variable = Codec<String>.text(max: EnvironmentName.valueBytesMax, example: "\"\"")
}
