// SPDX-License-Identifier: Apache-2.0

public import Logging
public import Loop
import LoopboxDigest
import LoopboxGate
public import LoopboxModel
import LoopboxSandbox
public import LoopboxStore

/// Runs a job's program as often as its spec says, with the settings that it says, and judges what
/// comes of it.
///
/// How this works. Runs are begun in the order of their numbers. One of them has the job's own slot;
/// others go on beside it, no more than `repeat.parallel`, each while it gets a slot for itself. When
/// one ends, as many as may are begun. What they wrote is kept until all have ended, because it is
/// compared; `Repetition.outputsMax` bounds it.
@ServiceActor
public final class RunSeries {
    /// Where slots for runs beside the first one come from.
    struct Slots {
        /// Takes one, if one may be had now.
        var take: @ServiceActor () -> Bool
        /// Gives one back.
        var giveBack: @ServiceActor () -> Void

        /// For who has the machine to himself.
        static let unlimited = Slots(take: { true }, giveBack: {})
    }

    /// What came of all runs.
    public struct Ended: Sendable {
        /// Why the job ended: as the run that ended worst.
        public var outcome: Outcome
        /// The gate's answer; nil if nothing is expected.
        public var verdict: Verdict?
        /// Reasons and differences.
        public var conclusion: Conclusion
        /// Each with what it wrote and left, in the order of their numbers.
        public var runs: [FinishedRun]

        /// Whether something failed: what was expected or, if nothing was, a run.
        public var hasFailed: Bool {
            verdict.map { $0 == .failed } ?? runs.contains { $0.summary?.hasFailed ?? true }
        }
    }

    /// Is told how many runs have ended, of how many.
    public var onProgress: @ServiceActor (Int, Int) -> Void = { _, _ in }
    /// Why a run could not take place, of the first such one.
    public private(set) var failure: JobRunnerError?

    private let spec: JobSpec
    private let name: String
    private let loop: EventLoop
    private let runner: JobRunner
    private let slots: Slots
    private let logger: Logger
    private let end: Future<Void>
    private var underWay: [Int: Sandbox.Run] = [:]
    private var ended: [FinishedRun] = []
    private var next = 1
    /// Whether no further run is begun.
    /// The work directory that each run had, by its number.
    private var folders: [Int: String] = [:]
    private var isStopped = false
    private var isCancelled = false

    /// How often a run is begun anew where the sandbox could not be set up.
    static let attemptsMax = 2

    /// The runs of `spec`, which have not begun.
    ///
    /// - Parameter name: what theirs begin with, unique among the jobs under way.
    init(
        _ spec: JobSpec,
        name: String,
        on loop: EventLoop,
        runner: JobRunner,
        slots: Slots,
        logger: Logger
    ) {
        self.spec = spec
        self.name = name
        self.loop = loop
        self.runner = runner
        self.slots = slots
        self.logger = logger
        end = Future(on: loop)
    }

    /// The runs of `spec` for who has the machine to himself.
    public convenience init(_ spec: JobSpec, on loop: EventLoop, runner: JobRunner, logger: Logger)
    {
        self.init(spec, name: "run", on: loop, runner: runner, slots: .unlimited, logger: logger)
    }

    /// Ends the runs that go on, and begins no other.
    public func cancel() {
        isStopped = true
        isCancelled = true
        for run in underWay.values { run.cancel() }
    }

    /// Runs them all. Call it once.
    public func run() async -> Ended {
        beginMore()
        try? await end.value
        let finished = ended.sorted { $0.record.run < $1.record.run }
        guard spec.runCount > 1 else {
            return Ended(
                outcome: finished[0].record.outcome,
                verdict: finished[0].summary?.verdict,
                conclusion: finished[0].summary?.conclusion ?? Conclusion(),
                runs: finished
            )
        }
        return await judge(finished)
    }

    /// Says what several runs come to. If that can't be said, none of what is expected holds.
    private func judge(_ finished: [FinishedRun]) async -> Ended {
        var runs = finished
        do {
            let judged = try await runner.digester.judge(
                finished.map { ($0.record, $0.digest, [$0.stdout, $0.stderr]) },
                directories: finished.map { folders[$0.record.run] ?? "" },
                of: spec,
                wasCancelled: isCancelled
            )
            for (place, digest) in judged.digests.enumerated() { runs[place].digest = digest }
            return Ended(
                outcome: judged.outcome,
                verdict: judged.verdict,
                conclusion: judged.conclusion,
                runs: runs
            )
        } catch {
            logger.error("runs could not be judged", metadata: ["reason": "\(error)"])
            let isGated = spec.expect != nil
            let failure = GateFailure.notRun("the runs could not be judged: \(error)")
            return Ended(
                outcome: Gate.worst(finished.map(\.record.outcome)),
                verdict: isGated ? .failed : nil,
                conclusion: Conclusion(failures: isGated ? [failure] : []),
                runs: runs
            )
        }
    }

    private func name(of number: Int) -> String { "\(name)-\(number)" }

    private func beginMore() {
        // The first one in any case: one that was cancelled says so itself.
        while next <= spec.runCount, next == 1 || !isStopped,
            underWay.count < spec.repetition.parallel
        {
            guard underWay.isEmpty || slots.take() else { return }
            begin(next)
            next += 1
        }
    }

    private func begin(_ number: Int) {
        let run = runner.newRun()
        underWay[number] = run
        if isCancelled { run.cancel() }
        loop.createTask(name: "run \(number) of \(name)") { @ServiceActor in
            let finished = await self.perform(number, run)
            if self.spec.repetition.stopOnFailure, finished.summary?.hasFailed ?? true {
                self.isStopped = true
            }
            self.underWay[number] = nil
            self.ended.append(finished)
            self.onProgress(self.ended.count, self.spec.runCount)
            if !self.underWay.isEmpty { self.slots.giveBack() }
            self.beginMore()
            if self.underWay.isEmpty { try? self.end.setResult(()) }
        }
    }

    private func perform(_ number: Int, _ run: Sandbox.Run) async -> FinishedRun {
        var attempt = 1
        while true {
            let directory = runner.newDirectory()
            folders[number] = directory.path
            do throws(JobRunnerError) {
                return try await runner.run(
                    spec,
                    number: number,
                    name: name(of: number),
                    in: directory,
                    as: run
                )
            } catch {
                logger.error(
                    "a run could not be set up",
                    metadata: ["run": "\(name(of: number))", "reason": "\(error)"]
                )
                guard attempt < Self.attemptsMax else {
                    if failure == nil { failure = error }
                    return JobRunner.failure(error, spec: spec, number: number)
                }
                attempt += 1
            }
        }
    }
}
