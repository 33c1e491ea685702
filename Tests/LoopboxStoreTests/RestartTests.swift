// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct RestartTests {
    let directory: TemporaryDirectory
    let clock = TestClock()

    init() throws { directory = try TemporaryDirectory() }

    func open() throws -> JobDatabase {
        let clock = clock
        return try directory.open {
            $0.clock = clock.look
            $0.outbox = oneDelivery
        }
    }

    @Test func `after reopening everything is as it was`() throws {
        var database: JobDatabase? = try open()
        let jobs = (0..<3).map { _ in newJob(key: nil) } + [newJob(key: "k")]
        _ = try database!.submit(jobs)
        let claims = try database!.claim(worker: "w", max: 2, lease: lease)
        _ = try database!.finish([
            finish(claims[0], stdout: CapturedOutput(head: Array("out".utf8)))
        ])
        let before = try jobs.map { try database!.get($0.id) }
        database = nil

        let reopened = try open()
        #expect(try jobs.map { try reopened.get($0.id) } == before)
        #expect(try reopened.output(jobs[0].id, run: 1, .stdout)?.head == Array("out".utf8))
        #expect(try reopened.claimDue(max: 9, lease: lease).count == 1)
        #expect(try reopened.submit([newJob(key: "k")]) == [.replayed(jobs[3].id)])
        #expect(try reopened.finish([finish(claims[1])])[0] != .leaseLost)
    }

    @Test func `what was running waits again at its old place, then is lost`() throws {
        let database = try open()
        let jobs = (0..<3).map { _ in newJob() }
        _ = try database.submit(jobs)
        _ = try database.claimOne()
        clock.advance(by: .seconds(1))
        #expect(try database.reclaimAll() == [])
        #expect(try database.job(jobs[0].id)?.state == .queued)
        #expect(try database.job(jobs[0].id)?.version == 3)
        #expect(try database.deliveries(of: jobs[0].id) == [])
        let second = try database.claimOne()
        #expect(second.id == jobs[0].id)
        #expect(second.attempt == JobDatabase.attemptsMax)
        #expect(second.queuedSince == clock.now)

        let lost = try database.reclaimAll()
        #expect(lost.map(\.id) == [jobs[0].id])
        #expect(lost.map(\.outcome) == [.lost])
        #expect(try database.get(jobs[0].id) == .found(lost[0]))
        #expect(
            try database.deliveries(of: jobs[0].id).map(\.body) == [Array("lost 5".utf8)]
        )
        #expect(try database.finish([finish(second)]) == [.leaseLost])
        #expect(try database.position(jobs[1].id) == 1)
    }

    @Test func `what was to be cancelled is not begun again`() throws {
        let database = try open()
        _ = try database.submit([newJob()])
        let claim = try database.claimOne()
        _ = try database.cancel(claim.id)
        #expect(try database.reclaimAll().map(\.outcome) == [.cancelled])
        #expect(try database.deliveries(of: claim.id).count == 1)
    }

    @Test func `deliveries that a courier had are due at once, at their own time`() throws {
        let database = try open()
        let job = newJob()
        _ = try database.submit([job])
        _ = try database.cancel(job.id)
        let dueAt = clock.now
        let claim = try database.claimDue(max: 1, lease: lease)[0]
        #expect(try database.nextDue() == claim.leaseUntil)
        _ = try database.reclaimAll()
        #expect(try database.nextDue() == dueAt)
        #expect(try database.claimDue(max: 1, lease: lease).count == 1)
    }

    @Test func `a job whose submission returned survives a kill`() async throws {
        let id = JobID()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = directory.path as String, id = id.description as String] in
            let database = try JobDatabase(JobDatabase.Configuration(directory: path))
            var job = newJob(key: "k")
            job.id = JobID(id)!
            _ = try database.submit([job])
            kill(getpid(), SIGKILL)
        }
        let database = try open()
        #expect(try database.job(id)?.state == .queued)
        #expect(try database.submit([newJob(key: "k")]) == [.replayed(id)])
    }

    /// The transaction is larger than SQLite's cache, so a part of it is in the log already.
    @Test(arguments: [false, true])
    func `a kill leaves all of a finish or nothing`(isCommitted: Bool) async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = directory.path as String, isCommitted = isCommitted as Bool] in
            var configuration = JobDatabase.Configuration(directory: path)
            configuration.outbox = oneDelivery
            let database = try JobDatabase(configuration)
            _ = try database.submit([newJob()])
            let output = CapturedOutput(head: [UInt8](repeating: 7, count: 60_000))
            let large = CapturedOutput(head: [UInt8](repeating: 8, count: 70_000))
            let end = finish(try database.claimOne(), runs: 80, stdout: output, stderr: large)
            if isCommitted {
                _ = try database.finish([end])
            } else {
                let staged = try database.stage(end)
                try database.write { transaction in
                    guard try transaction.finish(staged) != .leaseLost else { return }
                    kill(getpid(), SIGKILL)
                }
            }
            kill(getpid(), SIGKILL)
        }
        #expect(directory.outputFiles.count == 80)
        let database = try open()
        let summary = try database.list(limit: 1).jobs[0]
        let deliveries = try database.deliveries(of: summary.id)
        if isCommitted {
            #expect(summary.state == .completed)
            #expect(try database.job(summary.id)?.runs.count == 80)
            #expect(deliveries.count == 1)
            #expect(try database.output(summary.id, run: 80, .stdout)?.head.count == 60_000)
            #expect(try database.output(summary.id, run: 80, .stderr)?.head.count == 70_000)
            #expect(directory.outputFiles.count == 80)
        } else {
            #expect(summary.state == .running)
            #expect(try database.job(summary.id)?.runs == [])
            #expect(deliveries == [])
            #expect(directory.outputFiles == [])
            #expect(try database.reclaimAll() == [])
            #expect(try database.position(summary.id) == 1)
        }
    }
}
