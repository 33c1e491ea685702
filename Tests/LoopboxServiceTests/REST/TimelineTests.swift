// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import LoopboxModel
import Testing

/// What event loops did, as clients get it.
@Suite struct TimelineTests {
    private static let program = """
        import asyncio

        async def main():
            for _ in range(2000):
                await asyncio.sleep(0)

        asyncio.run(main())
        """

    @Test
    func `a timeline is fetched as JSON and as a trace, survives a restart, and goes with the job`()
        throws
    {
        let flags = [
            "--sandbox", "none-i-know", "--runtime", "python=\(ServerProcess.reference)",
        ]
        var server = try ServerProcess(flags)
        let debug = "debug: {timeline: callbacks, tracemalloc: 0}\nlimits: {time: 60s}\n"
        let job = try server.submit(spec(Self.program, debug), "wait=60s")
        #expect(job.json.runs[0].loops[0].callbacks.int ?? 0 >= 2001, "\(job)")
        #expect(job.json.times.imports.double ?? -1 >= 0, "\(job)")
        // Too large for the database, where each reading of the job would read it.
        #expect(entries(server.home("data/outputs")).count == 1)
        server.terminate()
        server = try ServerProcess(flags, home: server.home)
        let path = "/v1/jobs/\(job.job)/timeline"
        let answer = try server.curl(path)
        #expect(answer["content-type"] == "application/json")
        let timeline = try JSONDecoder().decode(Timeline.self, from: Data(answer.text.utf8))
        #expect(timeline.steps.count >= 2001 && timeline.tasks.first?.coroutine == "main")
        for trace in [path + "?format=trace", "/v1/jobs/\(job.job)?format=trace"] {
            let answer = try server.curl(trace)
            #expect(answer["content-type"] == "application/x-trace-event+json")
            let slices = answer.json.traceEvents.array.filter { $0.ph.string == "X" }
            #expect(slices.count == timeline.steps.count, "\(trace)")
        }
        #expect(try server.curl(path + "?run=2").status == 404)
        #expect(try server.curl(path + "?run=one").status == 404)
        #expect(try server.curl(path + "?format=sarif").status == 406)
        #expect(try server.curl("/v1/jobs/\(job.job)", "-X", "DELETE").status == 204)
        #expect(entries(server.home("data/outputs")) == [])
        server.terminate()
    }

    @Test func `a run without one says what it takes`() throws {
        let server = try ServerProcess([
            "--sandbox", "none-i-know", "--runtime", "python=\(ServerProcess.reference)",
        ])
        let job = try server.submit(spec(Self.program, "debug: {timeline: off}\n"), "wait=60s")
        let answer = try server.curl("/v1/jobs/\(job.job)/timeline")
        #expect(answer.status == 404)
        #expect(answer.text.contains("it takes debug.timeline: tasks"))
        server.terminate()
    }

    @Test func `on the command line, a run that was ended says where its time went`() throws {
        let folder = try TemporaryDirectory()
        let text = spec(
            """
            import asyncio

            async def main():
                while True:
                    await asyncio.sleep(0.01)

            asyncio.run(main())
            """,
            "limits: {time: 2s}\n"
        )
        let file = try folder.write(text, to: "job.yaml")
        let ended = try Finished(
            ServerProcess.loopbox,
            ["run", "--sandbox", "none-i-know", "--data", folder("data"), file],
            environment: ServerProcess.environment(folder)
        )
        #expect(ended.stdout.contains("event loop: busy "), "\(ended)")
        #expect(ended.stdout.contains("  the longest: main() in main.py:3, "), "\(ended)")
    }
}
