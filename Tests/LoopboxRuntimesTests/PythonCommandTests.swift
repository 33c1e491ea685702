// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxRuntimes

@Suite struct `Python command` {
    private let runtime = PythonRuntime(executable: "/usr/bin/python3.13", version: .init(3, 13, 0))
    private let surroundings = PythonCommand.Surroundings(
        workDirectory: "/w",
        temporaryDirectory: "/t",
        harness: "/h",
        reportDescriptor: 7
    )

    private func spec(_ change: (inout JobSpec) -> Void = { _ in }) -> JobSpec {
        var spec = JobSpec(program: .init(files: [:], start: .entry("main.py")))
        change(&spec)
        return spec
    }

    @Test func `a job with every default runs in development mode`() {
        let command = PythonCommand(spec: spec(), runtime: runtime, in: surroundings)
        #expect(
            command.arguments == [
                "/usr/bin/python3.13", "-X", "dev", "-W", "default", "main.py",
            ]
        )
        #expect(
            command.environment == [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/w", "TMPDIR": "/t",
                "LANG": "C.UTF-8", "PYTHONASYNCIODEBUG": "1", "PYTHONPATH": "/h",
                "PYTHONMALLOC": "pymalloc", "LOOPBOX_REPORT_FD": "7",
                "LOOPBOX_CONFIG":
                    #"{"slow_callback_duration":0.1,"asyncio":true,"log_level":null,"loop":"default","#
                    + #""blocking_stack":true,"deadlock":true,"timeline":"tasks","standing_at":9.5,"stacks_at":9.75,"hides_malloc":true,"pythonpath":null}"#,
            ]
        )
    }

    @Test func `every option has its words`() {
        var begunSurroundings = surroundings
        begunSurroundings.begun = 5
        let command = PythonCommand(
            spec: spec {
                $0.program.start = .module("app.main")
                $0.program.args = ["-x", "a b"]
                $0.debug.asyncio = false
                $0.debug.devMode = false
                $0.debug.tracemalloc = 0
                $0.debug.warnings = ["error::RuntimeWarning", "default"]
                $0.debug.logLevel = .debug
                $0.debug.loop = .poll
                $0.debug.blockingStack = false
                $0.debug.timeline = .callbacks
                $0.debug.hashSeed = 3
            },
            runtime: runtime,
            in: begunSurroundings
        )
        #expect(
            command.arguments == [
                "/usr/bin/python3.13", "-X", "faulthandler", "-W", "error::RuntimeWarning", "-W",
                "default", "-m", "app.main", "-x", "a b",
            ]
        )
        #expect(command.environment["PYTHONASYNCIODEBUG"] == nil)
        #expect(command.environment["PYTHONHASHSEED"] == "3")
        #expect(
            command.environment["LOOPBOX_CONFIG"]
                == #"{"slow_callback_duration":0.1,"asyncio":false,"log_level":"debug","loop":"poll","#
                + #""blocking_stack":false,"deadlock":true,"timeline":"callbacks","begun":5,"#
                + #""standing_at":9.5,"stacks_at":9.75,"hides_malloc":false,"pythonpath":null}"#
        )
    }

    @Test func `development mode has its checks of memory where they are asked for`() {
        func allocator(_ change: (inout JobSpec) -> Void) -> String? {
            PythonCommand(spec: spec(change), runtime: runtime, in: surroundings)
                .environment["PYTHONMALLOC"]
        }
        #expect(allocator { $0.debug.malloc = .debug } == nil)
        #expect(allocator { $0.debug.devMode = false } == nil)
        #expect(
            allocator {
                $0.debug.malloc = .debug
                $0.debug.devMode = false
            } == "debug"
        )
        #expect(allocator { $0.program.env["PYTHONMALLOC"] = "malloc" } == "malloc")
    }

    @Test func `the program's own search path follows ours`() {
        let command = PythonCommand(
            spec: spec { $0.program.env = ["PYTHONPATH": "lib:/x", "HOME": "/own", "A": "\"\n"] },
            runtime: runtime,
            in: surroundings
        )
        #expect(command.environment["PYTHONPATH"] == "/h:lib:/x")
        #expect(command.environment["HOME"] == "/own")
        #expect(command.environment["A"] == "\"\n")
        #expect(
            command.environment["LOOPBOX_CONFIG"]?.hasSuffix(#""pythonpath":"lib:/x"}"#) == true
        )
    }

    @Test func `an empty search path adds no entry`() {
        let command = PythonCommand(
            spec: spec { $0.program.env = ["PYTHONPATH": ""] },
            runtime: runtime,
            in: surroundings
        )
        #expect(command.environment["PYTHONPATH"] == "/h")
        #expect(command.environment["LOOPBOX_CONFIG"]?.hasSuffix(#""pythonpath":""}"#) == true)
    }
}
