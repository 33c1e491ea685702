// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct JobEndTests {
    let directory: TemporaryDirectory
    let clock = TestClock()
    let database: JobDatabase

    init() throws {
        directory = try TemporaryDirectory()
        let clock = clock
        database = try directory.open {
            $0.clock = clock.look
            $0.outbox = oneDelivery
        }
    }

    /// A job that was just claimed.
    func claim() throws -> Claim {
        _ = try database.submit([newJob()])
        return try database.claimOne()
    }

    @Test func `a finished job has its report, outputs and delivery`() throws {
        let claim = try claim()
        clock.advance(by: .seconds(2))
        let stdout = CapturedOutput(head: [1, 2], tail: [3], dropped: 9)
        let answers = try database.finish([finish(claim, runs: 2, stdout: stdout)])
        var job = claim.job
        job.state = .completed
        job.outcome = .exited
        job.verdict = .passed
        job.version = 3
        job.endedAt = clock.now
        job.runs = [record(1), record(2)]
        #expect(answers == [.finished(job)])
        #expect(try database.get(claim.id) == .found(job))
        #expect(try database.output(claim.id, run: 2, .stdout) == stdout)
        #expect(try database.output(claim.id, run: 2, .stderr) == CapturedOutput())
        #expect(try database.output(claim.id, run: 3, .stdout) == nil)
        #expect(try database.output(JobID(), run: 1, .stdout) == nil)
        let deliveries = try database.deliveries(of: claim.id)
        #expect(deliveries.map(\.body) == [Array("exited 3".utf8)])
        #expect(deliveries.map(\.job) == [claim.id])
    }

    @Test func `many runs and what they say together come back as they were`() throws {
        let claim = try claim()
        var finish = finish(claim, runs: Repetition.runsMax)
        for place in finish.runs.indices {
            finish.runs[place].stdout = CapturedOutput(head: Array("\(place + 1)".utf8))
            finish.runs[place].record.cell = Cell([Setting(key: "k", value: .integer(place))])
        }
        finish.conclusion.failures = [
            GateFailure(
                expect: "stdout",
                detail: "x",
                pointer: "/expect/stdout",
                runs: [1, 200],
                diff: "-a\n+b"
            )
        ]
        var comparison = Comparison(planned: 200)
        comparison.ends = [.init(outcome: .exited, exit: 0, signal: nil, runs: [1])]
        finish.conclusion.comparison = comparison
        _ = try database.finish([finish])
        let job = try #require(try database.job(claim.id))
        #expect(job.runs.count == 200)
        #expect(job.runs[199].cell?.value(of: "k") == .integer(199))
        #expect(job.conclusion == finish.conclusion)
        #expect(try database.output(claim.id, run: 137, .stdout)?.bytes == Array("137".utf8))
        #expect(try database.output(claim.id, run: 201, .stdout) == nil)
        _ = try database.delete(claim.id)
        #expect(try database.read { try $0.count("SELECT count(*) FROM conclusion") } == 0)
    }

    @Test func `what is expected of a job that never ran does not hold`() throws {
        var expecting = spec()
        expecting.expect = Expectations()
        let gated = newJob(expecting)
        _ = try database.submit([gated, newJob()])
        guard case .cancelled(let job) = try database.cancel(gated.id) else {
            Issue.record("it was not cancelled")
            return
        }
        #expect(job.verdict == .failed)
        #expect(job.conclusion.failures.map(\.pointer) == ["/expect"])
        let other = try database.claimOne()
        _ = try database.reclaimAll()
        _ = try database.claimOne()
        let lost = try database.reclaimAll()
        #expect(lost.map(\.id) == [other.id])
        #expect(lost.map(\.verdict) == [nil])
    }

    @Test func `a second finish is refused and changes nothing`() throws {
        let claim = try claim()
        let first = try database.finish([finish(claim)])
        var again = finish(claim, runs: 2)
        again.outcome = .signaled
        #expect(try database.finish([again]) == [.leaseLost])
        let job = try #require(try database.job(claim.id))
        #expect(first == [.finished(job)])
        #expect(try database.deliveries(of: claim.id).count == 1)
    }

    @Test func `a finish with an old attempt is refused while the new one runs`() throws {
        let old = try claim()
        _ = try database.reclaimAll()
        let new = try database.claimOne()
        #expect(new.id == old.id)
        #expect((old.attempt, new.attempt) == (1, 2))
        let large = CapturedOutput(head: [UInt8](repeating: 1, count: 70_000))
        #expect(try database.finish([finish(old, stdout: large)]) == [.leaseLost])
        #expect(directory.outputFiles == [])
        #expect(try database.heartbeat([old, new], lease: lease) == [old])
        #expect(try database.get(new.id) == .found(new.job))
        guard case .finished(let job) = try database.finish([finish(new)])[0] else {
            Issue.record("the new claim was refused")
            return
        }
        #expect(job.attempt == 2)
    }

    @Test func `a lost claim does not hinder the others of its batch`() throws {
        let claims = try [claim(), claim(), claim()]
        _ = try database.delete(claims[1].id)
        let answers = try database.finish(claims.map { finish($0) })
        #expect(answers[1] == .leaseLost)
        #expect(try database.counts().completed == 2)
    }

    @Test func `a failing write leaves nothing of the whole batch`() throws {
        let claims = try [claim(), claim()]
        let large = CapturedOutput(head: [UInt8](repeating: 1, count: 70_000))
        var bad = finish(claims[1], runs: 2, stdout: large)
        bad.runs[1].record.run = 1
        #expect(throws: StoreError.self) {
            try database.finish([finish(claims[0], stdout: large), bad])
        }
        #expect(try database.get(claims[0].id) == .found(claims[0].job))
        #expect(try database.get(claims[1].id) == .found(claims[1].job))
        #expect(try database.deliveries(of: claims[0].id) == [])
        #expect(directory.outputFiles == [])
    }

    @Test func `in a group the one that fails fails alone`() throws {
        let claims = try [claim(), claim(), claim()]
        var bad = finish(claims[1], runs: 2)
        bad.runs[1].record.run = 1
        let finishes = [finish(claims[0]), bad, finish(claims[2])]
        let staged = try finishes.map { try database.stage($0) }
        let results = database.write(group: staged.map { finish in { try $0.finish(finish) } })
        #expect(results.map { (try? $0.get()) != nil } == [true, false, true])
        #expect(try database.get(claims[1].id) == .found(claims[1].job))
        #expect(try database.counts().completed == 2)
        #expect(try database.counts().deliveriesPending == 2)
    }

    @Test func `what JSON has no word for is an error that names the job`() throws {
        #expect {
            try json(Double.infinity, of: "job_1")
        } throws: { error in
            guard case .unwritable("job_1", _) = error as? StoreError else { return false }
            return true
        }
    }

    @Test func `a job that waits is cancelled at once, with its delivery`() throws {
        let job = newJob()
        _ = try database.submit([job])
        guard case .cancelled(let cancelled) = try database.cancel(job.id) else {
            Issue.record("it was not cancelled")
            return
        }
        #expect((cancelled.state, cancelled.outcome) == (.completed, .cancelled))
        #expect((cancelled.version, cancelled.attempt) == (2, 0))
        #expect(cancelled.endedAt == clock.now)
        #expect(try database.get(job.id) == .found(cancelled))
        #expect(
            try database.deliveries(of: job.id).map(\.body) == [Array("cancelled 2".utf8)]
        )
        #expect(try database.claim(worker: "w", max: 1, lease: lease) == [])
        #expect(try database.cancel(job.id) == .completed)
    }

    @Test func `a job that runs is not ended by a cancellation`() throws {
        let claim = try claim()
        #expect(try database.cancel(claim.id) == .running)
        #expect(try database.get(claim.id) == .found(claim.job))
        var end = finish(claim)
        end.outcome = .cancelled
        #expect(try database.finish([end])[0] != .leaseLost)
    }

    @Test func `what is not there can't be cancelled`() throws {
        let claim = try claim()
        _ = try database.delete(claim.id)
        #expect(try database.cancel(claim.id) == .deleted(clock.now))
        #expect(try database.cancel(JobID()) == .unknown)
    }

    @Test func `a deleted job leaves nothing but the time of its deletion`() throws {
        _ = try database.submit([newJob(spec(labels: ["a": "b"]))])
        let claim = try database.claimOne()
        let large = CapturedOutput(head: [UInt8](repeating: 1, count: 70_000))
        let small = CapturedOutput(head: [1])
        _ = try database.finish([finish(claim, runs: 2, stdout: large, stderr: small)])
        let due = try database.claimDue(max: 1, lease: lease)
        _ = try database.record(
            attempt(1, at: clock.now),
            for: due[0],
            next: .retry(at: clock.now)
        )
        #expect(directory.outputFiles.count == 2)

        let deletedAt = clock.now
        #expect(try database.delete(claim.id) == .deleted(state: .completed))
        clock.advance(by: .seconds(1))
        #expect(try database.delete(claim.id) == .deletedBefore(deletedAt))
        #expect(try database.delete(JobID()) == .unknown)
        #expect(try database.get(claim.id) == .deleted(deletedAt))
        #expect(try database.output(claim.id, run: 1, .stdout) == nil)
        #expect(directory.outputFiles == [])
        let tables = [
            "job", "job_spec", "job_label", "run", "output", "delivery", "delivery_body",
            "delivery_attempt",
        ]
        for table in tables {
            #expect(try database.read { try $0.count("SELECT count(*) FROM \(table)") } == 0)
        }
    }

    @Test func `deleting a running job voids its claim`() throws {
        let claim = try claim()
        #expect(try database.delete(claim.id) == .deleted(state: .running))
        #expect(try database.finish([finish(claim)]) == [.leaseLost])
        #expect(try database.get(claim.id) == .deleted(clock.now))
    }

    @Test func `the outbox sees a job when it begins, too`() throws {
        let directory = try TemporaryDirectory()
        let database = try directory.open {
            $0.outbox = { job in
                guard job.state == .running else { return [] }
                return [
                    Delivery(
                        id: DeliveryID(),
                        job: job.id,
                        event: .jobStarted,
                        url: "u",
                        secret: "s",
                        body: Array("\(job.attempt)".utf8),
                        nextAttemptAt: nil,
                        createdAt: job.startedAt!
                    )
                ]
            }
        }
        _ = try database.submit([newJob()])
        let claim = try database.claimOne()
        let deliveries = try database.deliveries(of: claim.id)
        #expect(deliveries.map(\.event) == [.jobStarted])
        #expect(deliveries[0].nextAttemptAt == claim.job.startedAt)
    }
}
