// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The one table of all that a job spec can hold.
///
/// It decodes documents, writes them, and is itself written as a JSON Schema and as a reference
/// page; whoever adds a key adds it here and nowhere else.
public enum SpecSchema {
    /// A whole spec.
    package static let job = Codec<JobSpec>.map(
        [
            Field(
                "version",
                version,
                \.version,
                defaults: empty,
                examples: [1],
                summary: "The version of this format."
            ),
            Field(
                "name",
                name,
                \.name,
                defaults: empty,
                examples: ["nightly fetch"],
                summary: "A name for people."
            ),
            Field(
                "labels",
                labels,
                \.labels,
                defaults: empty,
                examples: [["repo": "acme/fetcher", "branch": "main"]],
                summary: "Marks by which jobs are found again."
            ),
            Field(
                "program",
                program,
                \.program,
                defaults: nil,
                isRequired: true,
                examples: [smallest],
                summary: "What is run."
            ),
            Field("debug", debug, \.debug, defaults: empty, summary: "What is watched."),
            Field("limits", limits, \.limits, defaults: empty, summary: "What a run may use."),
            Field("sandbox", sandbox, \.sandbox, defaults: empty, summary: "How it is isolated."),
            Field(
                "expect",
                expect.optional,
                \.expect,
                defaults: nil,
                fallbackText: "no gate, and no verdict",
                examples: [Expectations()],
                summary: "What is expected of each run; from it comes the verdict."
            ),
            Field(
                "matrix",
                matrix,
                \.matrix,
                defaults: nil,
                fallbackText: "none",
                summary: "Keys of the spec with several values each: the program is run with each "
                    + "combination, the last key's values changing fastest."
            ),
            Field(
                "repeat",
                repetition,
                \.repetition,
                defaults: empty,
                examples: [Repetition(count: 25)],
                summary: "How often the program is run with each combination."
            ),
            Field(
                "artifacts",
                artifacts,
                \.artifacts,
                defaults: empty,
                examples: [["out/*.json", "logs/**"]],
                summary:
                    "Which of the files that a run leaves are kept: paths, with `*`, `?`, `[a-z]`, "
                    + "and `**` for folders of any depth."
            ),
            Field(
                "webhooks",
                webhooks,
                \.webhooks,
                defaults: empty,
                summary: "Whom to tell when something happens to the job."
            ),
        ],
        example: "{program: {source: \"print('hello')\"}}",
        start: { empty },
        finish: { spec, seen, reading in
            let spec = lowered(spec, seen, reading.context)
            Coherence(spec, seen).check(&reading)
            return spec
        },
        undo: { $0 }
    )

    /// The keys that lead to each key of a map with fixed keys, from the root on.
    package static let paths: [[String]] = keys(in: job.shape)

    private static func keys(in shape: Shape) -> [[String]] {
        switch shape {
        case .map(let map):
            map.fields.flatMap { field in
                [[field.key]] + keys(in: field.shape).map { [field.key] + $0 }
            }
        case .list(let item, _, _): keys(in: item)
        case .either(let shapes): shapes.flatMap(keys)
        default: []
        }
    }

    private static let smallest = JobSpec.Program(
        files: [ProgramDraft.sourcePath: .text("print('hello')")],
        start: .entry(ProgramDraft.sourcePath)
    )

    /// A spec before anything is read into it.
    private static let empty = JobSpec(program: JobSpec.Program(files: [:], start: .entry("")))

    /// Defaults above an operator's maximum are lowered to it: the user has not asked for them.
    private static func lowered(
        _ spec: JobSpec,
        _ seen: KeysSeen,
        _ context: SpecContext
    ) -> JobSpec {
        var spec = spec
        spec.limits.time = min(spec.limits.time, Seconds(context.maxTime))
        spec.limits.output = min(spec.limits.output, context.maxOutput)
        spec.limits.memory = min(spec.limits.memory, context.maxMemory)
        spec.limits.disk = min(spec.limits.disk, context.maxDisk)
        spec.limits.processes = min(spec.limits.processes, context.maxProcesses)
        // One that was asked for is refused where it is too much.
        if !seen.has(["limits", "output"]) {
            spec.limits.output = min(spec.limits.output, spec.outputMax)
        }
        return spec
    }

    private static let version = Codec<Int>(
        shape: .integer(1...1),
        example: "1",
        read: { node, reading in
            guard
                let (text, isPlain) = reading.scalar(
                    node,
                    expected: "a whole number",
                    example: "1"
                )
            else { return nil }
            if text == "1", isPlain { return 1 }
            reading.fault(
                text == "1"
                    ? .notAnInteger(key: reading.key, found: text, isQuoted: true)
                    : .version(found: text),
                at: node.span
            )
            return nil
        },
        write: { .literal("\($0)") }
    )

    private static let name = Codec<String>.text(
        max: 100,
        unit: "characters",
        example: "nightly fetch",
        isSingleLine: true
    )

    private static let labels = Codec<[String: String]>.dictionary(
        keys: .init(
            noun: "labels",
            pattern: LabelKey.pattern,
            form: "1 to 63 of `a-z 0-9 . _ / -`, first a letter or digit"
        ),
        of: .text(max: 128, example: "main", isSingleLine: true),
        countMax: 16,
        example: "{branch: main}",
        checkKey: LabelKey.error
    )

    /// The keys of `debug`.
    static let debugFields: [Field<JobSpec.DebugOptions>] =
        [
            Field(
                "asyncio",
                .boolean,
                \.asyncio,
                defaults: options,
                summary: "asyncio's debug mode, as by `PYTHONASYNCIODEBUG=1`."
            ),
            Field(
                "slow_callback_duration",
                .duration(.milliseconds(1) ... .seconds(60), example: "50ms"),
                \.slowCallbackDuration,
                defaults: options,
                examples: [Seconds(.milliseconds(50))],
                summary: "From when on a callback that holds the loop counts as slow."
            ),
            Field(
                "dev_mode",
                .boolean,
                \.devMode,
                defaults: options,
                summary: "Python's development mode, `-X dev`."
            ),
            Field(
                "warnings",
                warnings,
                \.warnings,
                defaults: options,
                examples: [["error::RuntimeWarning", "default"]],
                summary:
                    "Filters as after `-W`, in their order: `action:message:category:module:line`."
            ),
            Field(
                "tracemalloc",
                .integer(0...25),
                \.tracemalloc,
                defaults: options,
                examples: [10],
                summary: "Frames kept of where an object was allocated; 0: none."
            ),
            Field(
                "malloc",
                .words(),
                \.malloc,
                defaults: options,
                examples: [.debug],
                summary:
                    "`debug`: development mode's checks of memory, which double the time of pure Python."
            ),
            Field(
                "faulthandler",
                .boolean,
                \.faulthandler,
                defaults: options,
                summary: "Whether a fatal signal prints the stacks of all threads."
            ),
            Field(
                "log_level",
                .words(),
                \.logLevel,
                defaults: options,
                examples: [.debug],
                summary: "Level of the logger `asyncio`."
            ),
            Field(
                "loop",
                .words(),
                \.loop,
                defaults: options,
                examples: [.poll],
                summary:
                    "What the event loop waits with; `uvloop` is another loop, where the runtime has it."
            ),
            Field(
                "blocking_stack",
                .boolean,
                \.blockingStack,
                defaults: options,
                summary: "Whether the stack of a slow callback is taken while it blocks."
            ),
            Field(
                "deadlock",
                .boolean,
                \.deadlock,
                defaults: options,
                summary: "Whether a run ends at once when nothing can ever wake its event loop."
            ),
            Field(
                "dump_tasks_on_timeout",
                .boolean,
                \.dumpTasksOnTimeout,
                defaults: options,
                summary: "Whether the report says where all tasks stood when the time was over."
            ),
            Field(
                "timeline",
                .words(),
                \.timeline,
                defaults: options,
                examples: [.callbacks],
                summary: "What is told of the life of tasks, and of each callback."
            ),
            Field(
                "hash_seed",
                hashSeed,
                \.hashSeed,
                defaults: options,
                examples: [0],
                summary: "Seed of the hashes of strings; the one in use is in the result."
            ),
        ]

    private static let debug = Codec<JobSpec.DebugOptions>.map(
        debugFields,
        example: "{asyncio: true}",
        start: { JobSpec.DebugOptions() }
    )

    private static let options = JobSpec.DebugOptions()

    private static let warnings = Codec<[String]>.list(
        of: .text(
            .init(
                countMin: 1,
                countMax: WarningFilter.bytesMax,
                pattern: "^(\(WarningFilter.actions.joined(separator: "|")))(:[^,:]*){0,4}$",
                form: "a `-W` filter"
            ),
            example: "error"
        ) { text, reading in WarningFilter.error(in: text, key: reading.key) },
        count: 0...32,
        noun: "filters"
    )

    private static let hashSeed = Codec<UInt32?>(
        shape: .either([.words(["random"]), .integer(0...Int(UInt32.max))]),
        example: "0",
        read: { node, reading in
            if case .scalar("random", _) = node.content { return .some(nil) }
            if case .scalar(let text, isPlain: _) = node.content,
                text.unicodeScalars.allSatisfy(\.properties.isAlphabetic)
            {
                reading.fault(
                    .notOneOf(
                        key: reading.key,
                        found: text,
                        words: ["random", "0 to \(UInt32.max)"],
                        suggestion: NearestWord.suggestion(for: text, among: ["random"])
                    ),
                    at: node.span
                )
                return nil
            }
            return Codec<Int>.integer(node, 0...Int(UInt32.max), reading: &reading)
                .map { .some(UInt32($0)) }
        },
        write: { seed in seed.map { .literal("\($0)") } ?? .word("random") }
    )

    private static let artifacts = Codec<[String]>.list(
        of: .text(
            .init(
                countMin: 1,
                countMax: PathRules.bytesMax,
                form:
                    "a relative path without `..`, in which `*`, `?`, `[a-z]` and `**` stand for others"
            ),
            example: "out/*.json"
        ) { path, _ in PathRules.error(in: path) },
        count: 0...20,
        noun: "patterns",
        isUnique: true
    )

    private static let sandbox = Codec<JobSpec.SandboxOptions>.map(
        [
            Field(
                "network",
                Codec<JobSpec.Network>.words().given { network, level in
                    network == .none ? level > .none : level == .strict || level == .none
                }.optional,
                \.network,
                defaults: nil,
                fallbackText: "`loopback` at level strict, else `none`",
                examples: [JobSpec.Network.none],
                summary: "What the program has of the network; `loopback` is its own, with nothing "
                    + "else on it."
            ),
            Field(
                "level",
                Codec<JobSpec.Level>.words().given { asked, level in
                    Attestation.Level(rawValue: asked.rawValue).map { $0 <= level } ?? false
                }.optional,
                \.level,
                defaults: nil,
                fallbackText: "the server's",
                examples: [.strict],
                summary: "The least isolation with which the program may be run."
            ),
        ],
        example: "{network: none}",
        start: { JobSpec.SandboxOptions() }
    )

    private static let processes = Codec<Int>(
        shape: .integer(1...512),
        example: "16",
        read: { node, reading in
            guard let number = Codec<Int>.integer(node, 1...512, reading: &reading) else {
                return nil
            }
            guard number <= reading.context.maxProcesses else {
                reading.fault(
                    .aboveServerMaximum(
                        key: reading.key,
                        found: "\(number)",
                        maximum: "\(reading.context.maxProcesses)",
                        flag: reading.context.maxProcessesFlag
                    ),
                    at: node.span
                )
                return nil
            }
            return number
        },
        write: { .literal("\($0)") }
    )

    /// The keys of `limits`.
    static let limitsFields: [Field<JobSpec.Limits>] =
        [
            Field(
                "time",
                .duration(
                    .milliseconds(100) ... .seconds(300),
                    example: "20s",
                    ceiling: ("--max-time", { $0.maxTime })
                ),
                \.time,
                defaults: JobSpec.Limits(),
                examples: [Seconds(.seconds(20))],
                summary: "How long a run may last by the clock."
            ),
            Field(
                "cpu",
                Codec<Seconds>.duration(
                    .milliseconds(100) ... .seconds(300),
                    example: "5s",
                    ceiling: ("--max-time", { $0.maxTime })
                ).optional,
                \.cpu,
                defaults: nil,
                fallbackText: "as `time`",
                examples: [Seconds(.seconds(5))],
                summary: "How much processor time a run may use, over all its processes."
            ),
            Field(
                "memory",
                .size(
                    .mebibytes(32) ... .gibibytes(2),
                    example: "128MiB",
                    ceiling: ("--max-memory", { $0.maxMemory })
                ),
                \.memory,
                defaults: JobSpec.Limits(),
                examples: [.mebibytes(128)],
                summary: "How much memory a run may have, over all its processes."
            ),
            Field(
                "processes",
                processes,
                \.processes,
                defaults: JobSpec.Limits(),
                examples: [16],
                summary: "How many processes and threads a run may have at once."
            ),
            Field(
                "open_files",
                .integer(16...4096),
                \.openFiles,
                defaults: JobSpec.Limits(),
                examples: [64],
                summary: "How many descriptors a process may have open."
            ),
            Field(
                "disk",
                .size(
                    .mebibytes(1) ... .gibibytes(1),
                    example: "16MiB",
                    ceiling: ("--max-disk", { $0.maxDisk })
                ),
                \.disk,
                defaults: JobSpec.Limits(),
                examples: [.mebibytes(16)],
                summary: "How large a file may be; at level strict, all files together."
            ),
            Field(
                "output",
                .size(
                    .kibibytes(1) ... .mebibytes(16),
                    example: "512KiB",
                    ceiling: ("--max-output", { $0.maxOutput })
                ),
                \.output,
                defaults: JobSpec.Limits(),
                examples: [.kibibytes(512)],
                summary: "What is kept of stdout, and of stderr; the rest is counted and dropped."
            ),
            Field(
                "grace",
                .duration(.zero ... .seconds(10), example: "2s"),
                \.grace,
                defaults: JobSpec.Limits(),
                examples: [Seconds(.seconds(2))],
                summary: "The time between SIGTERM and SIGKILL."
            ),
        ]

    private static let limits = Codec<JobSpec.Limits>.map(
        limitsFields,
        example: "{time: 20s}",
        start: { JobSpec.Limits() }
    )
}
