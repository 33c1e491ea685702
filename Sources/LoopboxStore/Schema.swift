// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the database and how they came to be.
///
/// How they are laid out:
/// - Every time is in milliseconds since 1970, of the clock of the machine that has the database.
/// - Values of the model that are only ever read as a whole (spec, report, attempt) are JSON.
/// - SQLite writes a row as a whole. What changes (`job`, `delivery`) is apart from what is large
///   and never changes (`job_spec`, `delivery_body`).
/// - `seq` is the order in which jobs were accepted. Identifiers made in the same millisecond don't
///   sort, and a clock can be put back.
/// - Whatever hangs on a job goes with it.
enum Schema {
    /// Steps are added, never changed.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: version1) }
        migrator.registerMigration("2") { try $0.execute(sql: version2) }
        migrator.registerMigration("3") { try $0.execute(sql: version3) }
        migrator.registerMigration("4") { try $0.execute(sql: version4) }
        migrator.registerMigration("5") { try $0.execute(sql: version5) }
        return migrator
    }

    private static let version5 = """
        -- What the program of a run reported of itself. It is apart from `run`, which is read with
        -- every look at a job, and nobody who serves looks into it.
        CREATE TABLE digest (
            job INTEGER NOT NULL,
            run INTEGER NOT NULL,
            body BLOB,                          -- JSON of RunDigest
            file TEXT,                          -- in the directory `outputs`
            PRIMARY KEY (job, run),
            FOREIGN KEY (job, run) REFERENCES run ON DELETE CASCADE,
            CHECK ((body IS NULL) <> (file IS NULL))
        ) STRICT;
        CREATE INDEX digest_file ON digest (file) WHERE file IS NOT NULL;
        -- Until now it was a part of the report, whose JSON has the same keys.
        INSERT INTO digest (job, run, body) SELECT job, run, report FROM run;
        """

    private static let version3 = """
        -- What the runs of a job say together; no row where that is nothing.
        CREATE TABLE conclusion (
            job INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
            conclusion BLOB NOT NULL            -- JSON of Conclusion
        ) STRICT;
        CREATE INDEX job_verdict ON job (verdict, created_at, id) WHERE verdict IS NOT NULL;
        """

    private static let version4 = """
        CREATE TABLE timeline (
            job INTEGER NOT NULL,
            run INTEGER NOT NULL,
            body BLOB,                          -- JSON of Timeline
            file TEXT,                          -- in the directory `outputs`
            PRIMARY KEY (job, run),
            FOREIGN KEY (job, run) REFERENCES run ON DELETE CASCADE,
            CHECK ((body IS NULL) <> (file IS NULL))
        ) STRICT;
        CREATE INDEX timeline_file ON timeline (file) WHERE file IS NOT NULL;
        """

    private static let version2 = """
        -- The files that a run left and that its spec asked for.
        CREATE TABLE artifact (
            job INTEGER NOT NULL,
            run INTEGER NOT NULL,
            path TEXT NOT NULL,
            body BLOB,
            file TEXT,                          -- in the directory `outputs`
            PRIMARY KEY (job, run, path),
            FOREIGN KEY (job, run) REFERENCES run ON DELETE CASCADE,
            CHECK ((body IS NULL) <> (file IS NULL))
        ) STRICT;
        CREATE INDEX artifact_file ON artifact (file) WHERE file IS NOT NULL;
        """

    private static let version1 = """
        CREATE TABLE job (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed')),
            outcome TEXT,
            verdict TEXT,
            version INTEGER NOT NULL,           -- rises with each change of the state
            attempt INTEGER NOT NULL,           -- how often it was claimed; the fencing token
            created_at INTEGER NOT NULL,
            queued_at INTEGER NOT NULL,         -- when it was put into the queue, the last time
            started_at INTEGER,                 -- when it was claimed, the last time
            ended_at INTEGER,
            worker TEXT,                        -- who claimed it, the last time
            lease_until INTEGER,
            cancel_requested INTEGER NOT NULL DEFAULT 0,
            CHECK ((state = 'running') = (lease_until IS NOT NULL)),
            CHECK ((state = 'completed') = (outcome IS NOT NULL)),
            CHECK ((state = 'completed') = (ended_at IS NOT NULL))
        ) STRICT;
        -- Only the jobs that wait, in their order: a claim costs the same whatever there is.
        -- An index ends with the row's number, `seq`. On `seq` alone it would not be taken for a
        -- count, and a claim would rather take `job_state` and sort the whole queue.
        CREATE INDEX job_queue ON job (state) WHERE state = 'queued';
        CREATE INDEX job_created ON job (created_at, id);
        CREATE INDEX job_state ON job (state, created_at, id);
        CREATE INDEX job_outcome ON job (outcome, created_at, id) WHERE outcome IS NOT NULL;
        CREATE INDEX job_name ON job (name, created_at, id) WHERE name <> '';

        CREATE TABLE job_spec (
            job INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
            spec BLOB NOT NULL                  -- JSON of JobSpec
        ) STRICT;

        CREATE TABLE job_label (
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (job, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX job_label_value ON job_label (key, value);

        CREATE TABLE run (
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            run INTEGER NOT NULL,
            report BLOB NOT NULL,               -- JSON of RunRecord
            PRIMARY KEY (job, run)
        ) STRICT;

        -- What a run wrote, head and tail one after the other; no row where it wrote nothing.
        CREATE TABLE output (
            job INTEGER NOT NULL,
            run INTEGER NOT NULL,
            stream TEXT NOT NULL CHECK (stream IN ('stdout', 'stderr')),
            head_bytes INTEGER NOT NULL,
            dropped_bytes INTEGER NOT NULL,
            body BLOB,
            file TEXT,                          -- in the directory `outputs`
            PRIMARY KEY (job, run, stream),
            FOREIGN KEY (job, run) REFERENCES run ON DELETE CASCADE,
            CHECK ((body IS NULL) <> (file IS NULL))
        ) STRICT;
        CREATE INDEX output_file ON output (file) WHERE file IS NOT NULL;

        -- Jobs that are gone.
        CREATE TABLE tombstone (
            id TEXT PRIMARY KEY,
            deleted_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- Not bound to the job's row: a replay of a deleted job has to say that it was deleted.
        CREATE TABLE idempotency (
            key TEXT PRIMARY KEY,
            fingerprint BLOB NOT NULL,
            job TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_created ON idempotency (created_at);

        -- The outbox.
        CREATE TABLE delivery (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
            event TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
            created_at INTEGER NOT NULL,
            next_at INTEGER,                    -- when the schedule has the next attempt
            due_at INTEGER,                     -- the same, or the end of a courier's lease
            CHECK ((state = 'pending') = (next_at IS NOT NULL)),
            CHECK ((state = 'pending') = (due_at IS NOT NULL))
        ) STRICT;
        CREATE INDEX delivery_job ON delivery (job);
        CREATE INDEX delivery_due ON delivery (due_at) WHERE state = 'pending';

        CREATE TABLE delivery_body (
            delivery INTEGER PRIMARY KEY REFERENCES delivery ON DELETE CASCADE,
            url TEXT NOT NULL,
            secret TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT;

        CREATE TABLE delivery_attempt (
            delivery INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
            attempt INTEGER NOT NULL,
            report BLOB NOT NULL,               -- JSON of DeliveryAttempt
            PRIMARY KEY (delivery, attempt)
        ) STRICT, WITHOUT ROWID;
        """
}
