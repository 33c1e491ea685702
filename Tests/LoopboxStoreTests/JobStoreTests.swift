// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct JobStoreTests {
    let directory: TemporaryDirectory
    let clock = TestClock()

    init() throws { directory = try TemporaryDirectory() }

    /// Runs `body` on a loop with a store. Each transaction looks at the clock once.
    func withStore(
        _ change: (inout JobDatabase.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (EventLoop, JobStore) async throws -> Void
    ) throws {
        let clock = clock
        let database = try directory.open {
            $0.clock = clock.look
            $0.outbox = oneDelivery
            change(&$0)
        }
        try EventLoop.run { loop in
            try await body(loop, JobStore(database, loop: loop))
        }
    }

    @Test func `a job goes its way`() throws {
        try withStore { _, store in
            let job = newJob(spec(name: "n"))
            #expect(try await store.submit(job) == .accepted(position: 1))
            #expect(try await store.position(job.id) == 1)
            let claims = try await store.claim(worker: "w", max: 4, lease: lease)
            #expect(claims.map(\.id) == [job.id])
            #expect(try await store.heartbeat(claims, lease: lease) == [])
            #expect(try await store.cancel(job.id) == .running)
            let large = CapturedOutput(head: [UInt8](repeating: 1, count: 70_000))
            let result = try await store.finish(finish(claims[0], stdout: large))
            guard case .finished(let ended) = result else {
                Issue.record("it was not finished")
                return
            }
            #expect(try await store.get(job.id) == .found(ended))
            #expect(try await store.output(job.id, run: 1, .stdout) == large)
            #expect(try await store.list(limit: 5).jobs.map(\.name) == ["n"])
            #expect(try await store.counts() == StoreCounts(completed: 1, deliveriesPending: 1))
            #expect(try await store.nextDue() == ended.endedAt)
            let due = try await store.claimDue(max: 9, lease: lease)
            #expect(try await store.deliveries(of: job.id) == due.map(\.delivery))
            let tried = attempt(1, at: ended.endedAt!, status: 200)
            #expect(try await store.record(tried, for: due[0], next: .delivered))
            #expect(try await store.redeliver(due[0].delivery.id))
            #expect(try await store.reclaimAll() == [])
            #expect(try await store.delete(job.id) == .deleted(state: .completed))
        }
    }

    @Test func `submissions of one tick are one transaction, in their order`() throws {
        let clock = clock
        try withStore { loop, store in
            // Safety: used on the loop only.
            nonisolated(unsafe) let store = store
            let jobs = (0..<100).map { _ in newJob() }
            let looks = clock.looks
            let tasks = jobs.map { job in
                loop.createTask { try await unsafe store.submit(job) }
            }
            var answers: [Submission] = []
            for task in tasks { answers.append(try await task.value) }
            #expect(answers == (1...100).map { .accepted(position: $0) })
            #expect(clock.looks - looks == 1)
        }
    }

    @Test func `different operations of one tick share the transaction`() throws {
        let clock = clock
        try withStore { loop, store in
            // Safety: used on the loop only.
            nonisolated(unsafe) let store = store
            for _ in 0..<3 { _ = try await unsafe store.submit(newJob()) }
            let looks = clock.looks
            let submission = loop.createTask { try await unsafe store.submit(newJob()) }
            let claims = loop.createTask {
                try await unsafe store.claim(worker: "w", max: 4, lease: lease)
            }
            let cancellation = loop.createTask { try await unsafe store.cancel(JobID()) }
            let answer = try await submission.value
            #expect(answer == .accepted(position: 4))
            // Operations are done in the order in which they came.
            let claimed = try await claims.value
            #expect(claimed.count == 4)
            let cancelled = try await cancellation.value
            #expect(cancelled == .unknown)
            #expect(clock.looks - looks == 1)
        }
    }

    @Test func `what comes while a transaction is committed gathers for the next one`() throws {
        let clock = clock
        try withStore { loop, store in
            // Safety: used on the loop only.
            nonisolated(unsafe) let store = store
            let looks = clock.looks
            // Ten tasks that submit ten jobs each, one after the other: ten groups, not a hundred.
            let tasks = (0..<10).map { _ in
                loop.createTask {
                    for _ in 0..<10 { _ = try await unsafe store.submit(newJob()) }
                }
            }
            for task in tasks { try await task.value }
            #expect(try await unsafe store.counts().queued == 100)
            #expect(clock.looks - looks <= 20)
        }
    }

    @Test func `the one that fails is told so, its neighbours are not hurt`() throws {
        try withStore { loop, store in
            // Safety: used on the loop only.
            nonisolated(unsafe) let store = store
            let job = newJob()
            let tasks = [newJob(), job, job, newJob()].map { job in
                loop.createTask { try await unsafe store.submit(job) }
            }
            var answers: [Submission?] = []
            for task in tasks { answers.append(try? await task.value) }
            #expect(
                answers
                    == [
                        .accepted(position: 1), .accepted(position: 2), nil,
                        .accepted(position: 3),
                    ]
            )
        }
    }

    @Test func `the outputs of a lost claim leave no file`() throws {
        let directory = directory
        try withStore { _, store in
            _ = try await store.submit(newJob())
            let claim = try await store.claim(worker: "w", max: 1, lease: lease)[0]
            _ = try await store.delete(claim.id)
            let large = CapturedOutput(head: [UInt8](repeating: 1, count: 70_000))
            #expect(try await store.finish(finish(claim, stdout: large)) == .leaseLost)
            #expect(directory.outputFiles == [])
        }
    }

    @Test func `a cancelled task still learns what was written`() throws {
        try withStore { loop, store in
            // Safety: used on the loop only.
            nonisolated(unsafe) let store = store
            let job = newJob()
            let task = loop.createTask {
                let result = try await unsafe store.submit(job)
                #expect(Task.isCancelled)
                return result
            }
            // Begins the task, which then waits for the disk.
            try await loop.sleep(for: .zero)
            task.cancel()
            _ = try? await task.value
            #expect(try await unsafe store.position(job.id) == 1)
        }
    }
}
