// SPDX-License-Identifier: Apache-2.0

public import Loop
public import LoopboxModel

/// The store as code on the event loop sees it.
///
/// Everything that is written in one tick of the loop becomes one transaction; while that is being
/// committed, the next one gathers. When a method that writes returns, what it wrote survives power
/// loss. Reading goes on in parallel. Nothing here blocks the loop.
///
/// What each method promises is said at ``JobDatabase``'s of the same name.
///
/// On the loop. Cancelling a task that waits in here does not undo what it asked for.
public final class JobStore {
    private let database: JobDatabase
    private let loop: EventLoop
    private let commits: GroupCommit
    /// For what needs no writer. Two threads: one page of large outputs must not keep a look at a
    /// job waiting.
    private let readers: ThreadPoolExecutor

    /// The store in `database` for code on `loop`.
    public init(_ database: JobDatabase, loop: EventLoop) {
        self.database = database
        self.loop = loop
        commits = GroupCommit(database, loop: loop)
        readers = ThreadPoolExecutor(name: "store-reader", threads: 2)
    }

    deinit { readers.shutDown() }

    /// Puts a job into the queue.
    public func submit(_ job: NewJob) async throws(StoreError) -> Submission {
        try await commits.run { try $0.submit(job) }
    }

    /// Gives `worker` the jobs that wait longest, at most `max`.
    public func claim(
        worker: String,
        max: Int,
        lease: Duration
    ) async throws(StoreError) -> [Claim] {
        try await commits.run { try $0.claim(worker: worker, max: max, lease: lease) }
    }

    /// Prolongs `claims`.
    ///
    /// - Returns: those that no longer hold.
    public func heartbeat(
        _ claims: [Claim],
        lease: Duration
    ) async throws(StoreError) -> [Claim] {
        try await commits.run { transaction in
            try claims.filter { try !transaction.heartbeat($0, lease: lease) }
        }
    }

    /// Ends a job.
    public func finish(_ finish: Finish) async throws(StoreError) -> FinishResult {
        let staged = try await reading { database throws(StoreError) in
            try database.stage(finish)
        }
        do throws(StoreError) {
            let result = try await commits.run { try $0.finish(staged) }
            if result == .leaseLost { await discard(staged) }
            return result
        } catch {
            await discard(staged)
            throw error
        }
    }

    /// Ends a job that waits; of one that runs, notes the wish.
    public func cancel(_ id: JobID) async throws(StoreError) -> Cancellation {
        try await commits.run { try $0.cancel(id) }
    }

    /// Removes a job and all that hangs on it.
    public func delete(_ id: JobID) async throws(StoreError) -> Deletion {
        try await commits.run { try $0.delete(id) }
    }

    /// Takes back what was running when the store was last open. Call it once, before the first
    /// claim.
    public func reclaimAll() async throws(StoreError) -> [Job] {
        try await commits.run { try $0.reclaimAll() }
    }

    /// Gives a courier the deliveries that are due, at most `max`.
    public func claimDue(
        max: Int,
        lease: Duration
    ) async throws(StoreError) -> [DeliveryClaim] {
        try await commits.run { try $0.claimDue(max: max, lease: lease) }
    }

    /// Adds an attempt to a delivery's log and says what comes next.
    ///
    /// - Returns: whether the claim still held.
    public func record(
        _ attempt: DeliveryAttempt,
        for claim: DeliveryClaim,
        next: AfterAttempt
    ) async throws(StoreError) -> Bool {
        try await commits.run { try $0.record(attempt, for: claim, next: next) }
    }

    /// Makes a delivery due now.
    ///
    /// - Returns: whether there is such a delivery.
    public func redeliver(_ id: DeliveryID) async throws(StoreError) -> Bool {
        try await commits.run { try $0.redeliver(id) }
    }

    /// The job called `id`.
    public func get(_ id: JobID) async throws(StoreError) -> JobLookup {
        try await reading { database throws(StoreError) in try database.get(id) }
    }

    /// A page of the jobs to which `filter` applies, newest first.
    public func list(
        _ filter: JobFilter = JobFilter(),
        after cursor: JobCursor? = nil,
        limit: Int
    ) async throws(StoreError) -> JobPage {
        try await reading { database throws(StoreError) in
            try database.list(filter, after: cursor, limit: limit)
        }
    }

    /// What a run wrote; nil where there is no such run.
    public func output(
        _ id: JobID,
        run: Int,
        _ stream: OutputStream
    ) async throws(StoreError) -> CapturedOutput? {
        try await reading { database throws(StoreError) in
            try database.output(id, run: run, stream)
        }
    }

    /// What is in a file that a run left; nil where none of that path was kept.
    public func artifact(
        _ id: JobID,
        run: Int,
        _ path: String
    ) async throws(StoreError) -> [UInt8]? {
        try await reading { database throws(StoreError) in
            try database.artifact(id, run: run, path)
        }
    }

    /// The JSON of the ``RunDigest`` of each run; empty if there is no such job.
    public func digests(_ id: JobID) async throws(StoreError) -> [[UInt8]] {
        try await reading { database throws(StoreError) in try database.digests(id) }
    }

    /// The JSON of a ``Timeline``; nil where the run has none.
    public func timeline(_ id: JobID, run: Int) async throws(StoreError) -> [UInt8]? {
        try await reading { database throws(StoreError) in try database.timeline(id, run: run) }
    }

    /// The place of a job in the queue, from 1; nil where it does not wait.
    public func position(_ id: JobID) async throws(StoreError) -> Int? {
        try await reading { database throws(StoreError) in try database.position(id) }
    }

    /// How much there is.
    public func counts() async throws(StoreError) -> StoreCounts {
        try await reading { database throws(StoreError) in try database.counts() }
    }

    /// The deliveries of a job, oldest first.
    public func deliveries(of id: JobID) async throws(StoreError) -> [Delivery] {
        try await reading { database throws(StoreError) in try database.deliveries(of: id) }
    }

    /// When a delivery will be due next; nil: never.
    public func nextDue() async throws(StoreError) -> Timestamp? {
        try await reading { database throws(StoreError) in try database.nextDue() }
    }

    private func reading<Value: Sendable>(
        _ body: @escaping @Sendable (JobDatabase) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let database = database
        return try await loop.runInExecutor(readers) { () throws(StoreError) in
            try body(database)
        }
    }

    private func discard(_ staged: StagedFinish) async {
        let database = database
        await loop.runInExecutor(readers) { database.discard(staged) }
    }
}
