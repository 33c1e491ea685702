// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// Jobs, from their acceptance to their end. Each method is one transaction.
extension JobDatabase {
    /// Puts jobs into the queue, in this order, which is the order in which they are claimed.
    ///
    /// - Returns: what became of each.
    public func submit(_ jobs: [NewJob]) throws(StoreError) -> [Submission] {
        try write { transaction in try jobs.map(transaction.submit) }
    }

    /// Gives `worker` the right to run the jobs that wait longest, at most `max`, for the time of
    /// `lease`. No job is given twice.
    ///
    /// A job whose spec can't be read any more is logged and ends as `lost`.
    ///
    /// - Complexity: that of the jobs given, however many wait or have ended.
    public func claim(
        worker: String,
        max: Int,
        lease: Duration
    ) throws(StoreError) -> [Claim] {
        try write { try $0.claim(worker: worker, max: max, lease: lease) }
    }

    /// Prolongs `claims` to the end of `lease` from now.
    ///
    /// - Returns: those that no longer hold; end their runs and drop what they gave.
    public func heartbeat(_ claims: [Claim], lease: Duration) throws(StoreError) -> [Claim] {
        try write { transaction in
            try claims.filter { try !transaction.heartbeat($0, lease: lease) }
        }
    }

    /// Ends jobs: state, reports, outputs, and the deliveries that are owed now.
    ///
    /// - Returns: what became of each. One whose claim was lost does not hinder the others.
    public func finish(_ finishes: [Finish]) throws(StoreError) -> [FinishResult] {
        var staged: [StagedFinish] = []
        do throws(StoreError) {
            for finish in finishes { staged.append(try stage(finish)) }
            let results = try write { transaction in try staged.map(transaction.finish) }
            for (finish, result) in zip(staged, results) where result == .leaseLost {
                discard(finish)
            }
            return results
        } catch {
            for finish in staged { discard(finish) }
            throw error
        }
    }

    /// Ends a job that waits, with its deliveries; of one that runs, notes the wish.
    public func cancel(_ id: JobID) throws(StoreError) -> Cancellation {
        try write { try $0.cancel(id) }
    }

    /// Removes a job with its runs, outputs and deliveries, those that are still owed as well. Its
    /// identifier and the time of the deletion are kept.
    public func delete(_ id: JobID) throws(StoreError) -> Deletion {
        try write { try $0.delete(id) }
    }

    /// Takes back all jobs that are running and all deliveries that a courier has. Call it once,
    /// after a start and before the first claim: who had them is dead, since the directory's lock
    /// is ours.
    ///
    /// A job that was begun less than ``attemptsMax`` times waits again, at its old place; another
    /// one ends as `lost`, and one that was to be cancelled as `cancelled`, with their deliveries.
    ///
    /// - Returns: the jobs that ended.
    public func reclaimAll() throws(StoreError) -> [Job] {
        try write { try $0.reclaimAll() }
    }
}

/// Deliveries. Each method is one transaction.
extension JobDatabase {
    /// Gives a courier the right to attempt the deliveries that are due, longest due first, at most
    /// `max`, for the time of `lease`. One whose lease has passed unrecorded is due again.
    public func claimDue(max: Int, lease: Duration) throws(StoreError) -> [DeliveryClaim] {
        try write { try $0.claimDue(max: max, lease: lease) }
    }

    /// Adds an attempt, numbered ``DeliveryClaim/attempt``, to a delivery's log and says what comes
    /// next.
    ///
    /// - Returns: whether the claim still held; where not, nothing was written.
    public func record(
        _ attempt: DeliveryAttempt,
        for claim: DeliveryClaim,
        next: AfterAttempt
    ) throws(StoreError) -> Bool {
        try write { try $0.record(attempt, for: claim, next: next) }
    }

    /// Makes a delivery due now, whatever became of it before. Its log is kept.
    ///
    /// - Returns: whether there is such a delivery.
    public func redeliver(_ id: DeliveryID) throws(StoreError) -> Bool {
        try write { try $0.redeliver(id) }
    }
}
