// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// Many clients at once.
@Suite struct LoadTests {
    /// The cheapest program there is.
    private let trivial = spec(
        "print('x')",
        "debug: {asyncio: false, dev_mode: false, tracemalloc: 0}\n"
    )

    @Test func `two hundred clients that wait at once are all answered`() throws {
        let clients = 200
        let server = try ServerProcess()
        let warm = try server.submit(trivial, "wait=30s")
        #expect(warm.status == 201)
        let before = (descriptors: server.descriptors, children: server.children.count)
        let files = try TemporaryDirectory()
        try files.write(trivial, to: "spec")
        let transfers = (1...clients).map {
            """
            url = "http://\(server.address)/v1/jobs?wait=60s"
            output = "\(files("answer-\($0)"))"

            """
        }
        let arguments = [
            "-q", "-sS", "--parallel", "--parallel-immediate", "--parallel-max", "\(clients)",
            "--data-binary", "@\(files("spec"))", "-w", "%{http_code}\\n", "-K",
            try files.write(transfers.joined(), to: "transfers"),
        ]
        let client = try ChildProcess("/usr/bin/curl", arguments)
        // Every one of them is connected and waits while others run: that is what costs.
        try eventually("many wait") { server.descriptors > before.descriptors + clients / 2 }
        #expect(try server.curl("/livez").status == 200)
        #expect(client.wait(within: .seconds(90)) == .exited(0), "\(client.stderr)")
        let statuses = client.stdout.split(separator: "\n")
        #expect(statuses.count == clients)
        // 202: not ended within a minute, on a machine that has other things to do.
        #expect(statuses.allSatisfy { $0 == "201" || $0 == "202" }, "\(client.stdout)")
        let ids = Set(
            (1...clients).compactMap {
                JSON(contents(files("answer-\($0)")) ?? "").id.string
            }
        )
        #expect(ids.count == clients)
        try eventually("every job has ended", within: .seconds(60)) {
            try server.curl("/v1/info").json.jobs.completed.int == clients + 1
        }
        try eventually("nothing is held any more") {
            server.descriptors <= before.descriptors
                && server.children.count <= before.children
        }
        server.terminate()
    }

    @Test func `clients that go away while they wait cost nothing`() throws {
        let server = try ServerProcess(["--slots", "1"])
        let gate = try TemporaryDirectory()
        let job = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        let before = server.descriptors
        let used = server.processorTime
        for _ in 1...10 {
            let answer = try server.curl("/v1/jobs/\(job)?wait=60s", "--max-time", "0.05")
            #expect(answer.exit == 28)
        }
        let submitted = try server.submit(trivial, "wait=60s", "--max-time", "0.3")
        #expect(submitted.exit == 28)
        try eventually("their connections are closed") { server.descriptors <= before }
        #expect(server.processorTime - used < .seconds(1))
        // It was accepted, whether or not the client has seen that.
        #expect(try server.curl("/v1/info").json.jobs.queued.int == 1)
        try gate.write("", to: "go-on")
        #expect(try server.curl("/v1/jobs/\(job)?wait=30s").json.outcome.string == "exited")
        server.terminate()
    }
}

/// A spec of a program that makes the file `runs` and then waits for the file `go-on`.
func waitingProgram(_ directory: TemporaryDirectory, _ more: String = "") -> String {
    spec(
        """
        import os, time
        open("\(directory("runs"))", "w").close()
        while not os.path.exists("\(directory("go-on"))"):
            time.sleep(0.01)
        print("went on")
        """,
        "limits: {time: 60s}\n\(more)"
    )
}
