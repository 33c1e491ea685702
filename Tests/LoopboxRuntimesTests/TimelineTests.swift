// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxRuntimes
import Testing

/// What is told of loops, tasks and steps, under every interpreter of the machine.
@Suite struct `Timeline of a program` {
    /// Of a run that ended well and wrote nothing.
    private static let record = RunRecord(
        run: 1,
        runtime: "python3.13.0",
        outcome: .exited,
        exit: 0,
        signal: nil,
        ending: "exited with status 0",
        times: RunTimes(
            setup: Seconds(.zero),
            start: nil,
            run: Seconds(.zero),
            total: Seconds(.zero)
        ),
        usage: Usage(
            cpuUser: Seconds(.zero),
            cpuSystem: Seconds(.zero),
            maxRSS: ByteCount(bytes: 0)
        ),
        sandbox: Attestation(level: .none, layers: []),
        stdout: OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0)),
        stderr: OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0)),
        reportState: .complete
    )

    private static let family = """
        import asyncio

        async def child():
            await asyncio.sleep(0)
            await asyncio.sleep(0.01)

        async def failing():
            raise ValueError

        async def main():
            first = asyncio.create_task(child(), name="first")
            second = asyncio.create_task(failing())
            left = asyncio.create_task(asyncio.Event().wait(), name="left")
            await asyncio.wait([first, second])
            second.exception()
            asyncio.get_running_loop().call_soon(print, "called")
            await asyncio.sleep(0)

        asyncio.run(main())
        """

    @Test func `each task has its maker, its place, its steps and its end`() async throws {
        for (runtime, run) in try await WatchedRun.all(Self.family, name: "family") {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            #expect(timeline.mode == .tasks && timeline.steps.isEmpty && !timeline.isTruncated)
            let tasks = timeline.tasks.prefix(4)
            #expect(tasks.map(\.coroutine) == ["main", "child", "failing", "Event.wait"], version)
            #expect(tasks.map(\.parent) == [nil, 1, 1, 1], version)
            #expect(tasks.map(\.state) == [.finished, .finished, .failed, .cancelled], version)
            #expect(tasks.map(\.steps) == [3, 3, 1, 2], version)
            #expect(tasks.map(\.creation?.line) == [19, 11, 12, 13], version)
            #expect(tasks.allSatisfy { $0.creation?.path == "main.py" }, version)
            #expect(tasks.map(\.name)[1] == "first" && tasks.map(\.name)[3] == "left", version)
            #expect(tasks.map(\.waitsFor)[3] == "Event.wait", version)
            for task in tasks {
                let first = try #require(task.firstStep, version)
                let ended = try #require(task.ended, version)
                #expect(task.created <= first && first <= ended, version)
                #expect(task.busy.value > 0, version)
            }
            #expect(timeline.tasksTotal == timeline.tasks.count, version)
        }
    }

    @Test func `the loop's callbacks add up, and the longest have names and places`() async throws {
        for (runtime, run) in try await WatchedRun.all(
            Self.family,
            name: "adding",
            { $0.debug.timeline = .callbacks }
        ) {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            let loop = try #require(timeline.loops.first, version)
            #expect(timeline.loops.count == 1 && loop.thread == "MainThread", version)
            #expect(loop.callbacks == timeline.steps.count, version)
            #expect(timeline.steps.count { $0.name == "print" } == 1, version)
            for task in timeline.tasks {
                let own = timeline.steps.filter { $0.task == task.id }
                #expect(own.count == task.steps && own.first?.at == task.firstStep, version)
            }
            // From three starts on, an iteration for each turn at least.
            #expect(loop.iterations >= 6 && loop.iterations <= loop.callbacks + 10, version)
            let stopped = try #require(loop.stopped, version)
            #expect(loop.started < stopped && loop.busy < loop.running, version)
            #expect(loop.lag.p50 <= loop.lag.p95 && loop.lag.p99 <= loop.lag.max, version)
            #expect(!loop.longest.isEmpty && loop.longest.count <= 10, version)
            #expect(
                loop.longest.contains { $0.name == "main" && $0.definition?.line == 10 },
                version
            )
            #expect(loop.longest.map(\.seconds) == loop.longest.map(\.seconds).sorted(by: >))
        }
    }

    @Test func `a callback that blocks is the lag of those behind it, and of timers`() async throws
    {
        let text = """
            import asyncio
            import time

            async def main():
                loop = asyncio.get_running_loop()
                loop.call_later(0.01, print, "timer")
                loop.call_soon(time.sleep, 0.2)
                loop.call_soon(print, "behind")
                await asyncio.sleep(0.05)

            asyncio.run(main())
            """
        for (runtime, run) in try await WatchedRun.all(
            text,
            name: "lag",
            {
                $0.debug.timeline = .callbacks
                $0.debug.slowCallbackDuration = Seconds(.seconds(5))
            }
        ) {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            let late = timeline.steps.filter { $0.name == "print" }
            #expect(late.count == 2, version)
            // The one behind waits for all of it, the timer for all but its own 10 ms.
            #expect(late.allSatisfy { $0.lag.value >= 0.15 }, version)
            #expect(timeline.steps.first { $0.name == "sleep" }?.lag.value ?? 1 < 0.15, version)
            #expect(timeline.loops.allSatisfy { $0.lag.max.value >= 0.15 }, version)
            #expect(run.output == "behind\ntimer\n", version)
        }
    }

    @Test func `with off, or without debug mode, there is nothing`() async throws {
        for (runtime, run) in try await WatchedRun.all(
            Self.family,
            name: "off",
            { $0.debug.timeline = .off }
        ) { #expect(run.timeline == nil, "\(runtime.version)") }
        for (runtime, run) in try await WatchedRun.all(
            Self.family,
            name: "plain",
            { $0.debug.asyncio = false }
        ) { #expect(run.timeline == nil, "\(runtime.version)") }
    }

    @Test func `loops in threads, subclasses, and one after the other are told apart`() async throws
    {
        let text = """
            import asyncio
            import threading

            class Own(asyncio.SelectorEventLoop):
                pass

            async def work():
                await asyncio.sleep(0)

            def in_thread():
                loop = Own()
                loop.run_until_complete(work())
                loop.close()

            thread = threading.Thread(target=in_thread, name="own")
            thread.start()
            thread.join()
            for _ in range(20):
                asyncio.run(work())
            """
        for (runtime, run) in try await WatchedRun.all(text, name: "loops") {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            #expect(timeline.loops.map(\.loop) == Array(1...8), version)
            #expect(timeline.loops.map(\.thread).prefix(2) == ["own", "MainThread"], version)
            #expect(timeline.tasks.count { $0.coroutine == "work" } == 21, version)
            #expect(timeline.tasks.allSatisfy { $0.state == .finished }, version)
        }
    }

    @Test func `a program that is killed has its timeline as far as it came`() async throws {
        let text = """
            import asyncio
            import os

            async def main():
                await asyncio.create_task(asyncio.sleep(0.01))
                # Longer than what is known waits to be sent.
                await asyncio.sleep(1.5)
                os._exit(9)

            asyncio.run(main())
            """
        for (runtime, run) in try await WatchedRun.all(text, name: "killed") {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            #expect(run.state == .incomplete, version)
            #expect(timeline.tasks.map(\.state) == [.pending, .finished], version)
            #expect(timeline.loops.first.map { $0.stopped == nil } == true, version)
        }
    }

    @Test func `of very many steps the first, the long and the last are kept`() async throws {
        let text = """
            import asyncio
            import time

            async def main():
                loop = asyncio.get_running_loop()
                for number in range(60000):
                    if number == 59000:
                        loop.call_soon(time.sleep, 0.1)
                    await asyncio.sleep(0)
                loop.call_soon(divmod, 1, 1)
                await asyncio.sleep(0)

            asyncio.run(main())
            """
        for (runtime, run) in try await WatchedRun.all(
            text,
            name: "steps",
            { $0.debug.timeline = .callbacks }
        ) {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            #expect(timeline.isTruncated && run.state == .complete, version)
            #expect(timeline.loops.first.map { $0.callbacks >= 60002 } == true, version)
            #expect(timeline.steps.count >= 12_000, version)
            #expect(timeline.steps.count + 2 * timeline.tasks.count <= Timeline.eventsMax, version)
            #expect(timeline.steps.contains { $0.name == "sleep" }, version)
            #expect(timeline.steps.contains { $0.name == "divmod" }, version)
            let note = SupervisorFindings.findings(
                Self.record,
                wasEnded: false,
                timeline: timeline,
                at: Seconds(.zero)
            )
            #expect(note.map(\.rule) == ["timeline-truncated"], version)
            #expect(note.first?.severity == .note, version)
        }
    }

    @Test func `of very many tasks there are no more than a timeline may have`() async throws {
        let text = """
            import asyncio

            async def work():
                pass

            async def main():
                for _ in range(3):
                    await asyncio.gather(*[work() for _ in range(25000)])

            asyncio.run(main())
            """
        let machine = try await Machine.shared.value
        #expect(!machine.runtimes.isEmpty)
        for (runtime, run) in try await WatchedRun.all(text, name: "tasks") {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            #expect(timeline.isTruncated && run.state == .complete, version)
            #expect(timeline.tasksTotal >= 75_000, version)
            #expect(2 * timeline.tasks.count <= Timeline.eventsMax, version)
            #expect(timeline.tasks.count >= 12_000, version)
        }
    }

    @Test func `names that a program makes long and many stay within the report's bounds`()
        async throws
    {
        let text = """
            import asyncio

            async def main():
                for number in range(300):
                    name = str(number) + "\\0" * 100000
                    await asyncio.create_task(asyncio.sleep(0), name=name)

            asyncio.run(main())
            """
        for (runtime, run) in try await WatchedRun.all(text, name: "names") {
            let version: Comment = "\(runtime.version)"
            let timeline = try #require(run.timeline, version)
            #expect(run.state == .complete && timeline.tasks.count >= 301, version)
            #expect(timeline.tasks.allSatisfy { $0.name.count <= 256 }, version)
        }
    }
}
