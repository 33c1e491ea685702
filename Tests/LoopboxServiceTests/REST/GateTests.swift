// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// What is expected of a job, and what becomes of it when it has several runs.
@Suite struct GateTests {
    // MARK: The gate

    @Test func `a gate is open, shut, not decided yet, or not there`() throws {
        let server = try ServerProcess()
        func gate(_ more: String, _ program: String = "print('done')") throws -> Answer {
            let job = try server.submit(spec(program, more), "wait=30s").job
            return try server.curl("/v1/jobs/\(job)/gate")
        }
        let open = try gate("expect: {stdout: done}\n")
        #expect(
            try server.curl("/v1/jobs/\(open.job)").json.links.gate.string?.hasSuffix("/gate")
                == true
        )
        #expect(open.status == 200, "\(open)")
        #expect(open.json.verdict.string == "passed")
        #expect(open.json.failures.array.isEmpty)
        let shut = try gate("expect: {stdout: more, exit: [1, 2]}\n")
        #expect(shut.status == 409)
        #expect(shut.json.code.string == "gate-failed")
        #expect(
            shut.json.failures.array.map(\.pointer.string) == ["/expect/exit", "/expect/stdout"]
        )
        #expect(shut.json.failures[1].diff.string == "-more\n+done")
        let words = try server.curl("/v1/problems/gate-failed")
        #expect(words.status == 200)
        let missing = try gate("")
        #expect(missing.status == 404)
        #expect(missing.json.code.string == "no-gate")
        let directory = try TemporaryDirectory()
        let waiting = try server.submit(waitingProgram(directory, "expect: {}\n")).job
        let undecided = try server.curl("/v1/jobs/\(waiting)/gate")
        #expect(undecided.status == 202)
        #expect(undecided.json.verdict.isNull)
        #expect(undecided["Retry-After"] == "1")
        try directory.write("", to: "go-on")
        #expect(try server.curl("/v1/jobs/\(waiting)/gate?wait=30s").status == 200)
        // As a pipeline calls it.
        let failing = try server.curl(
            "/v1/jobs/\(try server.submit(spec("1/0", "expect: {}\n")).job)/gate?wait=30s&format=text",
            "--fail-with-body"
        )
        #expect(failing.exit == 22)
        #expect(failing.text.contains("expect.exit: expected status 0, but the program exited"))
        #expect(failing.text.contains("uncaught-exception at main.py:1"))
        server.terminate()
    }

    @Test func `a grader's verdict has its reasons in every form`() throws {
        let server = try ServerProcess()
        let text = try #require(contents(Specimens.path("exercise-wrong")))
        let job = try server.submit(text, "wait=30s")
        #expect(job.json.verdict.string == "failed")
        #expect(job.json.outcome.string == "exited")
        let failure = job.json.failures[0]
        #expect(failure.expect.string == "stdout")
        #expect(failure.pointer.string == "/expect/stdout")
        #expect(failure.runs.array.map(\.int) == [1])
        let diff = " Ana stows the gear\n Bo stows the gear\n-2 are back\n+0 are back"
        #expect(failure.diff.string == diff)
        func form(_ name: String) throws -> String {
            try server.curl("/v1/jobs/\(job.job)?format=\(name)").text
        }
        #expect(try form("text").contains("    | -2 are back\n    | +0 are back\n"))
        #expect(try form("junit").contains("type=\"stdout\">stdout differs"))
        #expect(try form("github").contains("::error title=expect.stdout::stdout differs"))
        #expect(try form("sarif").contains("expect.stdout: stdout differs"))
        #expect(try form("jsonl").contains("{\"kind\":\"failure\",\"job\":\"\(job.job)\","))
        #expect(try form("yaml").contains("verdict: failed\n"))
        server.terminate()
    }

    @Test func `jobs are listed by their verdict`() throws {
        let server = try ServerProcess()
        var jobs: [String: String] = [:]
        for (verdict, more) in [
            ("passed", "expect: {}\n"), ("failed", "expect: {exit: 3}\n"), ("none", ""),
        ] {
            jobs[verdict] = try server.submit(spec("print(1)", more), "wait=30s").job
        }
        for verdict in ["passed", "failed"] {
            let list = try server.curl("/v1/jobs?verdict=\(verdict)").json.items.array
            #expect(list.map(\.id.string) == [jobs[verdict]])
        }
        #expect(try server.curl("/v1/jobs?verdict=maybe").status == 400)
        server.terminate()
    }

    @Test func `a message to a webhook has the verdict and its reasons`() throws {
        let receiver = try Receiver(answering: 200)
        let server = try ServerProcess(Receiver.flags)
        let hook = "webhooks: [{url: \"\(receiver.url)\"}]\n"
        let job = try server.submit(spec("print('no')", "expect: {stdout: yes}\n\(hook)")).job
        let message = try eventually("a message") { receiver.requests.first?.json }
        #expect(message.data.id.string == job)
        #expect(message.data.verdict.string == "failed")
        #expect(message.data.failures[0].expect.string == "stdout")
        #expect(message.data.failures[0].pointer.string == "/expect/stdout")
        server.terminate()
    }

    @Test func `a job that never ran did not pass`() throws {
        let server = try ServerProcess(["--slots", "1"])
        let directory = try TemporaryDirectory()
        let first = try server.submit(waitingProgram(directory)).job
        let second = try server.submit(spec("print(1)", "expect: {}\n")).job
        #expect(try server.curl("/v1/jobs/\(second)/cancel", "-X", "POST").status == 202)
        let gate = try server.curl("/v1/jobs/\(second)/gate")
        #expect(gate.status == 409)
        #expect(
            gate.json.failures[0].detail.string
                == "there is no run to judge: the job is cancelled"
        )
        try directory.write("", to: "go-on")
        #expect(try server.curl("/v1/jobs/\(first)?wait=30s").json.verdict.isNull)
        server.terminate()
    }

    // MARK: Several runs

    @Test func `a matrix runs a program with each interpreter and each setting`() throws {
        let own = ProcessInfo.processInfo.environment
        let managers = own["PYENV_ROOT"] ?? "\(own["HOME"] ?? "/root")/.pyenv"
        let server = try ServerProcess(
            environment: ["PATH": own["PATH"] ?? "", "PYENV_ROOT": managers]
        )
        let runtimes = try server.curl("/v1/runtimes").json.items.array
        let names = runtimes.compactMap(\.name.string).prefix(4)
        let program = """
            import os, sys
            print("python%d.%d" % sys.version_info[:2], os.environ["MODE"], sys.argv[1:])
            """
        let matrix = """
            matrix:
              program.runtime: [\(names.joined(separator: ", "))]
              program.env.MODE: [fast, no]
              program.args: [[], [-v, 3]]
              exclude: [{program.env.MODE: no, program.args: [-v, 3]}]

            """
        let job = try server.submit(spec(program, matrix), "wait=60s").json
        let id = try #require(job.id.string)
        let wanted = names.flatMap { name in
            ["\(name) fast []", "\(name) fast ['-v', '3']", "\(name) no []"]
        }
        #expect(job.runs.array.count == wanted.count)
        #expect(job.comparison.planned.int == wanted.count)
        for (run, text) in zip(job.runs.array, wanted) {
            let number = try #require(run.run.int)
            let words = text.split(separator: " ")
            #expect(run.matrix["program.runtime"].string == String(words[0]))
            #expect(run.matrix["program.env.MODE"].string == String(words[1]))
            #expect(run.runtime.string?.hasPrefix(words[0]) == true)
            let output = try server.curl("/v1/jobs/\(id)/output?stream=stdout&run=\(number)")
            #expect(output.text == text + "\n")
            let one = try server.curl("/v1/jobs/\(id)/runs/\(number)").json
            #expect(one.run.run.int == number)
            #expect(one.run.exit.int == 0)
            #expect(one.findings.array.isEmpty)
        }
        #expect(try server.curl("/v1/jobs/\(id)/runs").json.items.array.count == wanted.count)
        let missing = try server.curl("/v1/jobs/\(id)/runs/99")
        #expect(missing.status == 404)
        #expect(missing.json.hint.string == "it has the runs 1 to \(wanted.count)")
        #expect(try server.curl("/v1/jobs/\(id)/output?run=0").status == 404)
        // What differs is told once for all that wrote the same.
        let outputs = job.comparison.outputs.array
        #expect(outputs.first?.line.int == 1)
        #expect(outputs.first?.other.string == wanted[0])
        server.terminate()
    }

    @Test func `a gate over several versions is one answer`() throws {
        let own = ProcessInfo.processInfo.environment
        let managers = own["PYENV_ROOT"] ?? "\(own["HOME"] ?? "/root")/.pyenv"
        let server = try ServerProcess(
            environment: ["PATH": own["PATH"] ?? "", "PYENV_ROOT": managers]
        )
        let names = try server.curl("/v1/runtimes").json.items.array.compactMap(\.name.string)
            .filter { (Int($0.drop { $0 != "." }.dropFirst()) ?? 0) >= 11 }
        let text = try #require(contents(Specimens.path("gate-versions")))
        let wanted = "[python3.11, python3.12, python3.13]"
        #expect(text.contains(wanted))
        let here = text.replacingOccurrences(
            of: wanted,
            with: "[\(names.joined(separator: ", "))]"
        )
        let job = try server.submit(here, "wait=60s")
        #expect(job.json.verdict.string == "passed", "\(job)")
        #expect(job.json.runs.array.count == names.count)
        #expect(try server.curl("/v1/jobs/\(job.job)/gate").status == 200)
        server.terminate()
    }

    @Test func `a hundred repetitions are one job`() throws {
        let server = try ServerProcess(["--slots", "4"])
        // No asyncio: what is tried is the server.
        let more = "limits: {time: 60s}\nrepeat: {count: 100, parallel: 4}\nexpect: {stdout: x}\n"
        let id = try server.submit(spec("print('x')", more)).job
        let job = try server.job(id, within: .seconds(120)) { $0.state.string == "completed" }
        #expect(job.verdict.string == "passed", "\(job.failures)")
        #expect(job.runs.array.map(\.run.int) == Array(1...100))
        let comparison = job.comparison
        #expect(comparison.ends.array.map(\.runs.array.count) == [100])
        #expect(comparison.outputs.array.isEmpty)
        let wall = comparison.wall
        let times = [wall.min, wall.median, wall.p95, wall.max].map { $0.double ?? -1 }
        #expect(times == times.sorted())
        #expect(times[0] > 0)
        let text = try server.curl("/v1/jobs/\(id)?format=text").text
        #expect(text.contains("\n  1-100  python"))
        #expect(text.contains("The runs do not differ, but for their times:"))
        server.terminate()
    }

    @Test func `repetitions that disagree are flaky`() throws {
        let server = try ServerProcess()
        let directory = try TemporaryDirectory()
        // The third run finds that it is the third.
        let program = """
            import os, sys
            count = len(os.listdir("\(directory.path)"))
            open("\(directory.path)/" + str(count), "w").close()
            sys.exit(count == 2)
            """
        let answer = try server.submit(spec(program, "repeat: 4\n"), "wait=30s")
        let found = answer.json.findings.array.filter { $0.rule.string == "flaky" }
        #expect(found.count == 1)
        #expect(found.first?.run.int == 3)
        #expect(
            found.first?.message.string
                == "runs 1-4 of the same program with the same settings disagree: "
                + "exit 0 in runs 1, 2 and 4; exit 1 in run 3"
        )
        #expect(answer.json.comparison.ends.array.map(\.exit.int) == [0, 1])
        server.terminate()
        let hunted = try ServerProcess()
        let text = try #require(contents(Specimens.path("flaky")))
        let job = try hunted.submit(text, "wait=60s").json
        #expect(job.verdict.string == "passed", "\(job.failures)")
        hunted.terminate()
    }

    @Test func `no further run is begun after one that failed, where that is asked for`() throws {
        let server = try ServerProcess()
        let directory = try TemporaryDirectory()
        let program = """
            import os
            count = len(os.listdir("\(directory.path)"))
            open("\(directory.path)/" + str(count), "w").close()
            print("no" if count == 2 else "yes")
            """
        let more = "repeat: {count: 10, stop_on_failure: true}\nexpect: {stdout: yes}\n"
        let job = try server.submit(spec(program, more), "wait=30s").json
        #expect(job.runs.array.count == 3)
        #expect(job.comparison.planned.int == 10)
        #expect(job.failures.array.map { $0.runs[0].int } == [3])
        #expect(job.outcome.string == "exited")
        let text = try server.curl("/v1/jobs/\(job.id.string ?? "")?format=text").text
        #expect(text.contains("3 of 10 runs   verdict: failed"), "\(text)")
        server.terminate()
    }

    @Test func `runs go on at once, as many as may and as there are slots for`() throws {
        let server = try ServerProcess(["--slots", "2"])
        let directory = try TemporaryDirectory()
        let elsewhere = try TemporaryDirectory()
        // Each waits for another one, and fails where there are more than two.
        let program = """
            import os, time
            here = "\(directory.path)/"
            mine = str(os.getpid())
            open(here + mine, "w").close()
            until = time.monotonic() + 20
            while len(os.listdir(here)) < 2 and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.1)
            print(len(os.listdir(here)))
            while not os.path.exists("\(elsewhere("next"))"):
                time.sleep(0.01)
            """
        let more = "repeat: {count: 2, parallel: 8}\nlimits: {time: 60s}\nexpect: {stdout: \"2\"}\n"
        let id = try server.submit(spec(program, more)).job
        try eventually("two runs meet") { entries(directory.path).count == 2 }
        // A third would be a run of another job: there is no slot for it.
        let other = try server.submit(spec("print('other')")).job
        #expect(try server.curl("/v1/jobs/\(other)").json.state.string == "queued")
        try elsewhere.write("", to: "next")
        let job = try server.job(id) { $0.state.string == "completed" }
        #expect(job.verdict.string == "passed", "\(job.failures)")
        #expect(try server.curl("/v1/jobs/\(other)?wait=30s").json.outcome.string == "exited")
        server.terminate()
    }

    @Test func `a job with many runs at once does not keep another one waiting`() throws {
        let server = try ServerProcess(["--slots", "2"])
        let directory = try TemporaryDirectory()
        let program = """
            import os, time
            while not os.path.exists("\(directory("go-on"))"):
                time.sleep(0.01)
            """
        let more = "repeat: {count: 50, parallel: 2}\nlimits: {time: 60s}\n"
        let long = try server.submit(spec(program, more)).job
        try eventually("both slots are taken") { server.jobProcesses.count == 2 }
        let short = try server.submit(spec("print('short')")).job
        try directory.write("", to: "go-on")
        let answer = try server.curl("/v1/jobs/\(short)?wait=60s").json
        #expect(answer.outcome.string == "exited")
        // It got the first slot that became free, when most runs were still to come.
        let state = try server.curl("/v1/jobs/\(long)").json.state.string
        #expect(state == "running")
        let job = try server.job(long, within: .seconds(90)) { $0.state.string == "completed" }
        #expect(job.runs.array.count == 50)
        server.terminate()
    }

    @Test func `a job that is cancelled in the middle keeps the runs that it had`() throws {
        let server = try ServerProcess(["--slots", "2"])
        let directory = try TemporaryDirectory()
        let program = """
            import os, time
            if os.environ["NUMBER"] != "1":
                open("\(directory("second"))", "w").close()
                time.sleep(600)
            print("first")
            """
        let more = """
            limits: {time: 60s, grace: 0s}
            matrix: {program.env.NUMBER: [1, 2, 3, 4]}
            expect: {exit: any}

            """
        let id = try server.submit(spec(program, more)).job
        try eventually("the second run goes on") { directory.has("second") }
        #expect(try server.curl("/v1/jobs/\(id)/cancel", "-X", "POST").status == 202)
        let job = try server.job(id) { $0.state.string == "completed" }
        #expect(job.outcome.string == "cancelled")
        #expect(job.verdict.string == "failed")
        #expect(job.runs.array.map(\.outcome.string) == ["exited", "cancelled"])
        #expect(
            job.failures.array.map(\.pointer.string) == ["/expect", "/expect"],
            "\(job.failures)"
        )
        #expect(try server.curl("/v1/jobs/\(id)/output?run=1").text == "first\n")
        #expect(server.jobProcesses == [])
        server.terminate()
    }

    @Test func `each run has artifacts of its own`() throws {
        let server = try ServerProcess()
        let program = """
            import os
            open("which.txt", "w").write(os.environ["N"])
            """
        let more = "artifacts: [\"*.txt\"]\nmatrix: {program.env.N: [a, b]}\n"
        let id = try server.submit(spec(program, more), "wait=30s").job
        let list = try server.curl("/v1/jobs/\(id)/artifacts").json.items.array
        #expect(list.map(\.run.int) == [1, 2])
        let bodies = try list.map { try server.curl($0.href.string ?? "").text }
        #expect(bodies == ["a", "b"])
        server.terminate()
    }
}
