// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxRuntimes
import Testing

/// What the harness makes of a spec's options, under every interpreter of the machine.
@Suite struct `Python harness` {
    /// The parts are one module.
    @Test func `no two functions or classes of the harness have the same name`() throws {
        let inside = try #require(PythonHarness.files.first { $0.name == "loopbox_inside.py" })
        let names = String(decoding: inside.bytes, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("def ") || $0.hasPrefix("class ") }
            .map { $0.split { " (:".contains($0) }[1] }
        #expect(names.count > 100)
        #expect(Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys.sorted() == [])
    }

    @Test(arguments: [
        (JobSpec.LoopKind.poll, "PollSelector"), (.select, "SelectSelector"),
        (.epoll, "EpollSelector"),
    ])
    func `the loop stands on the selector that is asked for`(
        _ kind: JobSpec.LoopKind,
        _ name: String
    ) async throws {
        let text = """
            import asyncio

            async def main():
                print(type(asyncio.get_running_loop()._selector).__name__)

            asyncio.run(main())
            """
        for (runtime, result) in try await WatchedRun.all(
            text,
            name: "loop-\(kind)",
            { $0.debug.loop = kind }
        ) {
            #expect(result.output == name + "\n", "\(runtime.version)")
        }
    }

    @Test func `uvloop is the loop where it is asked for`() async throws {
        let text = """
            import asyncio

            async def main():
                loop = asyncio.get_running_loop()
                print(type(loop), loop.get_debug(), loop.slow_callback_duration)

            asyncio.run(main())
            """
        for (_, result) in try await WatchedRun.all(
            text,
            name: "uvloop",
            with: \.uvloopRuntimes,
            {
                $0.debug.loop = .uvloop
                $0.debug.slowCallbackDuration = Seconds(.milliseconds(250))
            }
        ) {
            #expect(result.output == "<class 'uvloop.Loop'> True 0.25\n")
            #expect(result.findings.isEmpty && result.state == .complete)
            let unseen = FindingsBuilder(files: [:], run: 1).unseen(from: result.facts)
            #expect(unseen?.contains("deadlock") == true)
        }
        for (_, result) in try await WatchedRun.all(text, name: "no-uvloop") {
            #expect(FindingsBuilder(files: [:], run: 1).unseen(from: result.facts) == nil)
        }
    }

    @Test(arguments: [
        ("sum(range(10**12))", "async", 8), ("lock.acquire()", "plain", 8),
    ])
    func `the stacks are told of what can't tell them itself when the time is over`(
        _ call: String,
        _ kind: String,
        _ line: Int
    ) async throws {
        let text = """
            import asyncio
            import signal
            import threading

            lock = threading.Lock()
            lock.acquire()
            \(kind == "async" ? "async " : "")def main():
                \(call)

            signal.setitimer(signal.ITIMER_REAL, 3)
            \(kind == "async" ? "asyncio.run(main())" : "main()")
            """
        for (runtime, result) in try await WatchedRun.all(
            text,
            name: "stacks-\(kind)",
            { $0.limits.time = Seconds(.seconds(2)) }
        ) {
            let builder = FindingsBuilder(files: ["main.py": text], run: 1)
            let standing = builder.standing(from: result.facts, stacks: result.stacks)
            let thread = try #require(standing?.threads.last, "\(runtime.version)")
            #expect(thread.name == "MainThread" && thread.stack.last?.line == line)
            let findings = builder.findings(from: result.facts, stacks: result.stacks)
            #expect(findings.map(\.rule) == (kind == "async" ? ["slow-callback"] : []))
            #expect(findings.allSatisfy { $0.location?.line == line })
        }
    }

    @Test func `options of debug mode reach the loop and the logger`() async throws {
        let text = """
            import asyncio
            import logging

            async def main():
                loop = asyncio.get_running_loop()
                print(loop.get_debug(), loop.slow_callback_duration, logging.getLogger("asyncio").level)
                loop.slow_callback_duration = 3
                print(loop.slow_callback_duration)

            asyncio.run(main())
            """
        for (runtime, result) in try await WatchedRun.all(
            text,
            name: "options",
            {
                $0.debug.asyncio = false
                $0.debug.slowCallbackDuration = Seconds(.milliseconds(250))
                $0.debug.logLevel = .debug
            }
        ) { #expect(result.output == "False 0.25 10\n3\n", "\(runtime.version)") }
        for (runtime, result) in try await WatchedRun.all(text, name: "defaults") {
            #expect(result.output == "True 0.1 0\n3\n", "\(runtime.version)")
        }
    }

    @Test func `the hello names the interpreter and the farewell ends the report`() async throws {
        for (runtime, result) in try await WatchedRun.all("", name: "empty") {
            #expect(result.facts.map(\.kind) == [.hello, .bye])
            #expect(result.facts.first?.version == runtime.version.description)
            #expect(result.state == .complete)
            let born = try #require(result.facts.first?.born)
            #expect(result.facts.allSatisfy { $0.at >= born })
        }
    }

    @Test func `files that are called like modules of the library are left alone`() async throws {
        let files = [
            // The interpreter calls the function at its end.
            "threading.py": "print('own threading')\n\ndef _shutdown():\n    pass\n",
            "asyncio.py": "print('own asyncio')\n",
            "sitecustomize.py": "print('never')\n", "loopbox_inside.py": "print('imported')\n",
        ]
        let text = "import threading, asyncio, loopbox_inside\n"
        for (runtime, result) in try await WatchedRun.all(text, name: "shadows", files: files) {
            // Packages of an installation may have imported the library's threading by then.
            let own = "own asyncio\nimported\n"
            #expect(
                [own, "own threading\n" + own].contains(result.output),
                "\(runtime.version)"
            )
            #expect(result.findings.isEmpty && result.state == .complete)
        }
    }

    @Test func `the program's own sitecustomize and search path are there`() async throws {
        let files = ["sitecustomize.py": "import sys\nprint('own', __name__ in sys.modules)\n"]
        let text =
            "import os, sys, sitecustomize\nprint(os.environ['PYTHONPATH'], sitecustomize.__file__)\n"
        for (runtime, result) in try await WatchedRun.all(
            text,
            name: "own",
            files: files,
            {
                $0.program.env["PYTHONPATH"] = "."
            }
        ) {
            let lines = result.output.split(separator: "\n")
            #expect(lines.first == "own True", "\(runtime.version)")
            #expect(
                lines.last?.hasPrefix(". /") == true
                    && lines.last?.hasSuffix("/sitecustomize.py") == true
            )
        }
    }

    @Test func `no more than 20 events of a place and 2000 places are told`() async throws {
        let text = """
            import warnings

            warnings.simplefilter("always")
            for number in range(50):
                warnings.warn("again")
            for line in range(1, 2101):
                warnings.warn_explicit("once", UserWarning, "elsewhere.py", line)
            """
        for (runtime, result) in try await WatchedRun.all(
            text,
            name: "many",
            { $0.debug.warnings = ["ignore"] }
        ) {
            let told = result.facts.filter { $0.kind == .warning }.count
            #expect(told == 20 + 1999, "\(runtime.version)")
            #expect(result.findings.first?.count == 50)
            #expect(result.findings.first?.location?.line == 5)
        }
    }

    @Test func `a frame above the limit is shortened`() async throws {
        let text = """
            class Long(Exception):
                def __str__(self):
                    return "\\0" * 20000

            error = None
            for _ in range(30):
                new = Long()
                new.__cause__ = error
                error = new
            raise error
            """
        for (runtime, result) in try await WatchedRun.all(text, name: "long") {
            #expect(result.facts.map(\.kind) == [.hello, .uncaught, .bye], "\(runtime.version)")
            #expect(result.state == .complete)
        }
    }
}
