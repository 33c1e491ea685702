// SPDX-License-Identifier: Apache-2.0

import GRDB
import LoopboxModel

extension JobTransaction {
    func finish(_ finish: StagedFinish) throws -> FinishResult {
        let claim = finish.claim
        guard
            let row = try db.row(
                "SELECT seq FROM job WHERE id = ? AND attempt = ? AND state = 'running'",
                [claim.id.description, claim.attempt]
            )
        else { return .leaseLost }
        let seq: Int64 = row["seq"]
        let job = finish.job
        try db.change(
            """
            UPDATE job SET state = 'completed', outcome = ?, verdict = ?, version = ?,
                ended_at = ?, lease_until = NULL
            WHERE seq = ?
            """,
            [
                job.outcome?.rawValue, job.verdict?.rawValue, job.version,
                job.endedAt?.milliseconds, seq,
            ]
        )
        if let conclusion = finish.conclusion {
            try db.change(
                "INSERT INTO conclusion (job, conclusion) VALUES (?, ?)",
                [seq, conclusion]
            )
        }
        for run in finish.runs {
            try db.change(
                "INSERT INTO run (job, run, report) VALUES (?, ?, ?)",
                [seq, run.run, run.record]
            )
            try db.change(
                "INSERT INTO digest (job, run, body, file) VALUES (?, ?, ?, ?)",
                [seq, run.run, run.digest.body, run.digest.file]
            )
            for output in run.outputs {
                try db.change(
                    """
                    INSERT INTO output (job, run, stream, head_bytes, dropped_bytes, body, file)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        seq, run.run, output.stream.rawValue, output.headCount,
                        output.droppedCount, output.content.body, output.content.file,
                    ]
                )
            }
            for artifact in run.artifacts {
                try db.change(
                    "INSERT INTO artifact (job, run, path, body, file) VALUES (?, ?, ?, ?, ?)",
                    [
                        seq, run.run, artifact.path, artifact.content.body,
                        artifact.content.file,
                    ]
                )
            }
            if let timeline = run.timeline {
                try db.change(
                    "INSERT INTO timeline (job, run, body, file) VALUES (?, ?, ?, ?)",
                    [seq, run.run, timeline.body, timeline.file]
                )
            }
        }
        try enqueue(finish.deliveries, job: seq)
        return .finished(job)
    }

    func cancel(_ id: JobID) throws -> Cancellation {
        guard let row = try db.jobRow(id) else {
            return try db.deletionTime(of: id).map { .deleted($0) } ?? .unknown
        }
        let seq: Int64 = row["seq"]
        switch try row.requiredWord("state", of: id.description) as JobState {
        case .completed: return .completed
        case .running:
            try db.change("UPDATE job SET cancel_requested = 1 WHERE seq = ?", [seq])
            return .running
        case .queued:
            queueChanged()
            try complete(seq, .cancelled)
            let job = try db.job(seq)
            try enqueue(configuration.outbox(job), job: seq)
            return .cancelled(job)
        }
    }

    func delete(_ id: JobID) throws -> Deletion {
        guard let row = try db.jobRow(id) else {
            return try db.deletionTime(of: id).map { .deletedBefore($0) } ?? .unknown
        }
        let seq: Int64 = row["seq"]
        queueChanged()
        goneFiles += try db.rows(
            """
            SELECT file FROM output WHERE job = ?1 AND file IS NOT NULL
            UNION ALL SELECT file FROM artifact WHERE job = ?1 AND file IS NOT NULL
            UNION ALL SELECT file FROM timeline WHERE job = ?1 AND file IS NOT NULL
            UNION ALL SELECT file FROM digest WHERE job = ?1 AND file IS NOT NULL
            """,
            [seq]
        ).map { $0["file"] }
        try db.change("DELETE FROM job WHERE seq = ?", [seq])
        try db.change(
            "INSERT INTO tombstone (id, deleted_at) VALUES (?, ?)",
            [id.description, now.milliseconds]
        )
        return .deleted(state: try row.requiredWord("state", of: id.description))
    }

    /// - Returns: the jobs that ended by this.
    func reclaimAll() throws -> [Job] {
        queueChanged()
        var ended: [Job] = []
        let running = try db.rows(
            "SELECT seq, attempt, cancel_requested FROM job WHERE state = 'running' ORDER BY seq"
        )
        for row in running {
            let seq: Int64 = row["seq"]
            let isCancelled: Bool = row["cancel_requested"]
            let attempt: Int = row["attempt"]
            if !isCancelled, attempt < JobDatabase.attemptsMax {
                try db.change(
                    """
                    UPDATE job SET state = 'queued', version = version + 1, queued_at = ?,
                        lease_until = NULL
                    WHERE seq = ?
                    """,
                    [now.milliseconds, seq]
                )
                continue
            }
            try complete(seq, isCancelled ? .cancelled : .lost)
            if let job = try readableJob(seq) {
                try enqueue(configuration.outbox(job), job: seq)
                ended.append(job)
            }
        }
        try db.change(
            "UPDATE delivery SET due_at = next_at WHERE state = 'pending' AND due_at <> next_at"
        )
        return ended
    }
}
