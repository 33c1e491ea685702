// SPDX-License-Identifier: Apache-2.0

import Testing

/// A program that means harm, or is just odd, and what its report has to say.
struct HostileProgram: CustomTestStringConvertible, Sendable {
    let name: String
    let spec: String
    let expected: Expected
    var testDescription: String { name }

    /// What the job's JSON says.
    struct Expected: Sendable {
        var outcome = "exited"
        var exit: Int? = 0
        var signal: String?
        var ending = "exited with status 0"
        var report = "complete"
        var stdout: String?
        var stdoutBytes: Int?
        var rules: [String] = []
    }

    init(
        _ name: String,
        _ source: String,
        and more: String = "",
        env: [String: String] = [:],
        _ expected: Expected
    ) {
        self.name = name
        let variables = env.map { "    \($0.key): \($0.value)\n" }.sorted().joined()
        spec = LoopboxServiceTests.spec(
            source,
            (env.isEmpty ? "" : "  env:\n\(variables)") + more
        )
        self.expected = expected
    }

    static let all: [HostileProgram] = [
        HostileProgram(
            "it writes 200 MB",
            """
            import sys
            for _ in range(200):
                sys.stdout.write("x" * 1_000_000)
            """,
            Expected(stdoutBytes: 200_000_000, rules: ["output-truncated"])
        ),
        HostileProgram(
            "it writes one line of 100 MB",
            "print('x' * 100_000_000)",
            and: "limits: {memory: 512MiB}\n",
            Expected(stdoutBytes: 100_000_001, rules: ["output-truncated"])
        ),
        HostileProgram(
            "it swallows every cancellation",
            """
            import asyncio, signal
            async def main():
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
                while True:
                    try:
                        await asyncio.sleep(60)
                    except asyncio.CancelledError:
                        print("no", flush=True)
            loop = asyncio.new_event_loop()
            task = loop.create_task(main())
            loop.run_until_complete(task)
            """,
            and: "limits: {time: 5s, grace: 200ms}\n",
            Expected(
                outcome: "timed_out",
                exit: nil,
                signal: "SIGKILL",
                ending: "reached its time limit of 5 s, did not end within 200 ms of SIGTERM, "
                    + "and was killed",
                report: "incomplete",
                stdout: "no\n"
            )
        ),
        HostileProgram(
            "it is busy in C",
            "sum(range(10**12))",
            and: "limits: {time: 700ms}\n",
            Expected(
                outcome: "timed_out",
                exit: nil,
                signal: "SIGTERM",
                ending: "reached its time limit of 700 ms and was ended by SIGTERM",
                report: "incomplete",
                stdout: ""
            )
        ),
        HostileProgram(
            "it never ends and ignores SIGTERM",
            """
            import signal
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("begun", flush=True)
            while True:
                pass
            """,
            and: "limits: {time: 700ms, grace: 200ms}\n",
            Expected(
                outcome: "timed_out",
                exit: nil,
                signal: "SIGKILL",
                ending: "reached its time limit of 700 ms, did not end within 200 ms of SIGTERM, "
                    + "and was killed",
                report: "incomplete",
                stdout: "begun\n"
            )
        ),
        HostileProgram(
            "its daemon holds its output open",
            """
            import os, time
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(600)
                os._exit(0)
            os.wait()
            print("left it behind")
            """,
            Expected(stdout: "left it behind\n")
        ),
        HostileProgram(
            "it writes what is no text",
            """
            import sys
            sys.stdout.buffer.write(b"a\\xff\\x00\\x1b[31mb\\n")
            """,
            Expected(stdout: "a\u{FFFD}\0\u{1B}[31mb\n", stdoutBytes: 10)
        ),
        HostileProgram(
            "it reads an input that it has not got",
            "import sys\nprint(repr(sys.stdin.read()))",
            Expected(stdout: "''\n")
        ),
        HostileProgram(
            "it is no Python",
            "print('never seen')\nthis is no Python",
            Expected(
                exit: 1,
                ending: "exited with status 1",
                stdout: "",
                rules: ["syntax-error"]
            )
        ),
        HostileProgram(
            "it is gone in the middle of its report",
            """
            import asyncio, os
            async def main():
                asyncio.sleep(1)
            asyncio.run(main())
            print("still here", flush=True)
            os._exit(7)
            """,
            Expected(
                exit: 7,
                ending: "exited with status 7",
                report: "incomplete",
                stdout: "still here\n",
                rules: ["coroutine-never-awaited", "report-incomplete"]
            )
        ),
        // Its report leaves by a descriptor out of the way of what programs do by accident.
        HostileProgram(
            "it writes garbage to the descriptors that it might have",
            garbage(upTo: 64),
            Expected(stdout: "done\n")
        ),
        HostileProgram(
            "it writes garbage to every descriptor that there can be",
            garbage(upTo: 1024),
            Expected(
                report: "incomplete",
                stdout: "done\n",
                rules: ["report-incomplete"]
            )
        ),
        HostileProgram(
            "it removes the directory that it runs in",
            """
            import os, shutil
            shutil.rmtree(os.path.dirname(os.getcwd()), ignore_errors=True)
            print("gone")
            """,
            Expected(stdout: "gone\n")
        ),
        HostileProgram(
            "it turns off what watches it",
            """
            import asyncio, logging, sys, warnings
            logging.disable()
            warnings.simplefilter("ignore")
            sys.excepthook = sys.unraisablehook = lambda *_: None
            async def main():
                asyncio.get_running_loop().set_debug(False)
                asyncio.run = None
            asyncio.run(main())
            print("done")
            """,
            Expected(stdout: "done\n")
        ),
        HostileProgram(
            "it has variables that others would obey",
            "import json, os\nprint(sorted(k for k in os.environ if k.endswith('_X')))",
            env: [
                "BASH_ENV": "/tmp/none", "PYTHONPATH": "/tmp/none", "ENV": "/tmp/none",
                "PYTHONSTARTUP": "/tmp/none.py",
            ],
            Expected(stdout: "[]\n")
        ),
        HostileProgram(
            "it aborts",
            "import os\nprint('farewell', flush=True)\nos.abort()",
            Expected(
                outcome: "signaled",
                exit: nil,
                signal: "SIGABRT",
                ending: "was killed by SIGABRT",
                report: "incomplete",
                stdout: "farewell\n",
                rules: ["fatal-error", "report-incomplete"]
            )
        ),
        HostileProgram(
            "it kills itself",
            """
            import os, signal
            print("farewell", flush=True)
            os.kill(os.getpid(), signal.SIGSEGV)
            """,
            Expected(
                outcome: "signaled",
                exit: nil,
                signal: "SIGSEGV",
                ending: "was killed by SIGSEGV",
                report: "incomplete",
                stdout: "farewell\n",
                rules: ["fatal-error", "report-incomplete"]
            )
        ),
    ]

    private static func garbage(upTo end: Int) -> String {
        """
        import os
        for number in range(3, \(end)):
            try:
                os.write(number, b"\\xff\\x00garbage" * 1000)
            except OSError:
                pass
        print("done")
        """
    }
}
