// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import LoopSystem
import Testing

@testable import LoopboxService

/// What one side uses up is not what the other needs.
@Suite struct MachineRoomTests {
    private func room(_ descriptors: Int, processes: Int? = nil) -> MachineRoom {
        MachineRoom(
            descriptors: descriptors,
            processes: processes.map { MachineRoom.ProcessesBound(limit: $0, flag: "--pids-limit") }
        )
    }

    @Test func `connections leave descriptors for runs`() {
        #expect(room(1 << 20).connections(beside: 2, wanted: 10_000) == 10_000)
        #expect(room(4096).connections(beside: 2, wanted: 10_000) == 4096 - 192 - 64)
        #expect(room(1024).connections(beside: 16, wanted: 10_000) == 1024 - 192 - 512)
        // Somebody has to be able to ask.
        #expect(room(256).connections(beside: 16, wanted: 10_000) == 16)
    }

    @Test func `runs share the processes that a container may have`() {
        #expect(room(1024).processes(ofEach: 2) == nil)
        #expect(room(1024, processes: 512).processes(ofEach: 2) == (512 - 48 - 4) / 2)
        #expect(room(1024, processes: 64).processes(ofEach: 8) == 8)
    }

    private func shell(_ limits: String, _ home: TemporaryDirectory, _ more: [String]) -> [String] {
        ["-c", "\(limits); exec \"$0\" \"$@\"", ServerProcess.loopbox]
            + ServerProcess.arguments(home) + more
    }

    /// In a shell with other limits, asked by `body`.
    private func serve(
        _ limits: String,
        _ more: [String],
        asNobody: Bool = false,
        _ body: (_ address: String, _ home: TemporaryDirectory, ChildProcess) throws -> Void
    ) throws {
        let home = try TemporaryDirectory()
        if asNobody { chown(home.path, Identity.nobodysID, Identity.nobodysID) }
        let command =
            (asNobody ? Identity.nobody.command : []) + ["/bin/bash"] + shell(limits, home, more)
        let server = try ChildProcess(
            command[0],
            Array(command.dropFirst()),
            environment: ServerProcess.environment(home)
        )
        let address: String = try eventually("the server's address") {
            server.stdout.contains("\n") ? server.stdout.split(separator: " ")[4].description : nil
        }
        try body(address, home, server)
        server.kill(SIGTERM)
        #expect(server.wait(within: .seconds(30)) == .exited(0), "\(server.stderr)")
    }

    private func ask(
        _ address: String,
        _ home: TemporaryDirectory,
        _ path: String,
        spec: String? = nil
    )
        throws -> Answer
    {
        try Answer(
            (spec == nil ? [] : ["--data-binary", "@-"]) + ["http://\(address)\(path)"],
            input: spec ?? "",
            environment: ServerProcess.environment(home)
        )
    }

    @Test func `a job runs while strangers hold as many connections as there can be`() throws {
        try serve(
            "ulimit -Sn 64; ulimit -Hn 400",
            [
                "--slots", "1", "--sandbox", "standard", "--runtime",
                "python=\(ServerProcess.reference)",
            ]
        ) { address, home, server in
            // The soft limit was raised, and what is left of it bounds connections.
            #expect(server.stderr.contains("\"connections\":\"176\""), "\(server.stderr)")
            let port = UInt16(address.split(separator: ":")[1])!
            var silent: [Int32] = []
            for _ in 0..<500 {
                let one = socket(
                    AF_INET,
                    Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue),
                    0
                )
                var place = sockaddr_in()
                place.sin_family = sa_family_t(AF_INET)
                place.sin_port = port.bigEndian
                place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
                _ = withUnsafePointer(to: &place) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(one, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                silent.append(one)
            }
            let job = try ask(
                address,
                home,
                "/v1/jobs?wait=60s",
                spec: spec("import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE))")
            )
            #expect(job.json.runs[0].outcome.string == "exited", "\(job)")
            // The program's limits are its own, not the server's raised ones.
            let words = try ask(address, home, "/v1/jobs/\(job.job)/output?stream=stdout").text
            #expect(words == "(256, 256)\n")
            for one in silent { close(one) }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "root is not bound by the user's limit"))
    func `a spec may not ask for more processes than there are`() throws {
        try serve("ulimit -u 300", ["--slots", "2"], asNobody: true) { address, home, server in
            let limits = try ask(address, home, "/v1/info").json.limits
            #expect(limits.processes.int == 124, "\(limits)")
            #expect(
                limits.processes_reason.string
                    == "the user's limit of processes (ulimit -u), 300 for 2 slots"
            )
            #expect(server.stderr.contains("fewer processes"), "\(server.stderr)")
            let refused = try ask(
                address,
                home,
                "/v1/jobs?format=text",
                spec: spec("print(1)", "limits: {processes: 125}\n")
            )
            #expect(refused.status == 422)
            #expect(refused.text.contains("limits.processes"), "\(refused.text)")
            #expect(refused.text.contains("maximum of 124"), "\(refused.text)")
            #expect(
                refused.text.contains(
                    "the user's limit of processes (ulimit -u), which is 300 now"
                ),
                "\(refused.text)"
            )
        }
    }
}
