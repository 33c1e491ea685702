// SPDX-License-Identifier: Apache-2.0

import Logging
import Loop
import LoopSystem
import LoopboxGate
import LoopboxModel
import LoopboxSandbox
import LoopboxStore

/// Gives waiting jobs to free slots, runs them, and records how they ended.
///
/// How this works. One task claims as many jobs as there are free slots and gives each a task of
/// its own; it rests until a job comes or a slot becomes free. A heartbeat prolongs the claims; one
/// that was lost (the job was deleted) ends its runs. A report that can't be stored stays in memory
/// and is tried again until it can.
///
/// A slot is a run that goes on. Each job has one to itself. One that may have several runs at once
/// gets further slots while they are free and no job waits: so it is never slower for them, and
/// never keeps anybody waiting longer than one run lasts.
@ServiceActor
final class Dispatcher {
    private struct Running {
        let claim: Claim
        let series: RunSeries
    }

    private let loop: EventLoop
    private let store: JobStore
    private let runner: JobRunner
    private let changes: JobChanges
    private let slots: Int
    private let logger: Logger
    /// Makes the messages that are owed when a job has ended, with the digests of its runs.
    private let messages: @ServiceActor (Job, [[UInt8]]) async -> [Delivery]
    private let onOwed: @ServiceActor () -> Void
    private var running: [JobID: Running] = [:]
    /// Slots that jobs have beside their own.
    private var extraSlots = 0
    /// Whether the queue was empty when it was last looked at, and nothing has come since.
    private var isQueueEmpty = false
    private var work: Future<Void>?
    private var isStopping = false
    private var claiming: LoopTask<Void>?
    private var beating: LoopTask<Void>?

    /// How long a claim holds without a heartbeat, and how often there is one: two may fail.
    static let lease: Duration = .seconds(30)
    static let heartbeat: Duration = .seconds(10)
    /// How long the store is left alone after it failed.
    static let storeRest: Duration = .seconds(1)
    /// How long a run that is left for the next start may take to end and to be tidied up. Short:
    /// with the drain's other spans it is less than the 30 s that Kubernetes gives.
    static let endingMax: Duration = .seconds(2)

    init(
        loop: EventLoop,
        store: JobStore,
        runner: JobRunner,
        changes: JobChanges,
        slots: Int,
        logger: Logger,
        messages: @escaping @ServiceActor (Job, [[UInt8]]) async -> [Delivery],
        onOwed: @escaping @ServiceActor () -> Void
    ) {
        self.loop = loop
        self.store = store
        self.runner = runner
        self.changes = changes
        self.slots = slots
        self.logger = logger
        self.messages = messages
        self.onOwed = onOwed
    }

    /// How many jobs run.
    var runningCount: Int { running.count }

    /// Begins to run jobs.
    func start() {
        claiming = loop.createTask(name: "dispatcher") { @ServiceActor in await self.claimAndRun() }
        beating = loop.createTask(name: "heartbeat") { @ServiceActor in
            while !self.isStopping {
                try await self.loop.sleep(for: Self.heartbeat)
                await self.beat()
            }
        }
    }

    /// Says that a job has come.
    func noteWork() {
        isQueueEmpty = false
        wake()
    }

    private func wake() {
        if let work, !work.isDone { try? work.setResult(()) }
    }

    /// Ends the runs of `job`, if it runs here.
    func cancel(_ job: JobID) { running[job]?.series.cancel() }

    /// Claims nothing any more, waits at most `timeout` for what runs, and leaves the rest: it is
    /// queued again at the next start.
    func drain(within timeout: Duration) async {
        isStopping = true
        wake()
        beating?.cancel()
        await rest(until: loop.time().advanced(by: timeout))
        for (id, running) in running {
            logger.warning("job left for the next start", metadata: ["job.id": "\(id)"])
            running.series.cancel()
        }
        await rest(until: loop.time().advanced(by: Self.endingMax))
    }

    /// Waits until nothing runs, or until `deadline`.
    private func rest(until deadline: MonotonicTime) async {
        while !running.isEmpty, loop.time() < deadline {
            let changed = Future<Void>(on: loop)
            work = changed
            let timer = try? loop.callAt(deadline) {
                if !changed.isDone { try changed.setResult(()) }
            }
            try? await changed.value
            timer?.cancel()
        }
    }

    private func claimAndRun() async {
        while !isStopping {
            let free = slots - running.count - extraSlots
            if free > 0 {
                do throws(StoreError) {
                    let claims = try await store.claim(
                        worker: "local",
                        max: free,
                        lease: Self.lease
                    )
                    isQueueEmpty = claims.count < free
                    for claim in claims { begin(claim) }
                    // A job that begins can owe a message, too.
                    if !claims.isEmpty { onOwed() }
                    if !claims.isEmpty { continue }
                } catch {
                    logger.error("jobs can't be claimed", metadata: ["reason": "\(error)"])
                    try? await loop.sleep(for: Self.storeRest)
                    continue
                }
            }
            let work = Future<Void>(on: loop)
            self.work = work
            // A claim whose lease ended elsewhere comes back without anybody saying so.
            let timer = try? loop.callLater(Self.lease) {
                if !work.isDone { try work.setResult(()) }
            }
            try? await work.value
            timer?.cancel()
        }
    }

    private func begin(_ claim: Claim) {
        let series = RunSeries(
            claim.job.spec,
            name: "\(claim.id)-\(claim.attempt)",
            on: loop,
            runner: runner,
            slots: RunSeries.Slots(
                take: { [weak self] in self?.takeExtraSlot() ?? false },
                giveBack: { [weak self] in self?.giveBackExtraSlot() }
            ),
            logger: logger
        )
        running[claim.id] = Running(claim: claim, series: series)
        changes.note(claim.id)
        loop.createTask(name: "job \(claim.id)") { @ServiceActor in
            await self.perform(claim, series)
            self.running[claim.id] = nil
            self.wake()
        }
    }

    private func takeExtraSlot() -> Bool {
        guard !isStopping, isQueueEmpty, running.count + extraSlots < slots else { return false }
        extraSlots += 1
        return true
    }

    private func giveBackExtraSlot() {
        extraSlots -= 1
        wake()
    }

    private func perform(_ claim: Claim, _ series: RunSeries) async {
        let ended = await series.run()
        // What was ended because the server ends is run again.
        if isStopping, ended.outcome == .cancelled { return }
        var finish = Finish(
            claim: claim,
            outcome: ended.outcome,
            verdict: ended.verdict,
            runs: ended.runs,
            conclusion: ended.conclusion
        )
        let endedAt = Timestamp.now
        finish.endedAt = endedAt
        finish.deliveries = await messages(finish.job(endedAt: endedAt), ended.runs.map(\.digest))
        while true {
            do throws(StoreError) {
                let result = try await store.finish(finish)
                if case .finished(let job) = result { note(job, ended.runs) }
                changes.note(claim.id)
                onOwed()
                return
            } catch {
                logger.error(
                    "a report can't be stored and waits",
                    metadata: ["job.id": "\(claim.id)", "reason": "\(error)"]
                )
                try? await loop.sleep(for: Self.storeRest)
            }
        }
    }

    private func note(_ job: Job, _ runs: [FinishedRun]) {
        let took = job.startedAt.flatMap { start in job.endedAt.map { start.duration(to: $0) } }
        logger.info(
            "job finished",
            metadata: [
                "job.id": "\(job.id)", "outcome": "\(job.outcome?.rawValue ?? "")",
                "verdict": "\(job.verdict?.rawValue ?? "none")", "runs": "\(job.runs.count)",
                "findings": "\(runs.reduce(0) { $0 + ($1.summary?.findings ?? 0) })",
                "total.ms": "\((took ?? .zero).milliseconds)",
            ]
        )
    }

    private func beat() async {
        guard !running.isEmpty else { return }
        do throws(StoreError) {
            let lost = try await store.heartbeat(
                running.values.map(\.claim),
                lease: Self.lease
            )
            for claim in lost {
                logger.warning("a claim was lost", metadata: ["job.id": "\(claim.id)"])
                running[claim.id]?.series.cancel()
            }
        } catch {
            logger.error("claims can't be prolonged", metadata: ["reason": "\(error)"])
        }
    }
}
