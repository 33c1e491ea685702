// SPDX-License-Identifier: Apache-2.0

import Dispatch
import GRDB
import Loop
import LoopboxModel
import Synchronization
import Testing

@testable import LoopboxStore

@Suite struct JobQueueTests {
    let directory: TemporaryDirectory
    let clock = TestClock()
    let database: JobDatabase

    init() throws {
        directory = try TemporaryDirectory()
        let clock = clock
        database = try directory.open {
            $0.clock = clock.look
            $0.queueMax = 100
        }
    }

    @Test func `a submitted job is read back as it was given`() throws {
        var given = spec("print(1)", name: "nightly", labels: ["team": "a", "z": ""])
        given.program.files["data.bin"] = .bytes([0, 255])
        given.program.start = .module("main")
        given.program.stdin = .text("in\n")
        given.debug.hashSeed = 7
        given.limits.time = Seconds(.milliseconds(1500))
        given.webhooks = [JobSpec.WebhookTarget(url: "https://example.org")]
        let job = newJob(given)
        #expect(try database.submit([job]) == [.accepted(position: 1)])
        #expect(
            try database.get(job.id)
                == .found(
                    Job(id: job.id, spec: given, state: .queued, createdAt: job.createdAt)
                )
        )
        #expect(try database.get(JobID()) == .unknown)
    }

    @Test func `a batch is accepted in its order and claimed in that order`() throws {
        let jobs = (0..<20).map { _ in newJob() }
        let answers = try database.submit(jobs)
        #expect(answers == (1...20).map { .accepted(position: $0) })
        let first = try database.claim(worker: "a", max: 7, lease: lease)
        let second = try database.claim(worker: "b", max: 100, lease: lease)
        #expect((first + second).map(\.id) == jobs.map(\.id))
        #expect(try database.claim(worker: "a", max: 7, lease: lease).isEmpty)
    }

    @Test func `order is that of acceptance even where the clock was put back`() throws {
        let now = clock.now
        let jobs = [now, now.advanced(by: .seconds(-60))].map { newJob(at: $0) }
        for job in jobs { _ = try database.submit([job]) }
        #expect(try database.claim(worker: "w", max: 2, lease: lease).map(\.id) == jobs.map(\.id))
    }

    @Test func `a claim says since when the job waited and until when it holds`() throws {
        let job = newJob(at: clock.now.advanced(by: .seconds(-1)))
        _ = try database.submit([job])
        let submittedAt = clock.now
        clock.advance(by: .seconds(5))
        let claim = try database.claimOne()
        #expect(claim.queuedSince == submittedAt)
        #expect(claim.leaseUntil == clock.now.advanced(by: lease))
        #expect(
            claim.job
                == Job(
                    id: job.id,
                    spec: job.spec,
                    state: .running,
                    version: 2,
                    attempt: 1,
                    createdAt: job.createdAt,
                    startedAt: clock.now
                )
        )
        #expect(try database.get(job.id) == .found(claim.job))
    }

    @Test func `more jobs than may wait are refused, within a batch too`() throws {
        let answers = try database.submit((0..<102).map { _ in newJob() })
        #expect(answers[99] == .accepted(position: 100))
        #expect(answers[100...] == [.queueFull(queueMax: 100), .queueFull(queueMax: 100)])
        #expect(try database.counts().queued == 100)
        _ = try database.claimOne()
        #expect(try database.submit([newJob()]) == [.accepted(position: 100)])
        #expect(try database.submit([newJob()]) == [.queueFull(queueMax: 100)])
    }

    @Test func `eight threads never claim the same job`() throws {
        let jobs = (0..<100).map { _ in newJob() }
        _ = try database.submit(jobs)
        let claimed = Mutex<[JobID]>([])
        let pool = ThreadPoolExecutor(name: "claimers", threads: 8)
        let group = DispatchGroup()
        for thread in 0..<8 {
            group.enter()
            try pool.submit { [database] in
                while let claims = try? database.claim(
                    worker: "\(thread)",
                    max: 1 + thread % 2,
                    lease: lease
                ), !claims.isEmpty {
                    claimed.withLock { $0 += claims.map(\.id) }
                }
                group.leave()
            }
        }
        group.wait()
        pool.shutDown()
        let ids = claimed.withLock { $0 }
        #expect(ids.count == 100)
        #expect(Set(ids) == Set(jobs.map(\.id)))
    }

    @Test func `readers and eight writing threads get along`() throws {
        let pool = ThreadPoolExecutor(name: "writers", threads: 8)
        let group = DispatchGroup()
        let failures = Mutex<[String]>([])
        for _ in 0..<8 {
            group.enter()
            try pool.submit { [database] in
                do {
                    for _ in 0..<5 {
                        let job = newJob()
                        _ = try database.submit([job])
                        // The job that was just accepted is there for every reader.
                        if try database.job(job.id) == nil {
                            failures.withLock { $0.append("\(job.id) is missing") }
                        }
                        let claim = try database.claimOne()
                        _ = try database.finish([finish(claim)])
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
                group.leave()
            }
        }
        group.wait()
        pool.shutDown()
        #expect(failures.withLock { $0 } == [])
        #expect(try database.counts().completed == 40)
    }

    @Test func `the place in the queue counts from the next job on`() throws {
        let jobs = (0..<3).map { _ in newJob() }
        _ = try database.submit(jobs)
        #expect(try jobs.map { try database.position($0.id) } == [1, 2, 3])
        _ = try database.claimOne()
        #expect(try jobs.map { try database.position($0.id) } == [nil, 1, 2])
        _ = try database.cancel(jobs[1].id)
        #expect(try jobs.map { try database.position($0.id) } == [nil, nil, 1])
        #expect(try database.position(JobID()) == nil)
    }

    @Test func `a heartbeat prolongs claims and names those that are lost`() throws {
        _ = try database.submit([newJob(), newJob()])
        let claims = try database.claim(worker: "w", max: 2, lease: lease)
        _ = try database.delete(claims[0].id)
        clock.advance(by: .seconds(10))
        #expect(try database.heartbeat(claims, lease: lease) == [claims[0]])
        let leaseUntil = try database.read { db in
            try db.row("SELECT lease_until FROM job")?.time("lease_until")
        }
        #expect(leaseUntil == clock.now.advanced(by: lease))
    }

    @Test func `a job that can't be read does not stop the queue`() throws {
        let jobs = [newJob(), newJob()]
        _ = try database.submit(jobs)
        try database.pool.write {
            try $0.execute(
                sql: "UPDATE job_spec SET spec = CAST('{}' AS BLOB) WHERE job = 1"
            )
        }
        #expect(try database.claim(worker: "w", max: 1, lease: lease).map(\.id) == [jobs[1].id])
        let lost = try #require(try database.list(limit: 10).jobs.first { $0.id == jobs[0].id })
        #expect(lost.outcome == .lost)
        #expect {
            try database.get(jobs[0].id)
        } throws: {
            guard case StoreError.unreadable(jobs[0].id.description, _) = $0 else { return false }
            return true
        }
    }

    @Test func `counts are those of each state`() throws {
        _ = try database.submit((0..<6).map { _ in newJob() })
        let claims = try database.claim(worker: "w", max: 3, lease: lease)
        _ = try database.finish([finish(claims[0])])
        let counts = try database.counts()
        #expect((counts.queued, counts.running, counts.completed) == (3, 2, 1))
    }
}

@Suite struct IdempotencyTests {
    let directory: TemporaryDirectory
    let clock = TestClock()
    let database: JobDatabase

    init() throws {
        directory = try TemporaryDirectory()
        let clock = clock
        database = try directory.open {
            $0.clock = clock.look
            $0.queueMax = 2
        }
    }

    @Test func `the same key and request give the same job, in one batch and later`() throws {
        let job = newJob(key: "k")
        let answers = try database.submit([job, newJob(key: "k")])
        #expect(answers == [.accepted(position: 1), .replayed(job.id)])
        #expect(try database.submit([newJob(key: "k")]) == [.replayed(job.id)])
        #expect(try database.counts().queued == 1)
    }

    @Test func `the same key with another request is a conflict`() throws {
        let job = newJob(key: "k")
        _ = try database.submit([job])
        #expect(try database.submit([newJob(key: "k", fingerprint: [2])]) == [.conflict(job.id)])
        #expect(try database.counts().queued == 1)
    }

    @Test func `a full queue still replays, and a refused job leaves its key free`() throws {
        let job = newJob(key: "k")
        _ = try database.submit([job, newJob()])
        #expect(try database.submit([newJob(key: "k")]) == [.replayed(job.id)])
        #expect(try database.submit([newJob(key: "l")]) == [.queueFull(queueMax: 2)])
        _ = try database.claimOne()
        #expect(try database.submit([newJob(key: "l")]) == [.accepted(position: 2)])
    }

    @Test func `a key is forgotten after the window and not before`() throws {
        let job = newJob(key: "k")
        _ = try database.submit([job])
        clock.advance(by: JobDatabase.idempotencyWindow - .milliseconds(1))
        #expect(try database.submit([newJob(key: "k")]) == [.replayed(job.id)])
        clock.advance(by: .milliseconds(1))
        #expect(try database.submit([newJob(key: "k")]) == [.accepted(position: 2)])
    }

    @Test func `the replay of a deleted job gives the deleted job`() throws {
        let job = newJob(key: "k")
        _ = try database.submit([job])
        _ = try database.delete(job.id)
        #expect(try database.submit([newJob(key: "k")]) == [.replayed(job.id)])
        #expect(try database.get(job.id) == .deleted(clock.now))
    }
}
