// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

/// What a loop tells of itself: statistics, the tree of tasks, the deadlock, a clock for tests.
@Suite struct LoopInsightTests {
    @Test func `a test's clock makes an hour pass at once, and in the right order`() throws {
        let clock = TestClock()
        let journal = Journal()
        try EventLoop.run(clock: clock) { loop in
            let late = loop.createTask {
                try await loop.sleep(for: .seconds(3600))
                journal.note("late")
            }
            let early = loop.createTask {
                try await loop.sleep(for: .seconds(60))
                journal.note("early")
            }
            try await loop.sleep(for: .zero)
            clock.advance(by: .seconds(59))
            try await loop.sleep(for: .zero)
            #expect(journal.entries.isEmpty)
            clock.advance(by: .seconds(3600))
            try await late.value
            try await early.value
        }
        #expect(journal.entries == ["early", "late"])
        #expect(clock.now == MonotonicTime(nanoseconds: 3659 * 1_000_000_000))
    }

    @Test func `a clock that jumps waits for nobody`() throws {
        let clock = TestClock(jumps: true)
        try EventLoop.run(clock: clock) { loop in try await loop.sleep(for: .seconds(86_400)) }
        #expect(clock.now == MonotonicTime(nanoseconds: 86_400 * 1_000_000_000))
    }

    @Test func `a clock that another thread moves wakes the loop`() throws {
        let clock = TestClock()
        try EventLoop.run(clock: clock) { loop in
            try loop.callSoon {
                try startThread(name: "mover") { clock.advance(by: .seconds(5)) }
            }
            try await loop.sleep(for: .seconds(5))
        }
    }

    @Test func `the statistics count what was run and how late`() throws {
        try EventLoop.run { loop in
            for _ in 0..<10 { try loop.callSoon {} }
            try await loop.sleep(for: .milliseconds(2))
            let statistics = loop.statistics
            #expect(statistics.callbacks >= 11)
            #expect(statistics.iterations >= 2)
            #expect(statistics.lag.count == 1)
            #expect(statistics.lag.percentile(1) >= statistics.lag.longest)
            #expect(statistics.waiting > .zero)
            #expect(statistics.running > statistics.waiting)
            #expect((0...1).contains(statistics.busyShare))
        }
    }

    @Test func `the task tree says what every task waits for`() throws {
        try EventLoop.run { loop in
            let gate = Future<Void>(on: loop)
            let gateLine = #line - 1
            let inner = loop.createTask(name: "inner") { try await gate.value }
            let outer = loop.createTask(name: "outer") { try await inner.value }
            try await loop.sleep(for: .zero)
            try await loop.sleep(for: .zero)
            let lines = loop.taskTree.split(separator: "\n")
            #expect(lines.count == 4, "\(loop.taskTree)")
            #expect(lines[0].hasPrefix("Task 'main' created at LoopTests/LoopInsightTests.swift:"))
            #expect(lines[1].hasPrefix("Task 'outer' created at "))
            #expect(lines[2].hasPrefix("└── waits for Task 'inner' created at "))
            #expect(
                lines[3]
                    == "    └── waits for <Future pending created at LoopTests/LoopInsightTests.swift:\(gateLine)>"
            )
            try gate.setResult(())
            try await outer.value
        }
    }

    @Test func `LOOP_DEV_MODE=1 in the environment switches debug mode on`() async {
        await #expect(processExitsWith: .success) {
            unsafe setenv("LOOP_DEV_MODE", "1", 1)
            guard try EventLoop().debug else { exit(1) }
        }
    }
}
