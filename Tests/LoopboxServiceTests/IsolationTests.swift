// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import LoopSystem
import Testing

/// Programs of a server that isolates them, as a client sees it.
@Suite struct IsolationTests {
    @Test(arguments: ["strict", "standard"])
    func `each result says what was in force, and what a run used too much of`(
        level: String
    ) throws {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess([
            "--sandbox", level, "--runtime", "python=/usr/bin/python3", "--data", folder("data"),
        ])
        #expect(try server.curl("/v1/info").json.sandbox.level.string == level)
        let plain = try server.submit(
            "program:\n  source: |\n    import asyncio\n    asyncio.run(asyncio.sleep(0))\n",
            "wait=60s"
        ).json
        #expect(plain.outcome.string == "exited", "\(plain)")
        let sandbox = plain.runs[0].sandbox
        #expect(sandbox.level.string == level)
        #expect(sandbox.network.string == (level == "strict" ? "loopback" : "none"))
        let layers = sandbox.layers.array.compactMap(\.string)
        #expect(layers.contains("seccomp") && layers.contains("landlock_files"))
        #expect(layers.contains("mount_namespace") == (level == "strict"))

        let large = try server.submit(
            """
            program:
              source: |
                import time
                kept = [bytearray(b"x") * (1 << 20) for _ in range(90)]
                time.sleep(60)
            limits: {memory: 64MiB}
            """,
            "wait=60s"
        ).json
        #expect(large.outcome.string == "memory_exceeded", "\(large)")
        #expect(large.runs[0].ending.string?.hasPrefix("reached its memory limit of 64MiB") == true)
        let busy = try server.submit(
            """
            program:
              source: |
                import os
                for _ in range(3): os.fork()
                while True: pass
            limits: {cpu: 500ms, time: 60s}
            """,
            "wait=60s"
        ).json
        #expect(busy.outcome.string == "cpu_exceeded", "\(busy)")
        #expect(try server.curl("/livez").status == 200)
        // Users of runs walk through the data directory at level standard: its files are closed.
        for name in try FileManager.default.contentsOfDirectory(atPath: folder("data")) {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folder("data/\(name)")
            )
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let mode = attributes[.posixPermissions] as? Int ?? 0
            if geteuid() == 0, level == "standard" { #expect(mode & 0o77 == 0, "\(name)") }
        }
        server.terminate()
    }

    @Test func `a spec that asks for more than there is is not run with less`() throws {
        let folder = try TemporaryDirectory()
        let server = try ServerProcess([
            "--sandbox", "standard", "--runtime", "python=/usr/bin/python3", "--data",
            folder("data"),
        ])
        for wish in ["level: strict", "network: loopback"] {
            let answer = try server.submit(
                "program: {source: \"print(1)\"}\nsandbox: {\(wish)}\n",
                "wait=60s"
            )
            #expect(answer.status == 422, "\(answer)")
            let error = answer.json.errors[0]
            #expect(error.code.string == "capability-unavailable")
            #expect(error.pointer.string == "/sandbox/\(wish.prefix { $0 != ":" })")
        }
        // Where less is asked for than there is, it is run with what there is.
        let modest = try server.submit(
            "program: {source: \"print(1)\"}\nsandbox: {level: standard, network: none}\n",
            "wait=60s"
        ).json
        #expect(modest.runs[0].sandbox.level.string == "standard", "\(modest)")
        server.terminate()
    }

    @Test func `at level strict two jobs have the same port, each its own`() throws {
        let server = try ServerProcess([
            "--sandbox", "strict", "--slots", "2", "--runtime",
            "python=\(ServerProcess.reference)",
        ])
        // Each ends only when it has been alive together with the other.
        let program = """
            import socket, time
            listener = socket.create_server(("127.0.0.1", 8765))
            client = socket.create_connection(("127.0.0.1", 8765))
            own, _ = listener.accept()
            own.sendall(b"hello")
            time.sleep(1)
            print(client.recv(5))
            """
        let jobs = try (1...2).map { _ in try server.submit(spec(program)).job }
        for job in jobs {
            let ended = try server.curl("/v1/jobs/\(job)?wait=60s").json
            #expect(ended.runs[0].exit.int == 0, "\(ended)")
        }
        // Without namespaces of their own, one of two is too late.
        let shared = try ServerProcess(["--slots", "2"])
        let others = try (1...2).map { _ in try shared.submit(spec(program)).job }
        let exits = try others.map {
            try shared.curl("/v1/jobs/\($0)?wait=60s").json.runs[0].exit.int
        }
        #expect(exits.contains(1))
        server.terminate()
        shared.terminate()
    }
}
