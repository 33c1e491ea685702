// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// Reports of programs that mean harm: whatever they cost, they cost it elsewhere.
@Suite struct DigestTests {
    /// Messages that a program forges, by what was meant to come of them.
    static let forged: [(name: String, code: String)] = [
        (
            "two gigabytes of one long line that many frames name",
            """
            x = "\(String(repeating: "y", count: 200_000))"
            for _ in range(64):
                fact("uncaught", exception={"type": "E", "id": 1, "message": "m",
                                            "frames": [[main, 20, "f"]] * 1000})
            """
        ),
        (
            "a timeline of gigabytes, of one text that all its tasks name",
            """
            fact("timeline", timeline={"texts": ["t" * 100_000], "loops": ",".join(["1"] * 41)})
            for _ in range(16):
                row = "%d" + ",1" * 14
                fact("timeline", timeline={"tasks": ",".join(row % n for n in range(400))})
            """
        ),
        (
            "minutes over brackets that never close",
            """
            for _ in range(32): fact("context", message="<a pending " * 20_000)
            """
        ),
        (
            "minutes over a chain of tasks",
            """
            tasks = [{"id": n, "name": "t", "waits": True, "for": [n + 1]} for n in range(5000)]
            for _ in range(8): fact("standing", reason="deadlock", tasks=tasks, threads=[])
            """
        ),
        (
            "a stack of brackets that no thread has room for",
            """
            send(b'{"k": "uncaught", "exception": ' + b'{"cause": ' * 20_000)
            """
        ),
        (
            "a frame that is longer than any",
            """
            os.write(R, b"\\xff\\xff\\xff\\xff" + b"x" * 60_000)
            """
        ),
    ]

    /// A program that forges messages by `code`.
    static func program(_ code: String) -> String {
        """
        import json, os, time
        def is_open(number):
            try:
                return bool(os.fstat(number))
            except OSError:
                return False
        R = next(n for n in range(4095, 2, -1) if is_open(n))
        def send(data):
            data = len(data).to_bytes(4, "big") + data
            while data:
                data = data[os.write(R, data):]
        def fact(kind, **rest):
            send(json.dumps({"k": kind, "seq": 1, "at": time.monotonic_ns(), **rest}).encode())
        main = os.path.abspath("main.py")
        fact("hello", version="3.13.0", born=time.monotonic_ns(), cwd=os.path.dirname(main))

        \(code)
        fact("bye")
        print("written", flush=True)
        os._exit(0)
        """
    }

    /// What a server may grow by: the bytes of a digest, some times over.
    static let growthMax = 64 << 20

    @Test func `what was meant to cost the server gigabytes or minutes costs it nothing`() throws {
        let server = try ServerProcess()
        for _ in 1...3 { _ = try server.submit(spec("print(1)"), "wait=30s") }
        let before = server.residentBytes
        for (name, code) in Self.forged {
            let comment = Comment(rawValue: name)
            let answer = try server.submit(spec(Self.program(code)), "wait=60s")
            let run = answer.json.runs[0]
            #expect(answer.status == 201, comment)
            #expect(answer.json.outcome.string == "exited", comment)
            #expect(run.stdout_bytes.int == 8, comment)
            #expect((run.times.collect.double ?? 99) < 10, comment)
            #expect(server.residentBytes - before < Self.growthMax, comment)
            for format in ["json", "text", "sarif", "junit", "trace"] {
                let page = try server.curl("/v1/jobs/\(answer.job)?format=\(format)")
                #expect(page.status == 200, comment)
            }
        }
        #expect(server.digestProcesses == [])
        server.terminate()
    }

    @Test func `a digest process has no rights, no files, and no other user's name`() throws {
        let server = try ServerProcess(["--sandbox", "standard"])
        let job = try server.submit(spec("import time\ntime.sleep(60)")).job
        let process = try eventually("a digest process is at work") {
            server.digestProcesses.first { process in
                // Once it has given up the channel of its host.
                (try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(process)/fd/2"
                )) != "/dev/null"
            }
        }
        for id in [process, try #require(server.digestHost)] {
            let status = contents("/proc/\(id)/status") ?? ""
            for line in ["NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000"] {
                #expect(status.contains(line))
            }
            #expect(geteuid() != 0 || status.contains("Uid:\t65534\t65534\t65534\t65534"))
        }
        let files = entries("/proc/\(process)/fd").map { number in
            (try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(process)/fd/\(number)"
            )) ?? ""
        }
        #expect(files.count == 4)
        // Its answer's file has no name any more, and the rest are pipes.
        #expect(files.allSatisfy { $0.hasPrefix("pipe:") || $0.hasSuffix(" (deleted)") })
        let limits = contents("/proc/\(process)/limits") ?? ""
        #expect(limits.contains("Max cpu time              6 "))
        #expect(limits.contains("Max data size             536870912 "))
        _ = try server.curl("/v1/jobs/\(job)/cancel", "-X", "POST")
        server.terminate()
    }

    @Test func `one that dies costs its run the findings, and the program nothing`() throws {
        let server = try ServerProcess()
        let source = """
            import asyncio, signal, sys
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            async def work(): pass
            async def main():
                print("begun", flush=True)
                await asyncio.sleep(1)
                for _ in range(200): work()
            asyncio.run(main())
            print("ended")
            """
        let job = try server.submit(spec(source)).job
        let process = try eventually("a digest process is at work") {
            server.digestProcesses.first
        }
        try eventually("the program has begun") {
            !server.jobProcesses.isEmpty
        }
        kill(process, SIGKILL)
        let ended = try server.job(job) { $0.state.string == "completed" }
        #expect(ended.outcome.string == "exited")
        #expect(ended.runs[0].exit.int == 0)
        #expect(ended.runs[0].report.string == "incomplete")
        #expect(ended.findings.array.map(\.rule.string) == ["report-incomplete"])
        let message = ended.findings[0].message.string ?? ""
        #expect(message.hasPrefix("the program's own report is missing"))
        let output = try server.curl("/v1/jobs/\(job)/output?stream=stdout")
        #expect(output.text == "begun\nended\n")
        server.terminate()
    }

    @Test func `one that stands still is ended, and its slot comes back`() throws {
        let server = try ServerProcess(["--slots", "1"])
        let job = try server.submit(spec("import time\ntime.sleep(1)", "expect: {}\n")).job
        let process = try eventually("a digest process is at work") {
            server.digestProcesses.first
        }
        kill(process, SIGSTOP)
        let next = try server.submit(spec("print(2)"), "wait=40s")
        #expect(next.status == 201)
        let ended = try server.curl("/v1/jobs/\(job)").json
        #expect(ended.outcome.string == "exited")
        #expect(ended.verdict.string == "failed")
        #expect(ended.findings[0].message.string?.contains("took more than 6 s") == true)
        #expect((ended.runs[0].times.collect.double ?? 99) < 10)
        server.terminate()
    }

    @Test func `a host that stands still is replaced, and no slot waits for it`() throws {
        let server = try ServerProcess(["--slots", "1"])
        let host = try #require(server.digestHost)
        kill(host, SIGSTOP)
        let job = try server.submit(spec("print(1)"), "wait=40s").json
        #expect(job.state.string == "completed")
        #expect(job.runs[0].report.string == "incomplete")
        let next = try server.submit(spec("print(2)"), "wait=40s").json
        #expect(next.runs[0].report.string == "complete")
        server.terminate()
    }

    @Test func `a client that leaves in the middle of a page harms nobody`() throws {
        let server = try ServerProcess()
        let code = """
            fact("hello", version="3.13.0", born=time.monotonic_ns(), cwd=os.path.dirname(main))
            for n in range(3000):
                fact("uncaught", exception={"type": "E", "id": n, "message": "m%d" % n * 99,
                                            "frames": [[main, n + 1, "f"]]})
            """ + String(repeating: "\n#", count: 3000)
        let job = try server.submit(spec(Self.program(code)), "wait=60s").job
        for format in ["json", "text", "sarif", "jsonl"] {
            let left = try server.curl(
                "/v1/jobs/\(job)?format=\(format)",
                "--limit-rate",
                "1k",
                "--max-time",
                "1"
            )
            #expect(left.exit == 28)
            #expect(try server.curl("/livez").status == 200)
        }
        server.terminate()
    }

    @Test func `where their host has died, the next run gets another`() throws {
        let server = try ServerProcess()
        let host = try #require(server.digestHost)
        kill(host, SIGKILL)
        try eventually("the server has noticed") { server.digestHost == nil }
        let job = try server.submit(spec("print(1)"), "wait=30s")
        #expect(job.json.runs[0].report.string == "complete")
        #expect(server.digestHost != nil)
        server.terminate()
    }
}
