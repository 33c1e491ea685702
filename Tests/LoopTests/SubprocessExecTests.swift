// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct SubprocessExecTests {
    @Test func `a program is found in PATH and what it says is read`() throws {
        try EventLoop.run { loop in
            let child = try Subprocess.exec("echo", ["one", "two"], on: loop, stdout: .pipe)
            let stdout = try #require(child.stdout)
            #expect(text(try await stdout.readLine()) == "one two\n")
            #expect(try await child.wait().ending == .exited(0))
            #expect(child.returnCode == 0)
            #expect(child.stdin == nil && child.stderr == nil)
        }
    }

    @Test func `a program that is not there is told with its name`() throws {
        try EventLoop.run { loop in
            let error = #expect(throws: LoopError.self) {
                _ = try Subprocess.exec("no-such-program", on: loop, stdin: .pipe, stdout: .pipe)
            }
            guard case .spawn(let failure) = error else { return }
            #expect(failure.step == .exec && failure.code == ENOENT)
            #expect(failure.path == "no-such-program")
        }
    }

    @Test func `all input goes in and all output comes out, whatever their size`() throws {
        let input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        try EventLoop.run { loop in
            let child = try Subprocess.shell(
                "tee /dev/stderr",
                on: loop,
                stdin: .pipe,
                stdout: .pipe,
                stderr: .pipe
            )
            let (stdout, stderr) = try await child.communicate(input)
            #expect(stdout == input)
            #expect(stderr == input)
            #expect(child.returnCode == 0)
        }
    }

    @Test func `a child that does not read its input is no error`() throws {
        try EventLoop.run { loop in
            let child = try Subprocess.shell("exit 3", on: loop, stdin: .pipe, stdout: .pipe)
            let (stdout, stderr) = try await child.communicate(
                [UInt8](repeating: 1, count: 1 << 20)
            )
            #expect(stdout == [] && stderr == nil)
            #expect(child.returnCode == 3)
        }
    }

    @Test func `standard error can go where standard output goes`() throws {
        try EventLoop.run { loop in
            let child = try Subprocess.shell(
                "echo out; echo err >&2",
                on: loop,
                stdout: .pipe,
                stderr: .stdout
            )
            #expect(text(try await child.communicate().stdout ?? []) == "out\nerr\n")
        }
    }

    @Test func `a child has the environment and the directory that it was given`() throws {
        try EventLoop.run { loop in
            let given = try Subprocess.shell(
                "echo $LOOP_TEST_VARIABLE; pwd; env | wc -l",
                on: loop,
                stdin: .null,
                stdout: .pipe,
                environment: ["LOOP_TEST_VARIABLE": "here", "PATH": "/usr/bin:/bin"],
                workingDirectory: "/"
            )
            let lines = text(try await given.communicate().stdout ?? []).split(separator: "\n")
            #expect(lines[0] == "here" && lines[1] == "/")
            // PWD and `_` are the shell's own.
            #expect(Int(lines[2].filter(\.isNumber)).map { $0 <= 5 } == true)
            setenv("LOOP_TEST_INHERITED", "yes", 1)
            let inherited = try Subprocess.shell(
                "echo $LOOP_TEST_INHERITED",
                on: loop,
                stdout: .pipe
            )
            #expect(text(try await inherited.communicate().stdout ?? []) == "yes\n")
        }
    }

    @Test func `a descriptor of the caller's can be handed over and stays the caller's`() throws {
        let ends = try pipeEnds()
        try EventLoop.run { loop in
            let child = try Subprocess.exec(
                "echo",
                ["x"],
                on: loop,
                stdout: .descriptor(ends.writing)
            )
            _ = try await child.wait()
            #expect(close(ends.writing) == 0)
            let reader = try loop.connectReadPipe(FileDescriptor(owning: ends.reading))
            #expect(text(try await reader.readToEnd()) == "x\n")
        }
    }

    @Test func `a signal's number is the return code, below zero`() throws {
        try EventLoop.run { loop in
            for (signal, end) in [
                (SIGTERM, { $0.terminate() }), (SIGKILL, { $0.kill() }),
                (SIGUSR1, { $0.sendSignal(SIGUSR1) }),
            ] as [(CInt, (Subprocess) -> Void)] {
                let child = try Subprocess.exec("sleep", ["100"], on: loop)
                #expect(child.returnCode == nil)
                end(child)
                _ = try await child.wait()
                #expect(child.returnCode == -signal)
            }
        }
    }

    @Test func `every wait ends when its task is cancelled, and the child lives on`() throws {
        try EventLoop.run { loop in
            let child = try Subprocess.exec(
                "cat",
                on: loop,
                stdin: .pipe,
                stdout: .pipe,
                stderr: .pipe
            )
            try await expectCancellable(on: loop) { try await child.wait() }
            let input = try #require(child.stdin?.descriptorNumber)
            child.stdin?.write(bytes("x"))
            let stdout = try #require(child.stdout)
            #expect(try await stdout.readExactly(1) == bytes("x"))
            // Stopped, so that it takes no more input than the pipe holds.
            child.sendSignal(SIGSTOP)
            let full = [UInt8](repeating: 1, count: 1 << 20)
            try await expectCancellable(on: loop, watching: input) {
                _ = try await child.communicate(full)
            }
            #expect(child.returnCode == nil)
            child.kill()
            _ = try await child.wait()
        }
    }
}
