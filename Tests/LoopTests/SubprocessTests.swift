// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct SubprocessTests {
    private func plan(_ script: String) -> ProcessPlan {
        var plan = ProcessPlan(
            path: "/bin/sh",
            arguments: ["sh", "-c", script],
            environment: ["PATH=/usr/bin:/bin"]
        )
        plan.descriptors = [0: 0, 1: 1, 2: 2]
        return plan
    }

    @Test func `the exit status of a child is told`() throws {
        let plan = plan("exit 7")
        let exit = try EventLoop.run { loop in
            try await Subprocess(plan, on: loop).wait()
        }
        #expect(exit.ending == .exited(7))
        #expect(exit.maxResidentBytes > 100_000)
    }

    @Test func `a child that is killed has ended by that signal`() throws {
        let plan = plan("exec sleep 100")
        let exit = try EventLoop.run { loop in
            let child = try Subprocess(plan, on: loop)
            child.kill()
            return try await child.wait()
        }
        #expect(exit.ending == .signaled(SIGKILL))
    }

    @Test func `a child that nobody keeps is killed`() throws {
        let plan = plan("exec sleep 100")
        let id = try EventLoop.run { loop in try Subprocess(plan, on: loop).pid }
        #expect(kill(id, 0) == -1 && errno == ESRCH)
    }

    @Test func `a signal to the group reaches the grandchildren`() throws {
        let pipe = try FileDescriptor.pipe()
        var plan = plan("sleep 100 & sleep 100")
        plan.hasNewSession = true
        plan.descriptors[1] = pipe.writing.number
        let held = plan
        let reading = try pipe.reading.duplicate().release()
        _ = consume pipe
        try EventLoop.run { loop in
            let child = try Subprocess(held, on: loop)
            child.sendToGroup(SIGKILL)
            _ = try await child.wait()
            // All writers are gone, so the end can be read.
            let output = try Connection(on: loop, FileDescriptor(owning: reading))
            #expect(try await output.read().isEmpty)
        }
    }

    @Test func `a hundred children at once are all told apart`() throws {
        let plans = (0..<100).map { plan("exit \($0)") }
        let endings = try EventLoop.run { loop in
            var endings: [Exit.Ending] = []
            let children = try plans.map { try Subprocess($0, on: loop) }
            for child in children { endings.append(try await child.wait().ending) }
            return endings
        }
        #expect(endings == (0..<100).map { .exited(CInt($0)) })
    }
}
