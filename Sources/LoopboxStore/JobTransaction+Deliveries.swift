// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import LoopboxModel

extension JobTransaction {
    /// Puts `deliveries` of the job in row `job` into the outbox.
    func enqueue(_ deliveries: [Delivery], job: Int64) throws {
        for delivery in deliveries {
            let dueAt = (delivery.nextAttemptAt ?? delivery.createdAt).milliseconds
            try db.change(
                """
                INSERT INTO delivery (id, job, event, state, created_at, next_at, due_at)
                VALUES (?, ?, ?, 'pending', ?, ?, ?)
                """,
                [
                    delivery.id.description, job, delivery.event.rawValue,
                    delivery.createdAt.milliseconds, dueAt, dueAt,
                ]
            )
            try db.change(
                "INSERT INTO delivery_body (delivery, url, secret, body) VALUES (?, ?, ?, ?)",
                [db.lastInsertedRowID, delivery.url, delivery.secret, Data(delivery.body)]
            )
        }
    }

    func claimDue(max: Int, lease: Duration) throws -> [DeliveryClaim] {
        let leaseUntil = now.advanced(by: lease)
        let rows = try db.rows(Self.dueQuery, [now.milliseconds, max])
        return try rows.map { row in
            try db.change(
                "UPDATE delivery SET due_at = ? WHERE seq = ?",
                [leaseUntil.milliseconds, row["seq"] as Int64]
            )
            return DeliveryClaim(delivery: try db.delivery(row), leaseUntil: leaseUntil)
        }
    }

    /// - Returns: whether the claim still held.
    func record(
        _ attempt: DeliveryAttempt,
        for claim: DeliveryClaim,
        next: AfterAttempt
    ) throws -> Bool {
        let subject = claim.delivery.id.description
        guard
            let row = try db.row(
                "SELECT seq FROM delivery WHERE id = ? AND due_at = ? AND state = 'pending'",
                [subject, claim.leaseUntil.milliseconds]
            )
        else { return false }
        let seq: Int64 = row["seq"]
        try db.change(
            "INSERT INTO delivery_attempt (delivery, attempt, report) VALUES (?, ?, ?)",
            [seq, attempt.attempt, try json(attempt, of: subject)]
        )
        let (state, nextAt): (Delivery.State, Timestamp?) =
            switch next {
            case .delivered: (.delivered, nil)
            case .failed: (.failed, nil)
            case .retry(let at): (.pending, at)
            }
        try db.change(
            "UPDATE delivery SET state = ?, next_at = ?, due_at = ? WHERE seq = ?",
            [state.rawValue, nextAt?.milliseconds, nextAt?.milliseconds, seq]
        )
        return true
    }

    /// - Returns: whether there is such a delivery.
    func redeliver(_ id: DeliveryID) throws -> Bool {
        // One that a courier has at this moment is left to it.
        try db.change(
            """
            UPDATE delivery SET state = 'pending', next_at = ?1, due_at = ?1
            WHERE id = ?2 AND (state <> 'pending' OR due_at = next_at)
            """,
            [now.milliseconds, id.description]
        )
        return try db.row("SELECT 1 FROM delivery WHERE id = ?", [id.description]) != nil
    }

    static let dueQuery = """
        SELECT delivery.*, delivery_body.*, job.id AS job_id
        FROM delivery
            JOIN delivery_body ON delivery_body.delivery = delivery.seq
            JOIN job ON job.seq = delivery.job
        WHERE delivery.state = 'pending' AND due_at <= ? ORDER BY due_at LIMIT ?
        """
}
