// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// A server that is killed, and another one after it.
@Suite struct CrashTests {
    /// A program that says that it runs, leaves a process behind that would outlive it, and ends
    /// only once it is let.
    private func waiting(_ directory: TemporaryDirectory, _ name: String) -> String {
        """
        import os, subprocess, time
        stray = subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
        with open("\(directory(name)).partial", "w") as file:
            print(os.getpid(), stray.pid, file=file)
        os.rename("\(directory(name)).partial", "\(directory(name))")
        while not os.path.exists("\(directory("go-on"))"):
            time.sleep(0.01)
        print("went on")
        """
    }

    private func isAlive(_ process: pid_t) -> Bool {
        let stat = contents("/proc/\(process)/stat") ?? ""
        // One that has ended and waits for its parent is `Z`.
        return !stat.isEmpty && !stat.contains(") Z ")
    }

    @Test func `no accepted job and no webhook is lost to kill -9`() throws {
        let directory = try TemporaryDirectory()
        let receiver = try Receiver(answering: 200)
        let first = try ServerProcess(Receiver.flags + ["--slots", "2"])
        let hook = "webhooks:\n  - url: \(receiver.url)\n"
        let running = try ["a", "b"].map {
            try first.submit(spec(waiting(directory, $0), "limits: {time: 60s}\n\(hook)")).job
        }
        try eventually("both jobs run") { directory.has("a") && directory.has("b") }
        let queued = try (1...50).map { number in
            let answer = try first.submit(spec("print(\(number))", hook))
            #expect(answer.status == 202)
            #expect(answer.json.state.string == "queued")
            return answer.job
        }
        let counts = try first.curl("/v1/info").json.jobs
        #expect(counts.running.int == 2)
        #expect(counts.queued.int == 50)
        let old = ["a", "b"].flatMap {
            (contents(directory($0)) ?? "").split(whereSeparator: \.isWhitespace)
                .compactMap { pid_t($0) }
        }
        #expect(old.count == 4)
        #expect(old.allSatisfy(isAlive))

        first.crash()
        let second = try ServerProcess(Receiver.flags + ["--slots", "2"], home: first.home)
        #expect(old.filter(isAlive) == [])
        try directory.write("", to: "go-on")
        for id in running {
            let job = try second.job(id) { $0.state.string == "completed" }
            #expect(job.outcome.string == "exited")
            #expect(job.attempt.int == 2)
            #expect(try second.curl("/v1/jobs/\(id)/output?stream=stdout").text == "went on\n")
        }
        for (number, id) in zip(1..., queued) {
            let job = try second.curl("/v1/jobs/\(id)?wait=60s").json
            #expect(job.outcome.string == "exited")
            #expect(job.attempt.int == 1)
            #expect(try second.curl("/v1/jobs/\(id)/output").text == "\(number)\n")
        }
        let all = Set(running + queued)
        try eventually("a message about each job") {
            Set(receiver.requests.compactMap(\.json.data.id.string)) == all
        }
        second.terminate()
    }

    @Test func `a matrix that kill -9 cuts in two runs as a whole once more`() throws {
        let directory = try TemporaryDirectory()
        let first = try ServerProcess(["--slots", "1"])
        let program = """
            import os, time
            name = os.environ["N"]
            open("\(directory.path)/" + name, "w").close()
            while name != "1" and not os.path.exists("\(directory("go-on"))"):
                time.sleep(0.01)
            print(name)
            """
        let more = "limits: {time: 60s}\nmatrix: {program.env.N: [1, 2, 3]}\nexpect: {}\n"
        let id = try first.submit(spec(program, more)).job
        try eventually("the second run goes on") { directory.has("2") }
        let old = first.jobProcesses
        #expect(old.count == 1)
        first.crash()
        let second = try ServerProcess(["--slots", "1"], home: first.home)
        #expect(old.filter(isAlive) == [])
        try directory.write("", to: "go-on")
        let job = try second.job(id) { $0.state.string == "completed" }
        #expect(job.attempt.int == 2)
        #expect(job.verdict.string == "passed", "\(job.failures)")
        #expect(job.runs.array.map(\.run.int) == [1, 2, 3])
        for number in 1...3 {
            let output = try second.curl("/v1/jobs/\(id)/output?stream=stdout&run=\(number)")
            #expect(output.text == "\(number)\n")
        }
        second.terminate()
    }

    @Test func `a job that ends the server twice is lost, and says so`() throws {
        let directory = try TemporaryDirectory()
        var server = try ServerProcess()
        let id = try server.submit(spec(waiting(directory, "a"), "limits: {time: 60s}")).job
        for _ in 1...2 {
            try eventually("the job runs") { directory.has("a") }
            try FileManager.default.removeItem(atPath: directory("a"))
            server.crash()
            server = try ServerProcess(home: server.home)
        }
        let job = try server.job(id) { $0.state.string == "completed" }
        #expect(job.outcome.string == "lost")
        #expect(job.attempt.int == 2)
        let text = try server.curl("/v1/jobs/\(id)?format=text").text
        #expect(
            text.contains("The server stopped while it ran (attempt 2), and it is not run again.")
        )
        server.terminate()
    }

    @Test(arguments: ["standard", "strict"])
    func `no process of an isolated job outlives kill -9 and a new start`(level: String) throws {
        let flags = ["--sandbox", level, "--runtime", "python=\(ServerProcess.reference)"]
        let first = try ServerProcess(flags)
        let id = try first.submit(
            spec(
                """
                import os, subprocess, time
                subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
                print("begun", flush=True)
                time.sleep(600)
                """,
                "limits: {time: 60s}\n"
            )
        ).job
        // The keeper, the program and what it left.
        try eventually("the job runs") { first.jobProcesses.count == 3 }
        let old = first.jobProcesses
        first.crash()
        let second = try ServerProcess(flags, home: first.home)
        #expect(old.filter(isAlive) == [])
        let job = try second.job(id) { $0.attempt.int == 2 && $0.state.string == "running" }
        #expect(job.outcome.isNull)
        #expect(try second.curl("/v1/jobs/\(id)", "-X", "DELETE").status == 204)
        second.terminate()
    }
}
