// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import LoopboxReport
import Testing

/// The routes below `/v1/jobs` once there are jobs.
@Suite struct JobTests {
    @Test func `a client that knows a job waits for its next state`() throws {
        let server = try ServerProcess()
        let gate = try TemporaryDirectory()
        let id = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        let running = try server.curl("/v1/jobs/\(id)")
        #expect(running.status == 200)
        #expect(running.json.state.string == "running")
        #expect(running["retry-after"] == "1")
        let tag = try #require(running["etag"])
        let known = ["-H", "If-None-Match: \(tag)"]
        let same = try server.curl("/v1/jobs/\(id)", known)
        #expect(same.status == 304)
        #expect(same["etag"] == tag)
        #expect(same.size == 0)
        let start = MonotonicTime.now
        let stillSame = try server.curl("/v1/jobs/\(id)?wait=300ms", known)
        #expect(stillSame.status == 304)
        #expect(start.duration(to: .now) >= .milliseconds(300))
        let waiting = try ChildProcess(
            "/usr/bin/curl",
            ["-qsS", "-i", "http://\(server.address)/v1/jobs/\(id)", "-H", "Prefer: wait=30"]
                + known
        )
        try gate.write("", to: "go-on")
        #expect(waiting.wait(within: .seconds(30)) == .exited(0))
        #expect(waiting.stdout.hasPrefix("HTTP/1.1 200 "))
        #expect(waiting.stdout.contains("\"state\": \"completed\""), "\(waiting.stdout)")
        let ended = try server.curl("/v1/jobs/\(id)", known)
        #expect(ended.status == 200)
        #expect(ended["retry-after"] == nil)
        let last = try #require(ended["etag"])
        // It never changes again: there is nothing to wait for.
        let never = try server.curl("/v1/jobs/\(id)?wait=60s", "-H", "If-None-Match: \(last)")
        #expect(never.status == 304)
        server.terminate()
    }

    @Test func `HEAD is GET without the body`() throws {
        let server = try ServerProcess()
        let id = try server.submit(spec("print('out')"), "wait=30s").job
        let paths = [
            "/", "/livez", "/readyz", "/healthz", "/v1/info", "/v1/jobs", "/v1/runtimes",
            "/v1/jobs/\(id)", "/v1/jobs/\(id)/output", "/v1/jobs/\(id)/findings",
            "/v1/jobs/\(id)/deliveries", "/v1/schema/job.json", "/v1/problems/not-found",
        ]
        for path in paths {
            let got = try server.curl(path)
            let head = try server.curl(path, "--head")
            #expect(got.status == 200, "\(path)")
            #expect(head.status == 200, "\(path)")
            #expect(head.size == 0, "\(path)")
            #expect(head["content-type"] == got["content-type"], "\(path)")
            #expect(head["content-length"] == "\(got.size)", "\(path)")
            #expect(head["etag"] == got["etag"], "\(path)")
        }
        server.terminate()
    }

    @Test func `the list gives every job once, newest first, page by page`() throws {
        let server = try ServerProcess()
        let ids = try (1...5).map { number in
            try server.submit(
                spec("print(1)", "name: job \(number % 2)\nlabels: {parity: p\(number % 2)}\n"),
                "wait=30s"
            ).job
        }
        let failing = try server.submit(
            spec("while True: pass", "limits: {time: 200ms, grace: 100ms}\n"),
            "wait=30s"
        ).job
        func list(_ query: String) throws -> [String?] {
            let answer = try server.curl("/v1/jobs?\(query)")
            #expect(answer.status == 200, "\(query): \(answer)")
            return answer.json.items.array.map(\.id.string)
        }
        #expect(try list("") == [failing] + ids.reversed())
        #expect(try list("outcome=timed_out") == [failing])
        #expect(try list("state=completed&outcome=exited") == ids.reversed())
        #expect(try list("state=queued") == [])
        #expect(try list("name=job%200") == [ids[3], ids[1]])
        #expect(try list("label=parity:p1") == [ids[4], ids[2], ids[0]])
        #expect(try list("label=parity:p1&label=other:x") == [])
        var pages: [[String?]] = []
        var path: String? = "/v1/jobs?limit=2&outcome=exited"
        while let next = path {
            let answer = try server.curl(next)
            pages.append(answer.json.items.array.map(\.id.string))
            let link = answer["link"]
            #expect((link == nil) == answer.json.next_cursor.isNull)
            // RFC 8288: `<target>; rel="next"`
            path = link.map { String($0.dropFirst().prefix { $0 != ">" }) }
            #expect(link?.hasSuffix("; rel=\"next\"") ?? true)
            if pages.count > 5 { break }
        }
        #expect(pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]])
        server.terminate()
    }

    @Test func `what a job wrote and what was found can be had apart`() throws {
        let server = try ServerProcess()
        let program = """
            import asyncio, sys
            async def main():
                print("out")
                print("err", file=sys.stderr)
                asyncio.sleep(1)
            asyncio.run(main())
            """
        let job = try server.submit(
            spec(program, "debug: {slow_callback_duration: 30s}\n"),
            "wait=30s"
        )
        let id = job.job
        func output(_ query: String) throws -> Answer {
            try server.curl("/v1/jobs/\(id)/output\(query)")
        }
        #expect(try output("?stream=stdout").text == "out\n")
        #expect(try output("?stream=stderr").text.hasPrefix("err\n"))
        let both = try output("")
        #expect(both.text.hasPrefix("out\nerr\n"))
        #expect(both["x-content-type-options"] == "nosniff")
        #expect(try output("?stream=stdin").status == 400)
        func findings(_ query: String) throws -> [String?] {
            try server.curl("/v1/jobs/\(id)/findings\(query)").json.items.array.map(\.rule.string)
        }
        #expect(try findings("") == ["coroutine-never-awaited"])
        #expect(try findings("?severity=error") == ["coroutine-never-awaited"])
        #expect(try findings("?severity=note") == [])
        #expect(try findings("?rule=slow-callback") == [])
        #expect(try server.curl("/v1/jobs/\(id)/findings?severity=awful").status == 400)
        let text = try server.curl("/v1/jobs/\(id)/findings?format=text").text
        #expect(text == (try server.curl("/v1/jobs/\(id)?format=text").text))
        #expect(text.contains("main.py:5:5: error: "), "\(text)")
        #expect(try server.curl("/v1/jobs/\(id)/findings?run=x").status == 400)
        #expect(try findings("?path=main.py&run=1") == ["coroutine-never-awaited"])
        #expect(try findings("?path=other.py") == [])
        #expect(try server.curl("/v1/jobs/\(id)/deliveries").json.items.array.isEmpty)
        server.terminate()
    }

    @Test func `a job can be had in every format, by name or by media type`() throws {
        let server = try ServerProcess()
        let program = """
            import asyncio
            async def main():
                print("out")
                asyncio.sleep(1)
            asyncio.run(main())
            """
        let beginnings = [
            "json": "{\n  \"id\"", "text": "job_", "yaml": "id: job_", "sarif": "{\n  \"$schema\"",
            "junit": "<?xml", "github": "::", "jsonl": "{\"kind\":\"job\"",
            "trace": "{\"traceEvents\"",
        ]
        #expect(Set(beginnings.keys) == Set(ReportFormat.allCases.map(\.rawValue)))
        let made = try server.submit(spec(program), "wait=30s&format=sarif&path_prefix=src")
        #expect(made.status == 201)
        #expect(made["content-type"] == "application/sarif+json")
        #expect(made.text.contains("\"uri\": \"src/main.py\""))
        let path = try #require(made["location"])
        for format in ReportFormat.allCases {
            let named = try server.curl("\(path)?format=\(format.rawValue)")
            #expect(named["content-type"] == format.contentType)
            #expect(named["vary"] == "Accept")
            #expect(named.text.hasPrefix(try #require(beginnings[format.rawValue])), "\(format)")
            let type = try #require(format.mediaTypes.first)
            let asked = try server.curl(path, ["-H", "Accept: image/png, \(type);q=0.5"])
            #expect(asked.text == named.text, "\(format)")
            // The name wins.
            let both = try server.curl("\(path)?format=json", ["-H", "Accept: \(type)"])
            #expect(both.text.hasPrefix("{\n  \"id\""))
            let findings = try server.curl("\(path)/findings?format=\(format.rawValue)")
            #expect(findings.status == (format == .trace ? 406 : 200))
            #expect(findings.text.contains("never awaited") == (format != .trace), "\(format)")
        }
        #expect(try server.curl("\(path)?format=junit").text.contains("<system-out>out\n"))
        server.terminate()
    }

    @Test func `a job that has not ended is never taken for a clean one`() throws {
        let server = try ServerProcess()
        let gate = try TemporaryDirectory()
        let id = try server.submit(waitingProgram(gate)).job
        func job(_ format: String) throws -> String {
            try server.curl("/v1/jobs/\(id)?format=\(format)").text
        }
        #expect(try job("sarif").contains("\"executionSuccessful\": false"))
        #expect(try job("junit").contains("errors=\"1\""))
        #expect(try job("github").hasPrefix("::error title=no-result::"))
        try gate.write("", to: "go-on")
        server.terminate()
    }

    @Test func `a job that has not ended has no output yet`() throws {
        let server = try ServerProcess()
        let gate = try TemporaryDirectory()
        let id = try server.submit(waitingProgram(gate)).job
        for path in ["output", "findings"] {
            let answer = try server.curl("/v1/jobs/\(id)/\(path)")
            #expect(answer.status == 409)
            #expect(answer.json.code.string == "not-ended")
        }
        try gate.write("", to: "go-on")
        #expect(try server.curl("/v1/jobs/\(id)/output?wait=30s").text == "went on\n")
        server.terminate()
    }

    @Test func `a job that waits, one that runs and one that has ended are cancelled`() throws {
        let server = try ServerProcess(["--slots", "1"])
        let gate = try TemporaryDirectory()
        let running = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        let queued = try server.submit(spec("print(1)")).job
        let first = try server.curl("/v1/jobs/\(queued)/cancel", "-X", "POST")
        #expect(first.status == 202)
        #expect(first.json.state.string == "completed")
        #expect(first.json.outcome.string == "cancelled")
        let text = try server.curl("/v1/jobs/\(queued)?format=text").text
        #expect(text.contains("It was cancelled before it ran."), "\(text)")
        #expect(try server.curl("/v1/jobs/\(queued)/output").text == "")
        let second = try server.curl("/v1/jobs/\(running)/cancel", "-X", "POST")
        #expect(second.status == 202)
        let ended = try server.curl("/v1/jobs/\(running)?wait=30s").json
        #expect(ended.outcome.string == "cancelled")
        #expect(ended.runs[0].signal.string == "SIGTERM")
        #expect(ended.runs[0].ending.string == "was cancelled and ended by SIGTERM")
        let third = try server.curl("/v1/jobs/\(running)/cancel", "-X", "POST")
        #expect(third.status == 409)
        #expect(third.job == running)
        #expect(server.jobProcesses == [])
        server.terminate()
    }

    @Test func `a deleted job is gone, and says since when`() throws {
        let server = try ServerProcess(["--slots", "1"])
        let gate = try TemporaryDirectory()
        let running = try server.submit(waitingProgram(gate)).job
        try eventually("the job runs") { gate.has("runs") }
        let queued = try server.submit(spec("print(1)")).job
        for id in [running, queued] {
            let first = try server.curl("/v1/jobs/\(id)", "-X", "DELETE")
            #expect(first.status == 204)
            #expect(first.size == 0)
            #expect(try server.curl("/v1/jobs/\(id)", "-X", "DELETE").status == 204)
            for path in ["", "/output", "/findings", "/deliveries"] {
                let answer = try server.curl("/v1/jobs/\(id)\(path)")
                #expect(answer.status == 410, "\(path)")
                #expect(answer.json.code.string == "deleted")
                #expect(answer.json.detail.string?.contains("was deleted at 20") == true)
            }
            #expect(try server.curl("/v1/jobs/\(id)/cancel", "-X", "POST").status == 410)
        }
        try eventually("its process is ended") { server.jobProcesses == [] }
        #expect(try server.curl("/v1/jobs").json.items.array.isEmpty)
        // The slot is free again.
        #expect(try server.submit(spec("print(1)"), "wait=30s").status == 201)
        server.terminate()
    }

    @Test func `the server tells what it is and what it has`() throws {
        let server = try ServerProcess(["--slots", "3", "--max-time", "60s", "--queue-max", "7"])
        let info = try server.curl("/v1/info").json
        #expect(info.name.string == "loopbox")
        #expect(info.slots.int == 3)
        #expect(info.queue_max.int == 7)
        #expect(info.limits.time.double == 60)
        #expect(info.sandbox.level.string == "none")
        let runtimes = try server.curl("/v1/runtimes").json.items.array
        #expect(runtimes.contains { $0.name.string == "python3.11" })
        #expect(runtimes.count { $0["default"].bool == true } == 1)
        let schema = try server.curl("/v1/schema/job.json")
        #expect(schema["content-type"] == "application/schema+json")
        #expect(schema.json.properties.program.keys.isEmpty == false)
        let welcome = try server.curl("/")
        #expect(welcome.text.contains("'http://\(server.address)/v1/jobs?wait=20s&format=text'"))
        let long = try server.submit(spec("print(1)", "limits: {time: 61s}\n"), "format=text")
        #expect(long.status == 422)
        #expect(long.text.contains("--max-time"), "\(long)")
        server.terminate()
    }

    @Test func `a server on a unix socket answers as any other`() throws {
        let home = try TemporaryDirectory()
        let server = try ServerProcess(["--listen", "unix:\(home("socket"))"])
        func submit(_ more: String...) throws -> Answer {
            try Answer(
                [
                    "--unix-socket", home("socket"), "http://localhost/v1/jobs?wait=30s",
                    "--data-binary", "@-",
                ] + more,
                input: spec("print(1)"),
                environment: cleanEnvironment
            )
        }
        // Where runs have the server's user, a program could be the client.
        #expect(try submit().status == 401)
        let words = server.process.stdout.split(separator: " ")
        let place = try #require(words.firstIndex(of: "'Authorization:"))
        let token = String(words[place + 2].dropLast())
        let answer = try submit("-H", "Authorization: Bearer \(token)")
        #expect(answer.status == 201, "\(answer)")
        let health = try Finished(ServerProcess.loopbox, ["health", "unix:\(home("socket"))"])
        #expect(health.status == .exited(0), "\(health)")
        server.terminate()
    }
}
