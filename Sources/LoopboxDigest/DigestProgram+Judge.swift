// SPDX-License-Identifier: Apache-2.0

import LoopboxGate
import LoopboxModel
import LoopboxReport

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension DigestProgram {
    /// Byte strings that come with each run: its digest, and head and tail of its two streams.
    private static let stringsOfRun = 5

    static func judge() throws {
        let parcel = try parcel()
        let task = try parcel.task(JudgeTask.self)
        let strings = Array(parcel.strings)
        var reports: [RunReport] = []
        var outputs: [Int: Report.Output] = [:]
        var directories: [Int: String] = [:]
        for (place, record) in task.records.enumerated() {
            let own = Array(strings[(place * stringsOfRun)..<((place + 1) * stringsOfRun)])
            reports.append(RunReport(record, try digest(own[0])))
            outputs[record.run] = Report.Output(
                stdout: captured(own[1], own[2], dropped: task.dropped[2 * place]),
                stderr: captured(own[3], own[4], dropped: task.dropped[2 * place + 1])
            )
            directories[record.run] = task.directories[place]
        }
        let judgement = Gate.judge(
            reports,
            outputs: outputs,
            folders: directories,
            of: task.spec,
            wasCancelled: task.wasCancelled
        )
        try answer(
            JudgeAnswer(
                outcome: judgement.outcome,
                verdict: judgement.verdict,
                conclusion: judgement.conclusion.bounded
            ),
            judgement.runs.map { run in
                BoundedDigest(
                    run.digest,
                    bytesMax: task.spec.digestShare.bytes,
                    run: run.run
                ).bytes
            }
        )
    }

    static func digest(_ bytes: [UInt8]) throws -> RunDigest {
        bytes.isEmpty
            ? RunDigest() : try JSONDecoder().decode(RunDigest.self, from: Data(bytes))
    }
}
