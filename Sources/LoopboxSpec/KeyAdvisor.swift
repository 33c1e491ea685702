// SPDX-License-Identifier: Apache-2.0

/// Says what a key that isn't there was probably meant to be.
package enum KeyAdvisor {
    /// Advice on `key`, which the map at `path`, whose keys are `keys`, has not.
    static func advice(
        on key: String,
        at path: SpecPath,
        keys: [String]
    ) -> SpecError.KeyAdvice? {
        if keys == ContentCodec.keys { return ContentCodec.advice(on: key) }
        let normal = String(String.UnicodeScalarView(NearestWord.normal(key)))
        // 1. The key itself in another case, or with a slip.
        if keys.contains(normal) { return .key(normal) }
        // 2. What people type: first what belongs here, then what belongs elsewhere.
        let meant = aliases.filter { $0.words.contains(normal) }.map(\.meaning)
        for case .path(let target) in meant {
            if let word = last(of: target, at: path, keys: keys) { return .key(word) }
        }
        for meaning in meant {
            switch meaning {
            case .note(let detail, let hint):
                return .note(detail: "\(Excerpt.quoted(key)) is not a key: \(detail)", hint: hint)
            // What stands in items of `webhooks` can't be named from elsewhere.
            case .path(let target) where target.hasPrefix("webhooks."): continue
            case .path(let target): return .key(target)
            }
        }
        // 3. A key of another map, where there is only one of that name.
        // What is expected has the names of what it is about: those are meant rather.
        for maps in [["webhooks", "expect"], ["webhooks"]] {
            let elsewhere = SpecSchema.paths.filter {
                $0.last == normal && !maps.contains($0.first ?? "")
            }
            if elsewhere.count == 1 { return .key(elsewhere[0].joined(separator: ".")) }
        }
        // 4. A slip of a key here.
        return NearestWord.suggestion(for: key, among: keys).map { .key($0) }
    }

    /// The last key of `target` where it belongs in the map at `path`.
    private static func last(of target: String, at path: SpecPath, keys: [String]) -> String? {
        let here = path.steps.compactMap { step in
            if case .key(let key) = step { key } else { nil }
        }
        let parts = target.split(separator: ".").map(String.init)
        return Array(parts.dropLast()) == here ? parts.last : nil
    }

    package enum Meaning {
        case path(String)
        case note(String, hint: String)
    }

    /// What people type and what they mean by it; the first that fits the map is taken.
    package static let aliases: [(words: Set<String>, meaning: Meaning)] = [
        (
            [
                "timeout", "time_limit", "max_time", "wall_time", "wall_limit", "wall_time_limit",
                "timeout_seconds", "time_out", "duration", "deadline", "run_timeout", "max_runtime",
            ], .path("limits.time")
        ),
        (
            [
                "output_limit", "max_output", "stdout_limit", "max_output_size", "stdout", "stderr",
                "log_limit",
            ], .path("limits.output")
        ),
        (["grace_period", "kill_after", "stop_timeout", "term_grace"], .path("limits.grace")),
        (["limit", "resources", "constraints"], .path("limits")),
        (
            [
                "language", "lang", "python", "python_version", "interpreter", "image",
                "executable", "compiler", "engine", "language_id", "py",
            ], .path("program.runtime")
        ),
        (
            [
                "code", "script", "source_code", "src", "content", "text", "body", "snippet",
                "program_source", "inline",
            ], .path("program.source")
        ),
        (["file", "sources", "additional_files", "contents"], .path("program.files")),
        (
            [
                "main", "entrypoint", "entry_point", "cmd", "command", "run", "start", "path",
                "script_path", "filename", "file_name", "main_file",
            ], .path("program.entry")
        ),
        (["mod", "package", "python_module"], .path("program.module")),
        (
            [
                "argv", "arguments", "arg", "params", "parameters", "command_line_arguments",
                "flags",
            ],
            .path("program.args")
        ),
        (["input", "std_in", "stdin_data", "standard_input"], .path("program.stdin")),
        (
            [
                "environment", "env_vars", "envs", "environ", "variables", "vars",
                "environment_variables",
            ], .path("program.env")
        ),
        (["job", "app", "task", "spec", "steps", "jobs"], .path("program")),
        (["title", "job_name", "id", "display_name"], .path("name")),
        (["tags", "tag", "metadata", "annotations", "label", "meta"], .path("labels")),
        (["callback_url", "endpoint", "target", "uri", "href", "to"], .path("webhooks.url")),
        (["event", "on", "when", "types", "trigger"], .path("webhooks.events")),
        (
            ["token", "key", "signing_secret", "hmac", "secret_key", "secret_name", "password"],
            .path("webhooks.secret")
        ),
        (["format", "content", "body", "detail", "data"], .path("webhooks.payload")),
        (
            [
                "webhook", "callback", "callback_url", "url", "endpoint", "callbacks", "hooks",
                "hook", "notify",
                "notifications", "webhook_url", "on_complete", "notification",
            ], .path("webhooks")
        ),
        (["diagnostics", "debugging", "options", "settings", "asyncio_options"], .path("debug")),
        (
            ["asyncio_debug", "debug_mode", "pythonasynciodebug", "debug", "enabled"],
            .path("debug.asyncio")
        ),
        (
            [
                "slow_callback", "slow_threshold", "slow_callback_threshold", "slow_duration",
                "slow",
            ],
            .path("debug.slow_callback_duration")
        ),
        (["dev", "development_mode", "x_dev", "pythondevmode"], .path("debug.dev_mode")),
        (
            ["warning", "w", "warning_filters", "filters", "pythonwarnings"],
            .path("debug.warnings")
        ),
        (["trace_malloc", "pythontracemalloc"], .path("debug.tracemalloc")),
        (["pythonmalloc", "allocator"], .path("debug.malloc")),
        (["fault_handler", "pythonfaulthandler"], .path("debug.faulthandler")),
        (
            ["level", "loglevel", "log", "logging", "verbosity", "log_lvl"],
            .path("debug.log_level")
        ),
        (["event_loop", "selector", "loop_type", "policy"], .path("debug.loop")),
        (["watchdog", "block_stack", "blocking"], .path("debug.blocking_stack")),
        (["seed", "pythonhashseed", "hashseed", "random_seed"], .path("debug.hash_seed")),
        (
            [
                "requirements", "packages", "dependencies", "deps", "pip", "install", "requires",
                "requirements_txt", "libraries",
            ],
            .note(
                "jobs have no package installer",
                hint: "packages present in each runtime are listed by GET /v1/runtimes; "
                    + "ask the operator to add to the image"
            )
        ),
        (
            ["memory_limit", "mem", "mem_limit", "max_memory", "memory_mb", "ram"],
            .path("limits.memory")
        ),
        (["cpus", "cpu_limit", "cpu_time", "cpu_time_limit"], .path("limits.cpu")),
        (["pids", "threads", "max_processes", "nproc", "tasks_max"], .path("limits.processes")),
        (["nofile", "files_max", "descriptors", "fds"], .path("limits.open_files")),
        (["storage", "disk_limit", "max_file_size", "quota"], .path("limits.disk")),
        (
            [
                "expected_output", "expected_stdout", "expected", "answer", "expect_output",
            ], .path("expect.stdout")
        ),
        (["expected_stderr", "errors"], .path("expect.stderr")),
        (
            [
                "exit_code", "exit_status", "status", "returncode", "return_code", "code",
                "exitcode",
            ],
            .path("expect.exit")
        ),
        (
            ["expectations", "gate", "assert", "assertions", "checks", "verdict", "quality_gate"],
            .path("expect")
        ),
        (
            ["fail_level", "fail_at", "severity", "threshold", "min_severity", "level"],
            .path("expect.findings.fail_on")
        ),
        (["ignore", "allowed", "allowlist", "except"], .path("expect.findings.allow")),
        (["required", "must_have", "expect_rules"], .path("expect.findings.require")),
        (["regex", "regexp", "pattern", "match"], .path("expect.stdout.matches")),
        (["strategy", "axes", "parametrize", "variants"], .path("matrix")),
        (
            ["repetitions", "repetition", "times", "iterations", "retries", "retry", "runs"],
            .path("repeat")
        ),
        (["n", "number", "times", "repetitions"], .path("repeat.count")),
        (["fail_fast", "failfast", "stop_on_error", "exitfirst"], .path("repeat.stop_on_failure")),
        (["max_parallel", "concurrency", "workers", "jobs", "n"], .path("repeat.parallel")),
        (["isolation", "security", "container"], .path("sandbox")),
        (["net", "internet", "networking"], .path("sandbox.network")),
    ]
}
