// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The gate's answer, and nothing else of a job.
struct GateView: Encodable {
    var id: JobID
    var state: JobState
    /// nil as long as the job has not ended.
    var verdict: Verdict?
    var failures: [GateFailure]

    init(_ job: Job) {
        id = job.id
        state = job.state
        verdict = job.verdict
        failures = job.conclusion.failures
    }
}
