// SPDX-License-Identifier: Apache-2.0

import GRDB
public import LoopboxModel

extension JobDatabase {
    /// The job called `id`, with its runs.
    public func get(_ id: JobID) throws(StoreError) -> JobLookup {
        try read { db in
            if let row = try db.jobRow(id) { return .found(try db.job(row["seq"])) }
            return try db.deletionTime(of: id).map { .deleted($0) } ?? .unknown
        }
    }

    /// The jobs to which `filter` applies, newest first, after `cursor`.
    ///
    /// - Parameter limit: from 1; ``pageMax`` where it is more.
    public func list(
        _ filter: JobFilter = JobFilter(),
        after cursor: JobCursor? = nil,
        limit: Int
    ) throws(StoreError) -> JobPage {
        let limit = min(max(limit, 1), Self.pageMax)
        let (sql, arguments) = Self.listQuery(filter, after: cursor, limit: limit)
        return try read { db in
            let rows = try Row.fetchAll(db, sql: sql, arguments: arguments)
            let jobs = try rows.prefix(limit).map(db.summary)
            let next = rows.count > limit ? jobs.last : nil
            return JobPage(
                jobs: jobs,
                next: next.map { JobCursor(createdAt: $0.createdAt, id: $0.id) }
            )
        }
    }

    /// What `run` of the job called `id` wrote to `stream`, as far as it was kept; nil where there
    /// is no such run.
    public func output(
        _ id: JobID,
        run: Int,
        _ stream: OutputStream
    ) throws(StoreError) -> CapturedOutput? {
        guard let row = try outputRow(id, run: run, stream) else { return nil }
        guard let headCount = row["head_bytes"] as Int? else { return CapturedOutput() }
        var bytes: [UInt8]
        if let file = row["file"] as String? {
            guard let content = try files.read(file) else {
                // Deleted since the row was read; if not, the file was lost.
                guard try outputRow(id, run: run, stream) == nil else {
                    throw .unreadable(
                        subject: id.description,
                        detail: "\(files.directory)/\(file) is missing"
                    )
                }
                return nil
            }
            bytes = content
        } else {
            bytes = row.bytes("body")
        }
        let tail = Array(bytes[min(headCount, bytes.count)...])
        bytes.removeLast(tail.count)
        return CapturedOutput(head: bytes, tail: tail, dropped: row["dropped_bytes"])
    }

    /// What is in the file `path` that `run` of the job called `id` left; nil where none was kept.
    public func artifact(_ id: JobID, run: Int, _ path: String) throws(StoreError) -> [UInt8]? {
        try content(
            """
            SELECT body, file FROM job JOIN artifact ON artifact.job = job.seq
            WHERE job.id = ? AND artifact.run = ? AND artifact.path = ?
            """,
            [id.description, run, path]
        )
    }

    /// The JSON of what the event loops did in `run` of the job called `id`; nil where nothing was
    /// told of any.
    public func timeline(_ id: JobID, run: Int) throws(StoreError) -> [UInt8]? {
        try content(
            """
            SELECT body, file FROM job JOIN timeline ON timeline.job = job.seq
            WHERE job.id = ? AND timeline.run = ?
            """,
            [id.description, run]
        )
    }

    /// The JSON of the ``RunDigest`` of each run of the job called `id`, in the order of their numbers;
    /// empty if there is no such job.
    public func digests(_ id: JobID) throws(StoreError) -> [[UInt8]] {
        let rows = try read { db in
            try db.rows(
                """
                SELECT body, file FROM job JOIN digest ON digest.job = job.seq
                WHERE job.id = ? ORDER BY digest.run
                """,
                [id.description]
            )
        }
        var digests: [[UInt8]] = []
        for row in rows {
            guard let file = row["file"] as String? else {
                digests.append(row.bytes("body"))
                continue
            }
            // Deleted since the row was read: then nothing is kept any more.
            guard let bytes = try files.read(file) else { return [] }
            digests.append(bytes)
        }
        return digests
    }

    /// What the row that `sql` finds has in `body` or in `file`; nil where there is none.
    private func content(
        _ sql: String,
        _ arguments: StatementArguments
    ) throws(StoreError) -> [UInt8]? {
        guard let row = try read({ db in try db.row(sql, arguments) }) else { return nil }
        guard let file = row["file"] as String? else { return row.bytes("body") }
        // Deleted since the row was read: then nothing is kept any more.
        return try files.read(file)
    }

    private func outputRow(
        _ id: JobID,
        run: Int,
        _ stream: OutputStream
    ) throws(StoreError) -> Row? {
        try read { db in
            try db.row(
                """
                SELECT head_bytes, dropped_bytes, body, file
                FROM job
                    JOIN run ON run.job = job.seq
                    LEFT JOIN output
                        ON output.job = run.job AND output.run = run.run AND output.stream = ?
                WHERE job.id = ? AND run.run = ?
                """,
                [stream.rawValue, id.description, run]
            )
        }
    }

    /// The place of a job in the queue, 1 for the next one; nil where it does not wait.
    public func position(_ id: JobID) throws(StoreError) -> Int? {
        try read { db in
            guard let row = try db.jobRow(id), row["state"] == JobState.queued.rawValue else {
                return nil
            }
            return try db.count(
                JobTransaction.queuedCountQuery + " AND seq <= ?",
                [row["seq"] as Int64]
            )
        }
    }

    /// How much there is.
    public func counts() throws(StoreError) -> StoreCounts {
        try read { db in
            var counts = StoreCounts()
            counts.queued = try db.count(JobTransaction.queuedCountQuery)
            counts.running = try db.count("SELECT count(*) FROM job WHERE state = 'running'")
            counts.completed = try db.count("SELECT count(*) FROM job WHERE state = 'completed'")
            counts.deliveriesPending = try db.count(
                "SELECT count(*) FROM delivery WHERE state = 'pending'"
            )
            return counts
        }
    }

    /// The deliveries of a job, oldest first, each with its log; empty where there is no such job.
    public func deliveries(of id: JobID) throws(StoreError) -> [Delivery] {
        try read { db in
            try db.rows(
                """
                SELECT delivery.*, delivery_body.*, job.id AS job_id
                FROM job
                    JOIN delivery ON delivery.job = job.seq
                    JOIN delivery_body ON delivery_body.delivery = delivery.seq
                WHERE job.id = ? ORDER BY delivery.seq
                """,
                [id.description]
            ).map(db.delivery)
        }
    }

    /// When ``claimDue(max:lease:)`` will have something to give, as things are; nil: never.
    public func nextDue() throws(StoreError) -> Timestamp? {
        try read { db in
            try db.row("SELECT min(due_at) AS due_at FROM delivery WHERE state = 'pending'")?
                .time("due_at")
        }
    }

    /// One row more than `limit` is asked for, to learn whether there is another page.
    static func listQuery(
        _ filter: JobFilter,
        after cursor: JobCursor?,
        limit: Int
    ) -> (sql: String, arguments: StatementArguments) {
        var conditions = ["TRUE"]
        var arguments = StatementArguments()
        func require(_ condition: String, _ values: StatementArguments) {
            conditions.append(condition)
            arguments += values
        }
        if let state = filter.state { require("state = ?", [state.rawValue]) }
        if let outcome = filter.outcome { require("outcome = ?", [outcome.rawValue]) }
        if let verdict = filter.verdict { require("verdict = ?", [verdict.rawValue]) }
        if let name = filter.name {
            // The index has only the jobs with a name, and the planner can't see into `?`.
            require(name.isEmpty ? "name = ?" : "name <> '' AND name = ?", [name])
        }
        for (key, value) in filter.labels {
            require("seq IN (SELECT job FROM job_label WHERE key = ? AND value = ?)", [key, value])
        }
        if let time = filter.createdAfter { require("created_at > ?", [time.milliseconds]) }
        if let cursor {
            require(
                "(created_at, id) < (?, ?)",
                [cursor.createdAt.milliseconds, cursor.id.description]
            )
        }
        let sql = """
            SELECT seq, id, name, state, outcome, verdict, version, attempt, created_at,
                started_at, ended_at
            FROM job WHERE \(conditions.joined(separator: " AND "))
            ORDER BY created_at DESC, id DESC LIMIT \(limit + 1)
            """
        return (sql, arguments)
    }
}
