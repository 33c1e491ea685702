// SPDX-License-Identifier: Apache-2.0

import LoopSystem
import Testing

/// Programs that the server has to survive, and to tell the truth about.
@Suite struct HostileProgramTests {
    /// What a server may hold more after them than before: twice the output that it keeps of each
    /// of two streams, and what the allocator doesn't give back. A hundredth of what they write.
    static let growthMax = 32 << 20

    @Test(arguments: ["none-i-know", "standard", "strict"])
    func `each has its report, and the server stays as large as it was`(isolation: String) throws {
        let server = try ServerProcess(["--sandbox", isolation])
        // The first jobs make what a server has once: threads, caches, statements.
        for _ in 1...3 { _ = try server.submit(spec("print(1)"), "wait=30s") }
        let before = (resident: server.residentBytes, descriptors: server.descriptors)
        for program in HostileProgram.all {
            try check(program, server)
        }
        let growth = server.residentBytes - before.resident
        #expect(growth < Self.growthMax, "from \(before.resident)")
        try eventually("the descriptors are given back") {
            server.descriptors <= before.descriptors
        }
        #expect(server.children == [])
        server.terminate()
    }

    private func check(_ program: HostileProgram, _ server: ServerProcess) throws {
        let name = Comment(rawValue: program.name)
        let start = MonotonicTime.now
        let answer = try server.submit(program.spec, "wait=60s")
        let took = start.duration(to: .now)
        try #require(answer.status == 201, "\(program.name): \(answer)")
        let expected = program.expected
        let job = answer.json
        let run = job.runs[0]
        #expect(job.outcome.string == expected.outcome, name)
        #expect(run.exit.int == expected.exit, name)
        #expect(run.signal.string == expected.signal, name)
        #expect(run.ending.string == expected.ending, name)
        #expect(run.report.string == expected.report, name)
        // On a busy machine any callback can be a slow one.
        let rules = job.findings.array.compactMap(\.rule.string).filter { $0 != "slow-callback" }
        #expect(rules == expected.rules, name)
        let output = try server.curl("/v1/jobs/\(answer.job)/output?stream=stdout")
        #expect(output["content-type"] == "text/plain; charset=utf-8", name)
        if let stdout = expected.stdout { #expect(output.text == stdout, name) }
        if let bytes = expected.stdoutBytes {
            #expect(run.stdout_bytes.int == bytes, name)
            #expect(run.stdout_truncated.bool == (output.size < bytes), name)
        }
        // Nothing of it is left, and nothing of it kept others waiting.
        #expect(server.jobProcesses == [], name)
        #expect(server.workDirectories == [], name)
        #expect(took < .seconds(20), name)
        let text = try server.curl("/v1/jobs/\(answer.job)?format=text")
        #expect(text.status == 200, name)
        #expect(!text.text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" }, name)
        #expect(try server.curl("/livez").text == "ok\n", name)
    }
}
