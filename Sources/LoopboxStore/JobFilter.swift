// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// Which jobs a list shows: those to which all that is set applies.
public struct JobFilter: Hashable, Sendable {
    /// Where they stand.
    public var state: JobState?
    /// Why they ended.
    public var outcome: Outcome?
    /// The gate's answer.
    public var verdict: Verdict?
    /// The user's name for them, the whole of it.
    public var name: String?
    /// The user's marks on them, each of these.
    public var labels: [String: String] = [:]
    /// They were accepted after this.
    public var createdAfter: Timestamp?

    /// All jobs.
    public init() {}
}
