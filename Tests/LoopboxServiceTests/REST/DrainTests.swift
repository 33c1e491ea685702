// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// How a server ends.
@Suite struct DrainTests {
    @Test func `SIGTERM lets what runs end, and takes nothing new`() throws {
        let server = try ServerProcess(["--slots", "1"])
        let gate = try TemporaryDirectory()
        let running = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        let queued = try server.submit(spec("print('later')")).job
        // A client that waits is not left waiting.
        let waiting = try ChildProcess(
            "/usr/bin/curl",
            ["-qsS", "-w", "%{http_code}", "http://\(server.address)/v1/jobs/\(queued)?wait=60s"]
        )
        server.process.kill(SIGTERM)
        try eventually("the server says that it is not ready") {
            try server.curl("/readyz").status == 503
        }
        #expect(try server.curl("/readyz").text == "draining\n")
        #expect(try server.curl("/livez").text == "ok\n")
        let refused = try server.submit(spec("print(1)"))
        #expect(refused.status == 503)
        #expect(refused["retry-after"] == "5")
        #expect(refused.json.code.string == "draining")
        #expect(waiting.wait(within: .seconds(20)) == .exited(0))
        #expect(waiting.stdout.hasSuffix("200"))
        #expect(server.process.ending == nil)
        try gate.write("", to: "go-on")
        #expect(server.process.wait(within: .seconds(20)) == .exited(0))
        #expect(server.jobProcesses == [])
        #expect(server.workDirectories == [])

        let next = try ServerProcess(home: server.home)
        let ended = try next.curl("/v1/jobs/\(running)").json
        #expect(ended.outcome.string == "exited")
        #expect(ended.attempt.int == 1)
        let later = try next.curl("/v1/jobs/\(queued)?wait=30s").json
        #expect(later.outcome.string == "exited")
        next.terminate()
    }

    @Test func `what takes too long to end is run again by the next server`() throws {
        let server = try ServerProcess(["--drain-timeout", "0s"])
        let gate = try TemporaryDirectory()
        let id = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        server.terminate()
        let next = try ServerProcess(home: server.home)
        try gate.write("", to: "go-on")
        let job = try next.curl("/v1/jobs/\(id)?wait=30s").json
        #expect(job.outcome.string == "exited")
        #expect(job.attempt.int == 2)
        next.terminate()
    }

    @Test func `the server goes on for the drain delay`() throws {
        let server = try ServerProcess(["--drain-delay", "600ms"])
        let start = MonotonicTime.now
        server.process.kill(SIGTERM)
        try eventually("the server says that it is not ready") {
            try server.curl("/readyz").status == 503
        }
        #expect(server.process.wait(within: .seconds(20)) == .exited(0))
        #expect(start.duration(to: .now) >= .milliseconds(600))
    }

    @Test func `a second signal ends the server at once`() throws {
        let server = try ServerProcess()
        let gate = try TemporaryDirectory()
        let id = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        server.process.kill(SIGTERM)
        try eventually("the server says that it is not ready") {
            try server.curl("/readyz").status == 503
        }
        server.process.kill(SIGTERM)
        #expect(server.process.wait(within: .seconds(5)) == .signaled(SIGTERM))
        try eventually("the job's process is ended with it") { server.jobProcesses == [] }
        let next = try ServerProcess(home: server.home)
        try gate.write("", to: "go-on")
        #expect(try next.curl("/v1/jobs/\(id)?wait=30s").json.outcome.string == "exited")
        next.terminate()
    }

    @Test func `SIGINT is as good as SIGTERM`() throws {
        let server = try ServerProcess()
        server.process.kill(SIGINT)
        #expect(server.process.wait(within: .seconds(20)) == .exited(0))
    }
}
