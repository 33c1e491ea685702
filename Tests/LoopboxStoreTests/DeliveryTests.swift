// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct DeliveryTests {
    let directory: TemporaryDirectory
    let clock = TestClock()
    let database: JobDatabase
    let jobs: [NewJob]

    /// Three cancelled jobs with a delivery each, a second apart.
    init() throws {
        directory = try TemporaryDirectory()
        let clock = clock
        database = try directory.open {
            $0.clock = clock.look
            $0.outbox = oneDelivery
        }
        jobs = (0..<3).map { _ in newJob() }
        _ = try database.submit(jobs)
        for job in jobs {
            _ = try database.cancel(job.id)
            clock.advance(by: .seconds(1))
        }
    }

    func delivery(_ place: Int) throws -> Delivery {
        try database.deliveries(of: jobs[place].id)[0]
    }

    @Test func `due deliveries are given longest due first, each to one courier`() throws {
        let first = try database.claimDue(max: 2, lease: lease)
        let second = try database.claimDue(max: 2, lease: lease)
        #expect((first + second).map(\.delivery.job) == jobs.map(\.id))
        #expect(first.map(\.attempt) == [1, 1])
        #expect(first[0].delivery == (try delivery(0)))
        #expect(try database.claimDue(max: 2, lease: lease) == [])
    }

    @Test func `one that is due later is not given before`() throws {
        let claim = try database.claimDue(max: 1, lease: lease)[0]
        let at = clock.now.advanced(by: .seconds(5))
        #expect(
            try database.record(attempt(1, at: clock.now), for: claim, next: .retry(at: at))
        )
        #expect(try delivery(0).nextAttemptAt == at)
        #expect(try database.claimDue(max: 9, lease: lease).count == 2)
        #expect(try database.nextDue() == at)
        clock.advance(by: .milliseconds(4999))
        #expect(try database.claimDue(max: 9, lease: lease) == [])
        clock.advance(by: .milliseconds(1))
        let again = try database.claimDue(max: 9, lease: lease)
        #expect(again.map(\.delivery.id) == [claim.delivery.id])
        #expect(again.map(\.attempt) == [2])
    }

    @Test func `an attempt is in the log, and after success nothing is due`() throws {
        let claims = try database.claimDue(max: 3, lease: lease)
        let attempts = [attempt(1, at: clock.now, status: 200), attempt(1, at: clock.now)]
        #expect(try database.record(attempts[0], for: claims[0], next: .delivered))
        #expect(try database.record(attempts[1], for: claims[1], next: .failed))
        #expect(try delivery(0).attempts == [attempts[0]])
        #expect(try delivery(0).state == .delivered)
        #expect(try delivery(0).nextAttemptAt == nil)
        #expect(try delivery(1).state == .failed)
        #expect(try database.counts().deliveriesPending == 1)
        #expect(try database.nextDue() == claims[2].leaseUntil)
    }

    @Test func `a courier that is late is refused once another one has the delivery`() throws {
        let late = try database.claimDue(max: 1, lease: lease)[0]
        clock.advance(by: lease)
        let claims = try database.claimDue(max: 9, lease: lease)
        #expect(claims.count == 3)
        #expect(try !database.record(attempt(1, at: clock.now), for: late, next: .failed))
        #expect(try delivery(0).attempts == [])
        let claim = try #require(claims.first { $0.delivery.id == late.delivery.id })
        #expect(try database.record(attempt(1, at: clock.now), for: claim, next: .delivered))
    }

    @Test func `redelivery makes it due now and keeps the log`() throws {
        let claim = try database.claimDue(max: 1, lease: lease)[0]
        // One that a courier has is not given to another one.
        #expect(try database.redeliver(claim.delivery.id))
        #expect(try database.claimDue(max: 9, lease: lease).count == 2)
        _ = try database.record(attempt(1, at: clock.now), for: claim, next: .delivered)
        #expect(try database.redeliver(claim.delivery.id))
        let again = try database.claimDue(max: 9, lease: lease)
        #expect(again.map(\.delivery.id) == [claim.delivery.id])
        #expect(again.map(\.attempt) == [2])
        #expect(try !database.redeliver(DeliveryID()))
    }

    @Test func `one that waits for its next attempt can be had at once`() throws {
        let claim = try database.claimDue(max: 1, lease: lease)[0]
        let later = clock.now.advanced(by: .seconds(9000))
        _ = try database.record(attempt(1, at: clock.now), for: claim, next: .retry(at: later))
        #expect(try database.redeliver(claim.delivery.id))
        #expect(try delivery(0).nextAttemptAt == clock.now)
    }

    @Test func `nothing is due where nothing is owed`() throws {
        for claim in try database.claimDue(max: 3, lease: lease) {
            _ = try database.record(attempt(1, at: clock.now), for: claim, next: .delivered)
        }
        #expect(try database.nextDue() == nil)
    }
}
