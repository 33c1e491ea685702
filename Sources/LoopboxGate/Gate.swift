// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel
public import LoopboxReport

/// Says what the runs of a job come to: outcome, verdict with its reasons, and differences.
///
/// A pure function of what was asked for and of what the runs gave. It takes time in proportion to
/// the outputs, so it is called on a worker thread.
public enum Gate {
    /// What the runs of a job come to.
    public struct Judgement: Sendable {
        /// The runs, with what only several of them together show among their findings.
        public var runs: [RunReport]
        /// Why the job ended: as the run that ended worst.
        public var outcome: Outcome
        /// The gate's answer; nil where nothing is expected.
        public var verdict: Verdict?
        /// Reasons and differences.
        public var conclusion: Conclusion
    }

    /// What `runs` of a job of `spec` come to.
    ///
    /// - Parameters:
    ///   - runs: in the order of their numbers, one at least.
    ///   - outputs: what each wrote, by its number.
    ///   - folders: where each ran, by its number; that they differ is no difference between them.
    ///   - wasCancelled: whether the job was cancelled, so that runs that were not begun are missing.
    public static func judge(
        _ runs: [RunReport],
        outputs: [Int: Report.Output],
        folders: [Int: String] = [:],
        of spec: JobSpec,
        wasCancelled: Bool = false
    ) -> Judgement {
        let isCut = wasCancelled && runs.count < spec.runCount
        var runs = runs
        var conclusion = Conclusion()
        if spec.runCount > 1 {
            conclusion.comparison = Comparison(
                of: runs,
                outputs: outputs,
                folders: folders,
                planned: spec.runCount
            )
            Flakiness.note(in: &runs, of: spec)
            number(&runs)
        }
        var verdict: Verdict?
        if let expect = spec.expect {
            var failures: [GateFailure] = []
            for run in runs {
                failures += RunGate(expect).failures(
                    of: run,
                    output: outputs[run.run] ?? Report.Output(stdout: .init(), stderr: .init())
                )
            }
            failures += JobGate(expect).failures(of: runs)
            if isCut {
                let detail = "the job was cancelled after \(runs.count) of \(spec.runCount) runs"
                failures.append(.notRun(detail))
            }
            verdict = failures.isEmpty ? .passed : .failed
            conclusion.failures = folded(failures, expect)
        }
        return Judgement(
            runs: runs,
            outcome: isCut ? .cancelled : worst(runs.map(\.outcome)),
            verdict: verdict,
            conclusion: conclusion
        )
    }

    /// Whether `run` fails: by what is expected or, where nothing is, by an error that was found or an
    /// end that is none with status 0.
    public static func hasFailed(
        _ run: RunReport,
        output: Report.Output,
        of spec: JobSpec
    ) -> Bool {
        guard let expect = spec.expect else {
            return !Report.isPlain(run) || run.findings.contains { $0.severity == .error }
        }
        return !RunGate(expect).failures(of: run, output: output).isEmpty
    }

    /// Outcomes from the best to the worst: what the program did, then what was done to it, then what
    /// kept it from being run.
    private static let ranks: [Outcome] = [
        .exited, .signaled, .deadlocked, .timedOut, .cpuExceeded, .memoryExceeded, .buildFailed,
        .cancelled, .expired, .sandboxFailed, .lost,
    ]

    /// The worst of `outcomes`.
    public static func worst(_ outcomes: [Outcome]) -> Outcome {
        func rank(_ outcome: Outcome) -> Int { ranks.firstIndex(of: outcome) ?? ranks.count }
        return outcomes.max { rank($0) < rank($1) } ?? .lost
    }

    /// Findings of several runs have numbers of their own each; a job's have one row of them.
    private static func number(_ runs: inout [RunReport]) {
        var last = 0
        for run in runs.indices {
            for finding in runs[run].findings.indices {
                last += 1
                runs[run].findings[finding].id = "f\(last)"
            }
        }
    }

    /// Ways in which one thing fails that are told each by itself; what is more is told together.
    static let waysMax = 10

    /// One failure for all runs that failed alike, in the order of the spec.
    private static func folded(
        _ failures: [GateFailure],
        _ expect: Expectations
    ) -> [GateFailure] {
        let groups = Dictionary(grouping: failures, by: \.pointer)
        let items = expect.items.map(\.pointer)
        // What is none of the items, a run that did not take place, comes first.
        let others = Set(groups.keys).subtracting(items).sorted()
        return (others + items).flatMap { alike(groups[$0] ?? []) }
    }

    /// `failures` of one thing, folded.
    private static func alike(_ failures: [GateFailure]) -> [GateFailure] {
        var ways: [GateFailure] = []
        for failure in failures {
            let place = ways.firstIndex { $0.detail == failure.detail && $0.diff == failure.diff }
            if let place {
                ways[place].runs += failure.runs
            } else if ways.count < waysMax {
                ways.append(failure)
            } else if ways.count == waysMax {
                var rest = failure
                rest.detail = "likewise, each in another way"
                rest.diff = nil
                ways.append(rest)
            } else {
                ways[waysMax].runs += failure.runs
            }
        }
        return ways
    }
}
