// SPDX-License-Identifier: Apache-2.0

import GRDB
import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct QueryPlanTests {
    let directory: TemporaryDirectory
    let database: JobDatabase

    init() throws {
        directory = try TemporaryDirectory()
        database = try directory.open { $0.queueMax = 20_000 }
    }

    func plan(_ sql: String, _ arguments: StatementArguments = []) throws -> String {
        try database.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
                .map { $0["detail"] as String }.joined(separator: "\n")
        }
    }

    @Test func `a claim reads the index of the queue and sorts nothing`() throws {
        #expect(
            try plan(JobTransaction.nextQueuedQuery) == "SEARCH job USING INDEX job_queue (state=?)"
        )
        #expect(
            try plan(JobTransaction.queuedCountQuery)
                == "SEARCH job USING COVERING INDEX job_queue (state=?)"
        )
    }

    @Test func `due deliveries come from their index, in its order`() throws {
        let plan = try plan(JobTransaction.dueQuery, [0, 1])
        #expect(plan.hasPrefix("SEARCH delivery USING INDEX delivery_due (due_at<?)"))
        #expect(!plan.contains("TEMP B-TREE"))
        #expect(!plan.contains("SCAN"))
    }

    @Test(arguments: [
        with { $0.state = .running }, with { $0.outcome = .lost }, with { $0.verdict = .failed },
        with { $0.name = "n" }, with { $0.createdAfter = Timestamp(milliseconds: 5) },
    ])
    func `a list is read from an index in its order`(filter: JobFilter) throws {
        let cursor = JobCursor(createdAt: Timestamp(milliseconds: 9), id: JobID())
        let (sql, arguments) = JobDatabase.listQuery(filter, after: cursor, limit: 50)
        let plan = try plan(sql, arguments)
        #expect(plan.contains("SEARCH job USING INDEX job_"))
        #expect(!plan.contains("TEMP B-TREE"))
    }

    private static func with(_ change: (inout JobFilter) -> Void) -> JobFilter {
        var filter = JobFilter()
        change(&filter)
        return filter
    }

    @Test func `the next job is found as fast among ten thousand`() throws {
        /// The shortest of many: what other programs on the machine do only makes one longer.
        func timeToFind() throws -> Duration {
            try database.read { db in
                let clock = ContinuousClock()
                return try (0..<100).map { _ in
                    try clock.measure { _ = try db.row(JobTransaction.nextQueuedQuery) }
                }.min()!
            }
        }
        _ = try database.submit((0..<10).map { _ in newJob() })
        let few = try timeToFind()
        _ = try database.submit((0..<10_000).map { _ in newJob() })
        let many = try timeToFind()
        // Without the index it is more than fifty times as much.
        #expect(many < few * 5)
    }
}
