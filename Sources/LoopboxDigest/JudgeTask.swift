// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The runs of a job, to be judged and compared.
///
/// With it go, for each run: its digest, then head and tail of its two streams.
struct JudgeTask: Codable {
    var spec: JobSpec
    var records: [RunRecord]
    /// The directory of each run.
    var directories: [String]
    /// Bytes that were dropped between head and tail, of each stream of each run.
    var dropped: [Int]
    var wasCancelled: Bool
}

/// What several runs come to. Behind it come their digests, with what only several of them together
/// show among their findings.
struct JudgeAnswer: Codable {
    var outcome: Outcome
    var verdict: Verdict?
    var conclusion: Conclusion
}
