// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

/// Each test runs ProcessPoolProgram, whose `Program.swift` says what it does.
@Suite struct ProcessPoolExecutorTests {
    /// The program, built beside the tests.
    private static let program: String = {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let tests = String(decoding: path[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(tests[..<tests.lastIndex(of: "/")!])/ProcessPoolProgram"
    }()

    private func output(
        _ scenario: String,
        worker: String? = nil
    ) throws -> (lines: [String], errors: String) {
        let program = Self.program
        return try EventLoop.run { loop in
            var environment = ["PATH": "/usr/bin:/bin"]
            environment["LOOP_TEST_WORKER"] = worker
            let child = try Subprocess.exec(
                program,
                [scenario],
                on: loop,
                stdin: .null,
                stdout: .pipe,
                stderr: .pipe,
                environment: environment
            )
            let (stdout, stderr) = try await child.communicate()
            #expect(child.returnCode == 0, "\(text(stderr ?? []))")
            let lines = text(stdout ?? []).split(separator: "\n").map(String.init)
            return (lines, text(stderr ?? []))
        }
    }

    @Test func `calls go to workers of which there are no more than may be`() throws {
        let lines = try output("results").lines
        #expect(
            lines == [
                "sum 2470, workers 2", "3000000", #"["marked false", "leader true"]"#,
                "workers left: 0",
            ]
        )
    }

    @Test func `a worker that is killed fails its call alone and is replaced`() throws {
        let lines = try output("death").lines
        #expect(
            lines == [
                "signal 9: the worker of ProcessPoolProgram.Die was ended by signal 9",
                "1 4 9 16 25 36 49 64 81 100 ",
                "WorkerDied: the worker of ProcessPoolProgram.Leave exited with status 5",
                "WorkerDied: the worker of ProcessPoolProgram.Hang was ended by signal 15",
                "144",
                "workers left: 0",
            ]
        )
    }

    @Test func `an error of the task and a message that is too large leave the worker alive`()
        throws
    {
        let lines = try output("errors").lines
        #expect(
            lines == [
                "ProcessPoolError: ProcessPoolProgram.Fail threw Oops: Oops(number: 3)",
                "ProcessPoolError: ProcessPoolProgram.Forgotten is unknown: name it in "
                    + "ProcessPoolExecutor.main([...]), first in the program",
                "ProcessPoolError: a message of 16777249 bytes is too large: at most 16777216 go "
                    + "to a worker and back",
                "ProcessPoolError: a message of 16777222 bytes is too large: at most 16777216 go "
                    + "to a worker and back",
                "16777116",
                "workers 1",
                "workers left: 0",
            ]
        )
    }

    @Test func `a call that is cancelled ends its worker, and others go on`() throws {
        let lines = try output("cancel").lines
        #expect(
            lines == [
                "CancellationError: CancellationError()", "CancellationError: CancellationError()",
                "CancellationError: CancellationError()", "25", "workers left: 0",
            ]
        )
    }

    @Test func `closing answers the call that is under way and refuses the next`() throws {
        let lines = try output("closing").lines
        #expect(
            lines == [
                "9", "ProcessPoolError: the process pool is closed", "workers left: 0",
            ]
        )
    }

    @Test func `a worker that does not come to main is given up`() throws {
        let lines = try output("silent", worker: "silent").lines
        #expect(
            lines == [
                "ProcessPoolError: a worker said nothing for 0.05 seconds: call "
                    + "ProcessPoolExecutor.main([...]) before anything else",
                "workers left: 0",
            ]
        )
    }

    @Test func `a worker that makes a pool before main is stopped`() throws {
        let lines = try output("hasty", worker: "hasty").lines
        #expect(
            lines == [
                "WorkerDied: the worker of main exited with status 9", "workers left: 0",
            ]
        )
    }

    @Test func `a pool that is dropped open says so in debug mode and ends its workers`() throws {
        let (lines, errors) = try output("unclosed")
        #expect(lines == [])
        #expect(errors.contains("ResourceWarning: unclosed executor <ProcessPoolExecutor>"))
        #expect(!errors.contains("Subprocess"))
    }
}
