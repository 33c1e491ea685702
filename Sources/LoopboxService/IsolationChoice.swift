// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopboxModel
import LoopboxSandbox

/// How isolated the programs of a server are.
public enum IsolationChoice: Hashable, Sendable {
    /// Not at all: whoever starts it trusts every program.
    case none
    /// The best that this machine has, and no less than this.
    case atLeast(JobSpec.Level)
    /// This level.
    case exactly(JobSpec.Level)

    /// The levels that would do, the best first.
    var levels: [JobSpec.Level] {
        switch self {
        case .none: []
        case .atLeast(.standard): [.strict, .standard]
        case .atLeast(.strict): [.strict]
        case .exactly(let level): [level]
        }
    }
}

/// A level that a machine does not have, and why.
public struct MissingLevel: Hashable, Sendable, CustomStringConvertible {
    /// The level.
    public let level: JobSpec.Level
    /// What went wrong when it was tried.
    public let reason: SandboxError

    /// `level` can't be had because of `reason`.
    public init(level: JobSpec.Level, reason: SandboxError) {
        self.level = level
        self.reason = reason
    }

    /// What an operator can do about it.
    public var cure: String {
        switch (level, reason) {
        case (_, .facility): "run it on a kernel that has it, with lsm= naming landlock"
        case (.strict, .spawn), (.strict, .isolation):
            "in a container: a seccomp profile that allows user namespaces (docker run "
                + "--security-opt seccomp=deploy/seccomp.json); else let users make them: sysctl "
                + "user.max_user_namespaces, kernel.unprivileged_userns_clone, "
                + "kernel.apparmor_restrict_unprivileged_userns"
        case (.standard, .isolation(step: "file", _, EACCES)):
            "let every user walk through the folders above the data directory (chmod o+x), or name "
                + "another with --data"
        case (_, .missing(_, let layers)) where layers.contains("unprivileged_user"):
            "start it as another user than root, or with the right to change users"
        default: "see the reason; loopbox doctor tries every layer"
        }
    }

    public var description: String { "level \(level.rawValue) can't be had: \(reason)" }
}
