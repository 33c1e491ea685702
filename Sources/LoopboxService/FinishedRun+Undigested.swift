// SPDX-License-Identifier: Apache-2.0

import LoopboxDigest
import LoopboxModel
import LoopboxRuntimes
import LoopboxStore

/// Runs of which there is no report to judge.
extension FinishedRun {
    /// Fills in what there is to say if the program's report could not be digested, because of
    /// `failure`, which is the end of a sentence.
    mutating func takeUndigested(_ failure: String, _ task: RunTask) {
        let notes = SupervisorFindings.findings(
            record,
            wasEnded: task.wasEnded,
            failure: failure,
            at: record.times.wall
        )
        conclude(failure, isGated: task.spec.expect != nil, notes)
    }

    /// Lists `findings` alone. What is expected can't be said to hold, because of `reason`.
    mutating func conclude(_ reason: String, isGated: Bool, _ findings: [Finding] = []) {
        var findings = findings
        for place in findings.indices { findings[place].id = "f\(place + 1)" }
        // Our own words: there is no number in them that JSON could refuse.
        digest = (try? JSONText().encode(RunDigest(findings: findings))) ?? []
        let failure = GateFailure.notRun(
            "there is nothing to judge: \(reason)",
            runs: [record.run]
        )
        summary = Summary(
            findings: findings.count,
            hasFailed: true,
            verdict: isGated ? .failed : nil,
            conclusion: Conclusion(failures: isGated ? [failure] : [])
        )
    }
}
