// SPDX-License-Identifier: Apache-2.0

import LoopboxSandbox

/// A kind of work for a digest process, and what it may use.
///
/// Each kind reads a parcel from descriptor 0, writes its answer to descriptor 1, and byte strings
/// that belong to the answer to the file at descriptor 2. Reports come from descriptor 3.
enum DigestKind: UInt64 {
    /// Reads a program's report while the program runs, and draws it up when it has ended.
    case run
    /// Says what several runs of a job come to.
    case judge
    /// Writes a report in one of its formats.
    case render

    /// How long it may take once all that it needs has been sent. A run's slot comes back after its
    /// limits and ten seconds: two of them belong to its keeper, one to its pipes.
    var seconds: Int {
        switch self {
        case .run: 6
        case .judge: 10
        case .render: 20
        }
    }

    /// What the kernel bounds. A report of 16 MiB has some 200 MiB when it is decoded.
    var bounds: DigestHost.Bounds {
        DigestHost.Bounds(memory: 512 << 20, seconds: seconds, fileSize: Self.answerMax)
    }

    /// Bytes of the file of an answer: every format of the largest digest.
    static let answerMax = 64 << 20
    /// Bytes of an answer itself, which holds numbers, verdicts, and reasons.
    static let headMax = 2 << 20
}

/// What a digest process says beside its answer, each a byte.
enum DigestEvent {
    /// The program reported that nothing can ever wake it.
    static let deadlock = UInt8(ascii: "D")
    /// What follows is the answer.
    static let answer = UInt8(ascii: "A")
}

/// The beginning of every answer: how the file is divided, and the kind's own part.
struct DigestHead<Answer: Codable & Sendable>: Codable, Sendable {
    /// Lengths of the byte strings in the file, one after the other.
    var lengths: [Int]
    var answer: Answer
}
