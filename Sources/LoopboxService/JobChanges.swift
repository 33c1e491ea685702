// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopboxModel

/// Wakes whoever waits for a job to change.
@ServiceActor
final class JobChanges {
    private let loop: EventLoop
    private var waiting: [JobID: [ObjectIdentifier: Future<Void>]] = [:]

    init(loop: EventLoop) { self.loop = loop }

    /// Says that `job` has changed.
    func note(_ job: JobID) {
        for future in waiting.removeValue(forKey: job)?.values ?? [:].values where !future.isDone {
            try? future.setResult(())
        }
    }

    /// A future that is done at the next change of `job`. Give it back with ``forget(_:of:)``.
    func next(of job: JobID) -> Future<Void> {
        let future = Future<Void>(on: loop)
        waiting[job, default: [:]][ObjectIdentifier(future)] = future
        return future
    }

    /// Nobody waits for `future` any more.
    func forget(_ future: Future<Void>, of job: JobID) {
        waiting[job]?[ObjectIdentifier(future)] = nil
        if waiting[job]?.isEmpty == true { waiting[job] = nil }
    }

    /// Wakes everybody, for the end.
    func noteAll() { for job in Array(waiting.keys) { note(job) } }
}
