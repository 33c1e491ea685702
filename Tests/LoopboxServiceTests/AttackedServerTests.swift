// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import LoopboxSandbox
import Synchronization
import Testing

/// A server whose jobs attack it, and use up whatever they can.
@Suite(.serialized) struct AttackedServerTests {
    /// Programs that use up what there is, by name.
    private static let greedy = [
        "fork bomb": "import os\nwhile True: os.fork()",
        "fork bomb of sessions": """
        import os
        while True:
            try:
                if os.fork() == 0: os.setsid()
            except OSError:
                pass
        """,
        "thread bomb": """
        import threading, time
        while True: threading.Thread(target=time.sleep, args=(60,)).start()
        """,
        "memory bomb": "kept = []\nwhile True: kept.append(bytearray(b'x') * (1 << 20))",
        "disk bomb": """
        n = 0
        while True:
            with open(f"{n}", "wb") as file: file.write(b"x" * (1 << 20))
            n += 1
        """,
        "million files": """
        for n in range(1_000_000): open(f"{n}", "w").close()
        """,
        "flood": "import sys\nwhile True: sys.stdout.write('x' * 65536)",
        "descriptors": "import os\nwhile True: os.open('/dev/null', os.O_RDONLY)",
        "all signals": "import os\nos.kill(-1, 9)\nos.kill(os.getppid(), 19)\nos.kill(0, 19)",
        "daemons": """
        import os, signal, time
        for _ in range(8):
            if os.fork() == 0:
                os.setsid()
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
                if os.fork() == 0: time.sleep(600)
                os._exit(0)
        """,
    ]

    @Test(arguments: ["standard", "strict"])
    func `it answers throughout, its neighbour is unharmed, and nothing is left`(
        level: String
    ) throws {
        let server = try ServerProcess([
            "--sandbox", level, "--slots", "3", "--runtime", "python=\(ServerProcess.reference)",
        ])
        _ = try server.submit(spec("print(1)"), "wait=60s")
        let before = (
            descriptors: server.descriptors, mounts: contents("/proc/self/mounts"),
            shared: entries("/dev/shm")
        )
        let neighbour = try server.submit(
            spec(
                """
                import signal, time
                def leave(*_):
                    print("unharmed")
                    raise SystemExit
                signal.signal(signal.SIGTERM, leave)
                print("begun", flush=True)
                while True: time.sleep(1)
                """,
                "limits: {time: 5m}\n"
            )
        ).job
        let pulse = Pulse(of: server)
        var jobs: [(name: String, id: String)] = []
        for name in try attackNames(server) {
            let answer = try server.submit(try attack(name, on: server))
            try #require(answer.status == 202, "\(name): \(answer)")
            jobs.append((name, answer.job))
        }
        let limits = "limits: {time: 2s, grace: 200ms, processes: 24, memory: 64MiB, disk: 16MiB}\n"
        for (name, source) in Self.greedy {
            jobs.append((name, try server.submit(spec(source, limits)).job))
        }
        for job in jobs {
            let ended = try server.curl("/v1/jobs/\(job.id)?wait=60s").json
            let outcome = ended.outcome.string ?? "none"
            #expect(!["sandbox_failed", "lost", "none"].contains(outcome), "\(job.name): \(ended)")
            if Self.greedy[job.name] == nil {
                let words = try server.curl("/v1/jobs/\(job.id)/output?stream=stdout").text
                #expect(words.hasPrefix("held "), "\(job.name): \(words)")
            }
        }
        // Sent and taken back, again and again.
        for _ in 1...20 {
            let id = try server.submit(spec("import time\ntime.sleep(60)")).job
            #expect(try server.curl("/v1/jobs/\(id)", "-X", "DELETE").status == 204)
        }
        // Waited for, and left alone.
        for _ in 1...5 {
            let answer = try server.curl(
                "/v1/jobs?wait=60s",
                ["--max-time", "0.2", "--data-binary", "@-"],
                input: spec("import time\ntime.sleep(0.5)")
            )
            #expect(answer.status == 0)
        }
        _ = try server.curl("/v1/jobs/\(neighbour)/cancel", "-X", "POST")
        let left = try server.curl("/v1/jobs/\(neighbour)?wait=60s").json
        #expect(left.outcome.string == "cancelled", "\(left)")
        let words = try server.curl("/v1/jobs/\(neighbour)/output?stream=stdout").text
        #expect(words == "begun\nunharmed\n")
        let beats = pulse.end()
        #expect(beats.missed == 0)
        #expect(beats.answered > 10)
        try eventually("everything is given back") {
            server.children == [] && server.jobProcesses == [] && server.workDirectories == []
                && server.leftovers == []
                && server.descriptors <= before.descriptors
        }
        #expect(contents("/proc/self/mounts") == before.mounts)
        #expect(
            Set(entries("/dev/shm")).subtracting(before.shared).allSatisfy { name in
                // Other tests of this process have victims of their own.
                name.hasPrefix("loopbox-victim-")
            }
        )
        server.terminate()
    }

    private func attack(_ name: String, on server: ServerProcess) throws -> String {
        let port = server.address.split(separator: ":").last.map(String.init) ?? ""
        let program: [String: Any] = [
            "source": String(decoding: AttackSuite.program, as: UTF8.self), "args": [name],
            "env": [
                "VICTIM": "\(server.process.id)", "VICTIM_PORT": port,
                "VICTIM_FILE": server.home("data/loopbox.sqlite"), "VICTIM_FOLDER": "/var/tmp",
                "VICTIM_SOCKET": "none",
            ],
        ]
        let document = try JSONSerialization.data(withJSONObject: ["program": program])
        return String(decoding: document, as: UTF8.self)
    }

    /// Those that hold at the server's level: the program tells. In a job one descriptor more is
    /// open, that of the report.
    private func attackNames(_ server: ServerProcess) throws -> [String] {
        let answer = try server.submit(try attack("--list", on: server), "wait=60s")
        let level = answer.json.runs[0].sandbox.level.string ?? ""
        let lines = try server.curl("/v1/jobs/\(answer.job)/output?stream=stdout").text
            .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let names = lines.filter { $0.contains(level) }.map { $0[0] }
            .filter { $0 != "use-an-inherited-descriptor" }
        #expect(names.count >= 60)
        return names
    }
}

/// Asks a server all the time whether it lives.
private final class Pulse: Sendable {
    private let state = Mutex((answered: 0, missed: 0, isWanted: true, hasEnded: false))

    init(of server: ServerProcess) {
        Thread.detachNewThread { [self] in
            while state.withLock({ $0.isWanted }) {
                let answer = try? server.curl("/livez", "--max-time", "20")
                state.withLock {
                    if answer?.status == 200 { $0.answered += 1 } else { $0.missed += 1 }
                }
                usleep(20_000)
            }
            state.withLock { $0.hasEnded = true }
        }
    }

    /// How often it answered, and how often it did not.
    func end() -> (answered: Int, missed: Int) {
        state.withLock { $0.isWanted = false }
        while !state.withLock({ $0.hasEnded }) { usleep(1000) }
        return state.withLock { ($0.answered, $0.missed) }
    }
}
