// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// Which findings are wanted; what is nil does not matter.
public struct FindingSelection: Hashable, Sendable, Codable {
    /// Of this rule.
    public var rule: String?
    /// As grave as this, neither more nor less.
    public var severity: Severity?
    /// At this file of the program.
    public var path: String?
    /// Of the run of this number.
    public var run: Int?

    /// All findings.
    public init() {}

    /// Whether `finding` is wanted.
    public func contains(_ finding: Finding) -> Bool {
        (rule == nil || finding.rule == rule) && (severity == nil || finding.severity == severity)
            && (path == nil || finding.location?.path == path)
            && (run == nil || finding.run == run)
    }

    /// Whether every finding is wanted.
    var isAll: Bool { self == FindingSelection() }
}
