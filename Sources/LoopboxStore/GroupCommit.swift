// SPDX-License-Identifier: Apache-2.0

import Loop

/// Makes one transaction of all that is to be written in one tick of a loop.
///
/// A commit waits for the disk, for about as long whatever it holds. So the first operation of a
/// tick waits for the tick's end; what comes while a transaction is being committed gathers for the
/// next one. The waiting ones need no task of their own: the first of each group leads it, that is,
/// takes it to the writer's thread and tells the others what became of them.
///
/// Each operation has a task that waits for it, which bounds how many there are.
///
/// On the loop.
final class GroupCommit {
    private struct Member: Sendable {
        let operation: JobDatabase.Operation
        let wake: CheckedContinuation<Turn, Never>
    }

    /// What a member is woken for.
    private enum Turn: Sendable {
        /// To lead this group, in which it is the first.
        case lead([Member])
        /// To go home.
        case done(Result<any Sendable, StoreError>)
    }

    private let database: JobDatabase
    private let loop: EventLoop
    /// One thread: there is one writer.
    private let writer: ThreadPoolExecutor
    private var gathering: [Member] = []
    /// Whether a group is being committed, or will be at the tick's end.
    private var isBusy = false

    init(_ database: JobDatabase, loop: EventLoop) {
        self.database = database
        self.loop = loop
        writer = ThreadPoolExecutor(name: "store-writer", threads: 1)
    }

    deinit { writer.shutDown() }

    /// Runs `operation` in the next transaction.
    ///
    /// Cancelling the task does not stop it: what was written is told.
    func run<Value: Sendable>(
        _ operation: @escaping @Sendable (JobTransaction) throws -> Value
    ) async throws(StoreError) -> Value {
        let turn = await withCheckedContinuation { wake in
            gathering.append(Member(operation: operation, wake: wake))
            guard !isBusy else { return }
            isBusy = true
            do {
                try loop.callSoon { self.begin() }
            } catch {
                fatalError("the store was used outside of its loop: \(error)")
            }
        }
        let result =
            switch turn {
            case .lead(let group): await lead(group)
            case .done(let result): result
            }
        // The result is this operation's, so it is a `Value`.
        return try result.get() as! Value
    }

    private func begin() {
        guard let leader = gathering.first else {
            isBusy = false
            return
        }
        let group = gathering
        gathering = []
        leader.wake.resume(returning: .lead(group))
    }

    /// - Returns: the leader's own result.
    private func lead(_ group: [Member]) async -> Result<any Sendable, StoreError> {
        let database = database
        let operations = group.map(\.operation)
        let results = await loop.runInExecutor(writer) { database.write(group: operations) }
        begin()
        for (member, result) in zip(group, results).dropFirst() {
            member.wake.resume(returning: .done(result))
        }
        return results[0]
    }
}
