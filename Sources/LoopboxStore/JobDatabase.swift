// SPDX-License-Identifier: Apache-2.0

import GRDB
public import Logging
public import LoopboxModel

/// The store's engine on one machine: an SQLite database and a directory of large outputs.
///
/// Its methods block: call them on worker threads, never on a loop; ``JobStore`` does. Any thread;
/// one writes at a time, others read meanwhile and see what was committed when they began.
///
/// A method that writes is one transaction. When it returns, what it wrote survives the death of
/// the process and power loss; if it throws, nothing was written. A batch costs one wait for the
/// disk, whatever its size.
///
/// How that is kept: SQLite's write-ahead log with `synchronous=FULL`, so each commit is on the
/// disk before it returns; outputs over ``outputInlineMax`` are files that are on the disk before the
/// transaction with their rows begins. A lock on the directory keeps other processes away.
///
/// Source: https://www.sqlite.org/pragma.html#pragma_synchronous
public final class JobDatabase: Sendable {
    /// What an engine is made with.
    public struct Configuration: Sendable {
        /// Where the data is; made, for its owner only, where it is missing.
        public var directory: String
        /// Beyond that many waiting jobs a submission is refused. At a tenth of a second each, ten
        /// thousand keep eight cores busy for two minutes: who comes later should hear so now.
        public var queueMax = 10_000
        /// Readers at the same time; each is a connection of some 2 MB.
        public var readersMax = 4
        /// The wall clock of this machine, from which all stored times come but those passed in.
        public var clock: @Sendable () -> Timestamp = { .now }
        /// The messages that are owed when a job is as it is given here: it has just begun
        /// (`running`), or just ended (`completed`) and brought none. Stored in the transaction that
        /// begins or ends it, so it is called on a worker thread and must not call the store.
        public var outbox: @Sendable (Job) -> [Delivery] = { _ in [] }
        /// Told of what was coped with.
        public var logger = Logger(label: "loopbox.store")

        /// Data in `directory`, all else as the defaults have it.
        public init(directory: String) { self.directory = directory }
    }

    /// How often a job is begun: a job that took its worker down twice would do so again.
    public static let attemptsMax = 2
    /// Outputs up to this size are kept in the database; files are faster beyond about 100 kB.
    ///
    /// Source: https://www.sqlite.org/intern-v-extern-blob.html
    public static let outputInlineMax = ByteCount.kibibytes(64)
    /// How long a repeated request gives the same job: a day, as the draft's examples have it.
    public static let idempotencyWindow = Duration.seconds(24 * 60 * 60)
    /// Jobs on one page of a list, at most: what a reader thread gives in a few milliseconds.
    public static let pageMax = 200

    let configuration: Configuration
    let pool: DatabasePool
    let files: OutputFiles
    let path: String
    private let lock: DirectoryLock

    /// Opens the data in the configuration's directory, or begins it there.
    ///
    /// Jobs that were running when it was last open are still so: see ``reclaimAll()``.
    ///
    /// - Throws: ``StoreError/inUse(path:)``, ``StoreError/newerSchema(path:)``,
    ///   ``StoreError/corrupt(path:detail:)``, ``StoreError/readOnly(path:)``, and others.
    public init(_ configuration: Configuration) throws(StoreError) {
        self.configuration = configuration
        path = configuration.directory + "/loopbox.sqlite"
        try makeDirectory(configuration.directory)
        lock = try DirectoryLock(directory: configuration.directory)
        files = try OutputFiles(directory: configuration.directory + "/outputs")
        do {
            pool = try Self.openPool(path, readersMax: configuration.readersMax)
            let files = files
            try pool.read { db in
                try files.sweep { name in
                    try db.row(
                        """
                        SELECT 1 FROM output WHERE file = ?1
                        UNION ALL SELECT 1 FROM artifact WHERE file = ?1
                        UNION ALL SELECT 1 FROM timeline WHERE file = ?1
                        UNION ALL SELECT 1 FROM digest WHERE file = ?1
                        """,
                        [name]
                    ) != nil
                }
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private static func openPool(_ path: String, readersMax: Int) throws -> DatabasePool {
        var configuration = GRDB.Configuration()
        configuration.foreignKeysEnabled = true
        // Nobody else has the database but an operator with a shell, who may hold it for a moment.
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = readersMax
        let pool = try DatabasePool(path: path, configuration: configuration)
        // Here and not where connections are prepared: GRDB sets NORMAL after that. NORMAL would
        // lose the last transactions in a power loss.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        if try pool.read(Schema.migrator.hasBeenSuperseded) {
            throw StoreError.newerSchema(path: path)
        }
        try Schema.migrator.migrate(pool)
        return pool
    }

    // Before the lock goes, so that whoever gets it finds the database closed. The log is emptied
    // first: GRDB's readers close last, and they can't do it. Where it fails the log stays, which
    // the next opening reads.
    deinit {
        _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        try? pool.close()
    }
}

extension JobDatabase {
    /// An operation of a group, and what it gives.
    typealias Operation = @Sendable (JobTransaction) throws -> any Sendable

    /// Runs `body` as one transaction.
    func write<Value>(_ body: (JobTransaction) throws -> Value) throws(StoreError) -> Value {
        do {
            let (value, goneFiles) = try pool.write { db in
                let transaction = JobTransaction(db, configuration)
                return (try body(transaction), transaction.goneFiles)
            }
            for file in goneFiles { files.remove(file) }
            return value
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Runs the operations of `group` as one transaction. Where one of them fails, each becomes a
    /// transaction of its own, so that it alone bears the failure.
    func write(group: [Operation]) -> [Result<any Sendable, StoreError>] {
        do throws(StoreError) {
            return try write { transaction in
                try group.map { .success(try $0(transaction)) }
            }
        } catch {
            guard group.count > 1 else { return group.map { _ in .failure(error) } }
            return group.flatMap { write(group: [$0]) }
        }
    }

    /// Runs `body` on what is committed now.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try pool.read(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
