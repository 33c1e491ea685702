// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// The program `loopbox` as its users call it.
@Suite struct CommandLineTests {
    private let files: TemporaryDirectory

    init() throws { files = try TemporaryDirectory() }

    /// Runs `loopbox` with nothing of ours around it but `environment`.
    private func loopbox(
        _ arguments: String...,
        environment: [String: String] = [:],
        input: String = ""
    ) throws -> Finished {
        try Finished(
            ServerProcess.loopbox,
            arguments,
            environment: try surroundings.merging(environment) { _, own in own },
            directory: files.path,
            input: input
        )
    }

    /// Where temporary files go: what is left there was left behind.
    private var surroundings: [String: String] {
        get throws {
            try FileManager.default.createDirectory(
                atPath: files("tmp"),
                withIntermediateDirectories: true
            )
            return cleanEnvironment.merging(["HOME": files.path, "TMPDIR": files("tmp")]) { $1 }
        }
    }

    // MARK: run

    @Test func `a program without a fault ends with 0`() throws {
        try files.write("import sys\nprint('hello', *sys.argv[1:])", to: "hello.py")
        let run = try loopbox("run", "hello.py", "one", "--two")
        #expect(run.status == .exited(0), "\(run.stderr)")
        #expect(run.stdout.hasPrefix("hello.py  ran for "), "\(run.stdout)")
        #expect(run.stdout.contains("All clear: "))
        #expect(run.stdout.contains("hello one --two\n"))
        #expect(run.stderr == "")
        #expect(entries(files("tmp")) == [])
    }

    @Test func `an error that was found, and a program that failed, end with 1`() throws {
        try files.write(
            "import asyncio\nasync def main():\n    asyncio.sleep(1)\nasyncio.run(main())\n",
            to: "forgotten.py"
        )
        let found = try loopbox("run", "forgotten.py")
        #expect(found.status == .exited(1), "\(found.stderr)")
        #expect(
            found.stdout.contains("\nforgotten.py:3:5: error: coroutine 'sleep' was never awaited")
        )
        let failed = try loopbox("run", Specimens.path("exit-status"))
        #expect(failed.status == .exited(1))
        #expect(failed.stdout.contains("exit 3"))
        try files.write("while True: pass", to: "endless.py")
        let late = try loopbox("run", "--time", "300ms", "endless.py")
        #expect(late.status == .exited(1))
        #expect(late.stdout.contains("timed out"))
        #expect(entries(files("tmp")) == [])
    }

    @Test func `where something is expected the verdict is the exit status`() throws {
        // An error is found, and that is expected.
        let known = spec(
            "import asyncio\nasync def main():\n    asyncio.sleep(1)\nasyncio.run(main())\n",
            "expect: {findings: {require: [{rule: coroutine}]}}\n"
        )
        let passed = try loopbox("run", "-", input: known)
        #expect(passed.status == .exited(0), "\(passed)")
        #expect(passed.stdout.contains("verdict: passed (1 error)"))
        let clean = spec("print('x')", "expect: {stdout: y}\n")
        let failed = try loopbox("run", "-", input: clean)
        #expect(failed.status == .exited(1))
        #expect(failed.stdout.contains("\nNot as expected:\n  expect.stdout: "), "\(failed.stdout)")
        let json = JSON(try loopbox("run", "--json", "-", input: clean).stdout)
        #expect(json.verdict.string == "failed")
        #expect(json.failures[0].pointer.string == "/expect/stdout")
        #expect(json.runs[0].exit.int == 0)
    }

    @Test func `several runs are one report, and each has a folder for its artifacts`() throws {
        let job = spec(
            "import os, sys\nopen('n.txt', 'w').write(os.environ['N'])\nsys.exit(os.environ['N'] == 'b')",
            "artifacts: [n.txt]\nmatrix: {program.env.N: [a, b]}\nrepeat: {parallel: 2}\n"
        )
        let run = try loopbox("run", "--artifacts", files("kept"), "-", input: job)
        #expect(run.status == .exited(1))
        #expect(run.stdout.hasPrefix("-  2 runs\n"), "\(run.stdout)")
        #expect(run.stdout.contains("  end: exit 0 in run 1, exit 1 in run 2\n"))
        #expect(contents(files("kept/1/n.txt")) == "a")
        #expect(contents(files("kept/2/n.txt")) == "b")
        // Progress is for who sits before it.
        #expect(run.stderr == "")
        #expect(entries(files("tmp")) == [])
    }

    @Test func `a spec comes from a file or from standard input`() throws {
        let piped = try loopbox("run", "-", input: spec("print('piped')"))
        #expect(piped.status == .exited(0), "\(piped.stderr)")
        #expect(piped.stdout.contains("piped\n"))
        let json = try loopbox("run", "--json", Specimens.path("never-awaited"))
        #expect(json.status == .exited(1))
        #expect(JSON(json.stdout).findings[0].rule.string == "coroutine-never-awaited")
        #expect(JSON(json.stdout).outcome.string == "exited")
    }

    @Test func `the report comes in the form that is asked for`() throws {
        let program =
            "import asyncio\nasync def main():\n    asyncio.sleep(1)\nasyncio.run(main())\n"
        try FileManager.default.createDirectory(
            atPath: files("src"),
            withIntermediateDirectories: true
        )
        try files.write(program, to: "src/forgotten.py")
        func run(_ format: String) throws -> Finished {
            try loopbox("run", "--format", format, "src/forgotten.py")
        }
        let github = try run("github")
        #expect(github.status == .exited(1))
        #expect(github.stdout.contains("::error file=src/forgotten.py,line=3,"), "\(github.stdout)")
        let sarif = try loopbox(
            "run",
            "--format",
            "sarif",
            "--path-prefix",
            "elsewhere",
            "src/forgotten.py"
        )
        #expect(JSON(sarif.stdout).version.string == "2.1.0")
        #expect(sarif.stdout.contains("\"uri\": \"elsewhere/forgotten.py\""))
        #expect(try run("junit").stdout.contains("classname=\"src/forgotten\""))
        #expect(try run("yaml").stdout.hasPrefix("run: 1\n"))
        #expect(try run("jsonl").stdout.hasPrefix("{\"kind\":\"run\",\"run\":1,"))
        #expect(try run("text").stdout.hasPrefix("src/forgotten.py  ran for "))
        let wrong = try run("xml")
        #expect(wrong.status == .exited(64))
        #expect(wrong.stderr.contains("json, text, yaml, sarif, junit, github, jsonl"))
        let both = try loopbox("run", "--json", "--format", "yaml", "src/forgotten.py")
        #expect(both.status == .exited(64))
    }

    @Test func `a spec that is not valid ends with 2 and is pointed at`() throws {
        let file = try files.write(spec("print(1)", "limit: 5s\n"), to: "wrong.yaml")
        for verb in ["run", "check"] {
            let run = try loopbox(verb, file)
            #expect(run.status == .exited(2))
            #expect(
                run.stderr.hasPrefix("\(file):4:1: error: unknown key \"limit\""),
                "\(run.stderr)"
            )
            #expect(run.stderr.contains("did you mean \"limits\"?"))
            #expect(run.stdout == "")
        }
    }

    @Test func `what is our failure or the machine's ends with 3`() throws {
        let missing = try loopbox("run", "no-such.py")
        #expect(missing.status == .exited(3))
        #expect(
            missing.stderr.contains("loopbox: error: open no-such.py: No such file"),
            "\(missing.stderr)"
        )
        try files.write("print(1)", to: "hello.py")
        let runtime = try loopbox("run", "--runtime", "python3.99", "hello.py")
        #expect(runtime.status == .exited(3))
        #expect(runtime.stderr.contains("python3.99 is not installed here"), "\(runtime.stderr)")
        #expect(runtime.stderr.contains("python3.11"))
        let nothing = try loopbox("run", "hello.py", environment: ["PATH": files.path])
        #expect(nothing.status == .exited(3))
        #expect(nothing.stderr.contains("no CPython 3.9 or later is on PATH"), "\(nothing.stderr)")
        #expect(entries(files("tmp")) == [])
    }

    @Test(
        arguments: [(SIGINT, CInt(130)), (SIGTERM, CInt(143))],
        [[], ["--sandbox", "none-i-know"]]
    )
    func `a signal ends the program and then us`(
        ending: (signal: CInt, status: CInt),
        isolation: [String]
    ) throws {
        try files.write(
            """
            import subprocess, time
            stray = subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
            time.sleep(600)
            """,
            to: "waits.py"
        )
        let run = try ChildProcess(
            ServerProcess.loopbox,
            ["run", "--time", "60s"] + isolation + ["waits.py"],
            environment: try surroundings,
            directory: files.path
        )
        try eventually("the program runs") {
            marked.contains { contents("/proc/\($0)/cmdline")?.hasPrefix("/bin/sleep") == true }
        }
        run.kill(ending.signal)
        #expect(run.wait(within: .seconds(20)) == .exited(ending.status), "\(run.stderr)")
        #expect(run.stdout.contains("cancelled"), "\(run.stdout)")
        #expect(marked == [])
        #expect(entries(files("tmp")) == [])
    }

    /// The processes of programs that run here.
    private var marked: [pid_t] {
        entries("/proc").compactMap { pid_t($0) }.filter {
            contents("/proc/\($0)/environ")?.contains("LOOPBOX_RUN=\(files("tmp"))/") == true
        }
    }

    // MARK: check

    @Test func `check says of each file whether it is valid`() throws {
        let names = Specimens.names.map(Specimens.path)
        let all = try Finished(ServerProcess.loopbox, ["check"] + names)
        #expect(all.status == .exited(0), "\(all.stderr)")
        #expect(all.stdout == names.map { "\($0): ok\n" }.joined())
        let file = try files.write("name: x\n", to: "empty.yaml")
        let mixed = try loopbox("check", names[0], file)
        #expect(mixed.status == .exited(2))
        #expect(mixed.stdout == "\(names[0]): ok\n")
        #expect(mixed.stderr.contains("\(file):1:1: error: "), "\(mixed.stderr)")
        #expect(try loopbox("check", "-", input: spec("print(1)")).stdout == "-: ok\n")
        let missing = try loopbox("check", "no-such.yaml")
        #expect(missing.status == .exited(3))
    }

    // MARK: serve

    @Test func `the version is told`() throws {
        let version = try loopbox("--version")
        #expect(version.status == .exited(0))
        #expect(version.stdout == "0.1.0\n")
    }

    @Test func `isolation is one of three words, and not less than the least`() throws {
        let unknown = try loopbox("serve", "--sandbox", "none", "--data", files("data"))
        #expect(unknown.status == .exited(64))
        #expect(unknown.stderr.contains("none-i-know"))
        let less = try loopbox(
            "serve",
            "--sandbox",
            "standard",
            "--min-level",
            "strict",
            "--data",
            files("data")
        )
        #expect(less.status == .exited(64))
        #expect(!files.has("data"))
    }

    @Test func `a program runs isolated unless it is asked otherwise, and that is said`() throws {
        let spec = "\(Specimens.path("hello"))"
        let isolated = try loopbox("run", "--json", spec)
        #expect(isolated.status == .exited(0), "\(isolated)")
        #expect(
            isolated.stdout.contains("\"level\": \"str")
                || isolated.stdout.contains("\"level\": \"sta")
        )
        let open = try loopbox("run", "--json", "--sandbox", "none-i-know", spec)
        #expect(open.status == .exited(0))
        #expect(open.stdout.contains("\"level\": \"none\""))
        #expect(open.stderr.contains("is not isolated"))
    }

    @Test(arguments: ["none-i-know", "standard", "strict"])
    func `a data directory can be relative and new, with all that is above it`(
        level: String
    ) throws {
        try files.write("print('hello')", to: "hello.py")
        let flags = ["run", "--sandbox", level, "--data", "new/below/data", "hello.py"]
        let run = try Finished(
            ServerProcess.loopbox,
            flags,
            environment: try surroundings,
            directory: files.path
        )
        #expect(run.status == .exited(0), "\(run.stderr)")
        #expect(run.stdout.contains("hello\n"))
    }

    @Test func `flags come from the environment, unless they are given`() throws {
        let server = try ServerProcess(environment: [
            "LOOPBOX_SLOTS": "5", "LOOPBOX_QUEUE_MAX": "9", "LOOPBOX_DRAIN_DELAY": "60s",
            "LOOPBOX_WEBHOOK_ALLOW_HTTP": "1", "LOOPBOX_LOOP_DEBUG": "0",
        ])
        let info = try server.curl("/v1/info").json
        #expect(info.slots.int == 5)
        #expect(info.queue_max.int == 9)
        // The fixture gives --drain-delay 0s, and so it ends at once.
        server.terminate(within: .seconds(20))
        let home = try TemporaryDirectory()
        let child = try ChildProcess(
            ServerProcess.loopbox,
            ["serve"],
            environment: ServerProcess.environment(home).merging([
                "LOOPBOX_LISTEN": "unix:\(home("socket"))", "LOOPBOX_DATA": home("state"),
                "LOOPBOX_SANDBOX": "none-i-know", "LOOPBOX_DRAIN_DELAY": "0s",
            ]) { $1 }
        )
        try eventually("the server listens") {
            child.stdout.contains("serves at unix:\(home("socket"))")
        }
        #expect(home.has("state"))
        child.kill(SIGTERM)
        #expect(child.wait(within: .seconds(20)) == .exited(0))
        #expect(!home.has("socket"))
    }

    @Test func `a variable that is no flag is refused`() throws {
        let refused = try loopbox("serve", environment: ["LOOPBOX_LISTEM": "127.0.0.1:1"])
        #expect(refused.status == .exited(64))
        #expect(refused.stderr.contains("the variable LOOPBOX_LISTEM is no flag of loopbox serve"))
        let off = try loopbox("serve", environment: ["LOOPBOX_LOOP_DEBUG": "maybe"])
        #expect(off.status == .exited(64))
        #expect(off.stderr.contains("LOOPBOX_LOOP_DEBUG=maybe: write 1 or 0"))
        // It is none of the business of other verbs.
        #expect(try loopbox("--version", environment: ["LOOPBOX_LISTEM": "x"]).status == .exited(0))
    }

    @Test func `flags that can't be are refused before anything is made`() throws {
        let cases: [([String], String)] = [
            (["--listen", "nowhere"], "--listen nowhere is no address"),
            (["--slots", "0"], "--slots is at least 1"),
            (["--queue-max", "0"], "--queue-max is at least 1"),
            (["--max-output", "0"], "--max-output is at least 1"),
            (["--runtime", "python3.11"], "--runtime python3.11: write NAME=PATH"),
            (["--webhook-schedule", "soon"], "--webhook-schedule: "),
            (["--webhook-allow-cidr", "10.0.0.1/8"], "--webhook-allow-cidr: "),
            (["--log-level", "loud"], "--log-level loud is not known"),
            (["--log-format", "xml"], "--log-format is json or text"),
            (["--drain-delay", "soon"], "'soon' is invalid for '--drain-delay"),
        ]
        for (arguments, complaint) in cases {
            let refused = try Finished(
                ServerProcess.loopbox,
                ServerProcess.arguments(files) + arguments,
                environment: try surroundings
            )
            #expect(refused.status == .exited(64), "\(arguments)")
            #expect(refused.stderr.contains(complaint), "\(arguments): \(refused.stderr)")
            #expect(!files.has("data"), "\(arguments)")
        }
    }

    @Test func `a port that is taken and an interpreter that is none end with 3`() throws {
        let server = try ServerProcess()
        for flags in [["--listen", server.address], ["--runtime", "python=/bin/false"]] {
            let refused = try Finished(
                ServerProcess.loopbox,
                ServerProcess.arguments(files) + flags,
                environment: try surroundings
            )
            #expect(refused.status == .exited(3), "\(flags)")
            #expect(refused.stderr.contains("loopbox: error: "), "\(refused.stderr)")
        }
        server.terminate()
    }

    @Test func `a second server on the same data is refused and disturbs nobody`() throws {
        let server = try ServerProcess()
        let gate = try TemporaryDirectory()
        let id = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        let second = try Finished(
            ServerProcess.loopbox,
            ServerProcess.arguments(server.home),
            environment: ServerProcess.environment(server.home)
        )
        #expect(second.status == .exited(3))
        #expect(second.stderr.contains("loopbox: error: "), "\(second.stderr)")
        #expect(second.stderr.contains(server.home("data")), "\(second.stderr)")
        #expect(server.jobProcesses.count == 1)
        try gate.write("", to: "go-on")
        let job = try server.curl("/v1/jobs/\(id)?wait=30s").json
        #expect(job.outcome.string == "exited")
        #expect(job.attempt.int == 1)
        server.terminate()
    }

    @Test func `a server that others can reach makes a token and asks for it`() throws {
        let server = try ServerProcess(["--listen", "0.0.0.0:0"])
        let words = server.process.stdout.split(whereSeparator: { " '".contains($0) })
        let token = try #require(words.first { $0.hasPrefix("lbx_") })
        let port = server.address.drop { $0 != ":" }
        func status(_ arguments: String...) throws -> Int {
            try Answer(
                arguments + ["http://127.0.0.1\(port)/v1/jobs"],
                environment: cleanEnvironment
            ).status
        }
        #expect(try status() == 401)
        #expect(try status("-H", "Authorization: Bearer \(token)") == 200)
        #expect(!server.process.stderr.contains(token))
        server.terminate()
    }
}
