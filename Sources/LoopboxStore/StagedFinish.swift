// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LoopboxModel

/// A finish with all that takes long done: its reports and messages made, its large outputs on the
/// disk. What is left to the transaction, which everybody waits for, is a few rows.
struct StagedFinish: Sendable {
    /// One run's rows.
    struct Run: Sendable {
        let run: Int
        let record: Data
        let digest: Content
        var outputs: [Output] = []
        var artifacts: [Artifact] = []
        var timeline: Content?
    }

    /// What is in a row: `body` or `file`, never both.
    struct Content: Sendable {
        var body: Data?
        var file: String?
    }

    /// One file's row.
    struct Artifact: Sendable {
        let path: String
        let content: Content
    }

    /// One stream's row.
    struct Output: Sendable {
        let stream: OutputStream
        let headCount: Int
        let droppedCount: Int
        let content: Content
    }

    let claim: Claim
    /// The job as it will be.
    let job: Job
    /// Nothing where there is nothing to say.
    var conclusion: Data?
    var runs: [Run] = []
    var deliveries: [Delivery] = []

    /// The files that no row has yet.
    var files: [String] {
        runs.flatMap { run in
            run.outputs.map(\.content) + run.artifacts.map(\.content)
                + [run.digest, run.timeline].compactMap(\.self)
        }.compactMap(\.file)
    }
}

extension JobDatabase {
    /// Does what needs no transaction. Pass the result on to ``JobTransaction/finish(_:)``, and to
    /// ``discard(_:)`` where nothing came of that.
    func stage(_ finish: Finish) throws(StoreError) -> StagedFinish {
        let job = finish.job(endedAt: finish.endedAt ?? configuration.clock())
        var staged = StagedFinish(claim: finish.claim, job: job)
        do throws(StoreError) {
            if finish.conclusion != Conclusion() {
                staged.conclusion = try json(finish.conclusion, of: job.id.description)
            }
            for run in finish.runs {
                staged.runs.append(
                    StagedFinish.Run(
                        run: run.record.run,
                        record: try json(run.record, of: job.id.description),
                        digest: try content(run.digest)
                    )
                )
                try stage(run.stdout, .stdout, in: &staged)
                try stage(run.stderr, .stderr, in: &staged)
                for artifact in run.artifacts { try stage(artifact, in: &staged) }
                if let timeline = run.timeline {
                    staged.runs[staged.runs.count - 1].timeline = try content(timeline)
                }
            }
            if !staged.files.isEmpty { try files.synchronize() }
        } catch {
            discard(staged)
            throw error
        }
        staged.deliveries = finish.deliveries ?? configuration.outbox(job)
        return staged
    }

    private func stage(
        _ captured: CapturedOutput,
        _ stream: OutputStream,
        in staged: inout StagedFinish
    ) throws(StoreError) {
        let bytes = captured.head + captured.tail
        guard !bytes.isEmpty || captured.dropped > 0 else { return }
        let output = StagedFinish.Output(
            stream: stream,
            headCount: captured.head.count,
            droppedCount: captured.dropped,
            content: try content(bytes)
        )
        staged.runs[staged.runs.count - 1].outputs.append(output)
    }

    private func stage(
        _ artifact: FinishedRun.Artifact,
        in staged: inout StagedFinish
    ) throws(StoreError) {
        let row = StagedFinish.Artifact(
            path: artifact.path,
            content: try content(artifact.bytes)
        )
        staged.runs[staged.runs.count - 1].artifacts.append(row)
    }

    /// `bytes`, in a file where they are many.
    private func content(_ bytes: [UInt8]) throws(StoreError) -> StagedFinish.Content {
        bytes.count > Self.outputInlineMax.bytes
            ? StagedFinish.Content(file: try files.write(bytes))
            : StagedFinish.Content(body: Data(bytes))
    }

    /// Removes the files of a finish that did not come about.
    func discard(_ staged: StagedFinish) {
        for file in staged.files { files.remove(file) }
    }
}
