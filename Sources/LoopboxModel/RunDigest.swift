// SPDX-License-Identifier: Apache-2.0

/// What one execution of a program reported of itself, decoded and drawn up.
///
/// All of it is the program's word. It is made, and turned into text, in a process that can do no
/// harm; a server keeps its JSON as bytes and never looks inside.
public struct RunDigest: Hashable, Sendable, Codable {
    /// Findings of one run that are listed; the rest is counted by rule. More than a person reads,
    /// and few enough that every format of them is made within seconds.
    public static let findingsMax = 10_000
    /// Bytes of the JSON of one run's digest; what does not fit is counted by rule.
    public static let bytesMax = 8 << 20
    /// Bytes of the JSON of the digests of all runs of one job: what several runs say together is
    /// found with all of them in memory.
    public static let bytesOfJobMax = 32 << 20

    /// The rules that could not be seen, because the program ran a loop that hides them; nil if none.
    public var unseen: [String]?
    /// Where everything stood when it was ended for not ending by itself; nil if it ended otherwise,
    /// or had no event loop that could have told.
    public var standing: Standing?
    /// What its event loops did; nil if it reported none.
    public var loops: [LoopTimings]?
    /// What was found, in the order of the places.
    public var findings: [Finding]

    /// A digest with all its parts.
    public init(
        unseen: [String]? = nil,
        standing: Standing? = nil,
        loops: [LoopTimings]? = nil,
        findings: [Finding] = []
    ) {
        self.unseen = unseen
        self.standing = standing
        self.loops = loops
        self.findings = findings
    }
}
