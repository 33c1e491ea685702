// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import Logging
import LoopboxModel

/// What can be written, inside one transaction. Lives as long as that.
final class JobTransaction {
    let db: Database
    let configuration: JobDatabase.Configuration
    /// One moment for all that the transaction writes.
    let now: Timestamp
    /// Files whose rows the transaction deletes; they go once it is committed.
    var goneFiles: [String] = []
    /// Counted once for a batch of submissions; nil where it has to be counted anew.
    private var queuedCount: Int?

    init(_ db: Database, _ configuration: JobDatabase.Configuration) {
        self.db = db
        self.configuration = configuration
        now = configuration.clock()
    }

    func submit(_ job: NewJob) throws -> Submission {
        if let idempotency = job.idempotency, let before = try submission(of: idempotency) {
            return before
        }
        let queued = try queuedCount ?? db.count(Self.queuedCountQuery)
        guard queued < configuration.queueMax else {
            return .queueFull(queueMax: configuration.queueMax)
        }
        let subject = job.id.description
        try db.change(
            """
            INSERT INTO job (id, name, state, version, attempt, created_at, queued_at)
            VALUES (?, ?, 'queued', 1, 0, ?, ?)
            """,
            [subject, job.spec.name, job.createdAt.milliseconds, now.milliseconds]
        )
        let seq = db.lastInsertedRowID
        try db.change(
            "INSERT INTO job_spec (job, spec) VALUES (?, ?)",
            [seq, try json(job.spec, of: subject)]
        )
        for (key, value) in job.spec.labels {
            try db.change(
                "INSERT INTO job_label (job, key, value) VALUES (?, ?, ?)",
                [seq, key, value]
            )
        }
        if let idempotency = job.idempotency {
            try db.change(
                "INSERT INTO idempotency (key, fingerprint, job, created_at) VALUES (?, ?, ?, ?)",
                [idempotency.key, Data(idempotency.fingerprint), subject, now.milliseconds]
            )
        }
        queuedCount = queued + 1
        return .accepted(position: queued + 1)
    }

    private func submission(of idempotency: IdempotencyKey) throws -> Submission? {
        try db.change(
            "DELETE FROM idempotency WHERE created_at <= ?",
            [now.advanced(by: .zero - JobDatabase.idempotencyWindow).milliseconds]
        )
        guard
            let row = try db.row(
                "SELECT fingerprint, job FROM idempotency WHERE key = ?",
                [idempotency.key]
            )
        else { return nil }
        let job: JobID = try row.id("job")
        return row.bytes("fingerprint") == idempotency.fingerprint ? .replayed(job) : .conflict(job)
    }

    func claim(worker: String, max: Int, lease: Duration) throws -> [Claim] {
        queuedCount = nil
        let leaseUntil = now.advanced(by: lease)
        var claims: [Claim] = []
        while claims.count < max, let row = try db.row(Self.nextQueuedQuery) {
            let seq: Int64 = row["seq"]
            try db.change(
                """
                UPDATE job SET state = 'running', version = version + 1, attempt = attempt + 1,
                    started_at = ?, worker = ?, lease_until = ?
                WHERE seq = ?
                """,
                [now.milliseconds, worker, leaseUntil.milliseconds, seq]
            )
            // One that can't be read must not stand in the way of all behind it for ever.
            guard let job = try readableJob(seq) else {
                try complete(seq, .lost)
                continue
            }
            try enqueue(configuration.outbox(job), job: seq)
            claims.append(
                Claim(
                    job: job,
                    queuedSince: Timestamp(milliseconds: row["queued_at"]),
                    leaseUntil: leaseUntil
                )
            )
        }
        return claims
    }

    /// - Returns: whether the claim still holds.
    func heartbeat(_ claim: Claim, lease: Duration) throws -> Bool {
        try db.change(
            """
            UPDATE job SET lease_until = ? WHERE id = ? AND attempt = ? AND state = 'running'
            """,
            [now.advanced(by: lease).milliseconds, claim.id.description, claim.attempt]
        ) == 1
    }

    /// The queue is not as it was counted.
    func queueChanged() { queuedCount = nil }

    /// The job in row `seq`; nil, and logged, where it can't be read.
    func readableJob(_ seq: Int64) throws -> Job? {
        do {
            return try db.job(seq)
        } catch StoreError.unreadable(let subject, let detail) {
            configuration.logger.error(
                "stored job can't be read; it ends as lost",
                metadata: ["job.id": "\(subject)", "detail": "\(detail)"]
            )
            return nil
        }
    }

    /// Ends the job in row `seq` without runs; its deliveries are not made yet.
    ///
    /// What was expected of runs that there are not does not hold.
    func complete(_ seq: Int64, _ outcome: Outcome) throws {
        let isGated = try readableJob(seq)?.spec.expect != nil
        try db.change(
            """
            UPDATE job SET state = 'completed', outcome = ?, verdict = ?, version = version + 1,
                ended_at = ?, lease_until = NULL
            WHERE seq = ?
            """,
            [
                outcome.rawValue, isGated ? Verdict.failed.rawValue : nil, now.milliseconds, seq,
            ]
        )
        guard isGated else { return }
        let failure = GateFailure.notRun("there is no run to judge: the job is \(outcome.rawValue)")
        let conclusion = Conclusion(failures: [failure])
        try db.change(
            "INSERT INTO conclusion (job, conclusion) VALUES (?, ?)",
            [seq, try json(conclusion, of: "job \(seq)")]
        )
    }

    static let nextQueuedQuery = """
        SELECT seq, queued_at FROM job WHERE state = 'queued' ORDER BY seq LIMIT 1
        """
    static let queuedCountQuery = "SELECT count(*) FROM job WHERE state = 'queued'"
}
