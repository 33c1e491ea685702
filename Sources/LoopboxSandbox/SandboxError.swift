// SPDX-License-Identifier: Apache-2.0

public import LoopSystem

/// Why a program could not be run. Always our own failure: what the program did is a result.
public enum SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The work directory, or something in it, could not be made.
    case workDirectory(SystemError)
    /// A pipe to the program could not be made or watched.
    case channel(String)
    /// The process could not be made.
    case spawn(ProcessPlan.Failure)

    /// What failed, where, and why.
    public var description: String {
        switch self {
        case .workDirectory(let error): "the work directory could not be made: \(error)"
        case .channel(let reason): "a pipe to the program could not be made: \(reason)"
        case .spawn(let failure): "the program could not be started: \(failure)"
        }
    }
}
