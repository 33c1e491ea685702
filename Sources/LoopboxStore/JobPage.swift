// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// A part of a list of jobs, newest first.
public struct JobPage: Hashable, Sendable {
    /// The jobs.
    public let jobs: [JobSummary]
    /// Where the next page begins; nil: there is none.
    public let next: JobCursor?
}

/// A job without its spec and its runs, which a list has no room for.
public struct JobSummary: Hashable, Sendable {
    /// Its name for ever.
    public let id: JobID
    /// The user's name for it; empty where none was given.
    public let name: String
    /// The user's marks.
    public let labels: [String: String]
    /// Where it stands.
    public let state: JobState
    /// Why it ended; nil until then.
    public let outcome: Outcome?
    /// The gate's answer; nil where the spec has none.
    public let verdict: Verdict?
    /// Rises with each change.
    public let version: Int
    /// How often a worker has begun it.
    public let attempt: Int
    /// When it was accepted.
    public let createdAt: Timestamp
    /// When a worker last began it.
    public let startedAt: Timestamp?
    /// When it ended.
    public let endedAt: Timestamp?
}

/// A place in the list of jobs, between two of them.
///
/// It names the last job that was shown, so new jobs and deleted ones move nothing.
public struct JobCursor: Hashable, Sendable, CustomStringConvertible {
    let createdAt: Timestamp
    let id: JobID

    init(createdAt: Timestamp, id: JobID) {
        self.createdAt = createdAt
        self.id = id
    }

    /// Reads what `description` wrote; nil where it is anything else.
    public init?(_ text: some StringProtocol) {
        guard let dot = text.firstIndex(of: "."), let time = Int64(text[..<dot]),
            let uuid = UUIDv7(text: text[text.index(after: dot)...])
        else { return nil }
        self.init(createdAt: Timestamp(milliseconds: time), id: JobID(uuid: uuid))
    }

    /// Letters, digits and a dot, for a URL; opaque to users.
    public var description: String { "\(createdAt.milliseconds).\(id.uuid.text)" }
}
