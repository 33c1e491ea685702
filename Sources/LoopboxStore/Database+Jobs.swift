// SPDX-License-Identifier: Apache-2.0

import GRDB
import LoopboxModel

/// Jobs as the tables have them.
extension Database {
    /// The row of the job called `id`.
    func jobRow(_ id: JobID) throws -> Row? {
        try row("SELECT seq, state FROM job WHERE id = ?", [id.description])
    }

    /// When the job called `id` was deleted; nil where it was not.
    func deletionTime(of id: JobID) throws -> Timestamp? {
        try row("SELECT deleted_at FROM tombstone WHERE id = ?", [id.description])?
            .time("deleted_at")
    }

    /// The job in row `seq`, which exists.
    ///
    /// - Throws: ``StoreError/unreadable(subject:detail:)``.
    func job(_ seq: Int64) throws -> Job {
        guard
            let row = try row(
                """
                SELECT id, state, outcome, verdict, version, attempt, created_at, started_at,
                    ended_at, spec
                FROM job JOIN job_spec ON job = seq WHERE seq = ?
                """,
                [seq]
            )
        else { throw StoreError.unreadable(subject: "job \(seq)", detail: "it has no spec") }
        let id: JobID = try row.id("id")
        let subject = id.description
        let conclusion: Conclusion? = try self.row(
            "SELECT conclusion FROM conclusion WHERE job = ?",
            [seq]
        )?.json("conclusion", of: subject)
        return Job(
            id: id,
            spec: try row.json("spec", of: subject),
            state: try row.requiredWord("state", of: subject),
            outcome: try row.word("outcome", of: subject),
            verdict: try row.word("verdict", of: subject),
            version: row["version"],
            attempt: row["attempt"],
            createdAt: Timestamp(milliseconds: row["created_at"]),
            startedAt: row.time("started_at"),
            endedAt: row.time("ended_at"),
            runs: try rows("SELECT report FROM run WHERE job = ? ORDER BY run", [seq])
                .map { try $0.json("report", of: subject) },
            conclusion: conclusion ?? Conclusion()
        )
    }

    /// The summary in `row`, which has its columns and `seq`.
    func summary(_ row: Row) throws -> JobSummary {
        let id: JobID = try row.id("id")
        let subject = id.description
        let labels = try rows(
            "SELECT key, value FROM job_label WHERE job = ?",
            [row["seq"] as Int64]
        )
        return JobSummary(
            id: id,
            name: row["name"],
            labels: Dictionary(uniqueKeysWithValues: labels.map { ($0["key"], $0["value"]) }),
            state: try row.requiredWord("state", of: subject),
            outcome: try row.word("outcome", of: subject),
            verdict: try row.word("verdict", of: subject),
            version: row["version"],
            attempt: row["attempt"],
            createdAt: Timestamp(milliseconds: row["created_at"]),
            startedAt: row.time("started_at"),
            endedAt: row.time("ended_at")
        )
    }

    /// The delivery in `row`, which has all columns of `delivery` and `delivery_body` and the
    /// job's identifier as `job_id`.
    func delivery(_ row: Row) throws -> Delivery {
        let id: DeliveryID = try row.id("id")
        let subject = id.description
        return Delivery(
            id: id,
            job: try row.id("job_id"),
            event: try row.requiredWord("event", of: subject),
            url: row["url"],
            secret: row["secret"],
            body: row.bytes("body"),
            state: try row.requiredWord("state", of: subject),
            nextAttemptAt: row.time("next_at"),
            createdAt: Timestamp(milliseconds: row["created_at"]),
            attempts: try rows(
                "SELECT report FROM delivery_attempt WHERE delivery = ? ORDER BY attempt",
                [row["seq"] as Int64]
            ).map { try $0.json("report", of: subject) }
        )
    }
}
