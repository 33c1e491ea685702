// SPDX-License-Identifier: Apache-2.0

import Glibc
public import LoopSystem

/// Why a program could not be run. Always our own failure: what the program did is a result.
public enum SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The work directory, or something in it, could not be made.
    case workDirectory(SystemError)
    /// A pipe to the program could not be made or watched.
    case channel(String)
    /// The process could not be made.
    case spawn(ProcessPlan.Failure)
    /// A part of the kernel or of a library that isolation needs is not there.
    case facility(String, code: CInt)
    /// A step of isolating the process failed; on what, where that is known.
    case isolation(step: String, subject: String, code: CInt)
    /// The process found that these layers are not in force.
    case missing(level: String, layers: [String])
    /// The process ended before it told that it is isolated.
    case silent
    /// What the program used could not be told, so its limits could not be kept, and it was ended.
    case unwatched(SystemError)
    /// As root, a run needs a user of its own, and all are taken.
    case noUser

    /// The reason in the C library's words.
    private static func reason(_ code: CInt) -> String {
        unsafe "\(String(cString: strerror(code))) (errno \(code))"
    }

    /// What failed, where, and why.
    public var description: String {
        switch self {
        case .workDirectory(let error): "the work directory could not be made: \(error)"
        case .channel(let reason): "a pipe to the program could not be made: \(reason)"
        case .spawn(let failure): "the program could not be started: \(failure)"
        case .facility(let what, let code): "\(what): \(Self.reason(code))"
        case .isolation(let step, let subject, let code):
            "the program could not be isolated: "
                + "\(subject.isEmpty ? step : "\(step) \(subject)"): \(Self.reason(code))"
        case .missing(let level, let layers):
            "the program was not started: at level \(level) these layers are not in force: "
                + layers.joined(separator: ", ")
        case .silent: "the program's process ended before it was isolated"
        case .unwatched(let error):
            "the program was ended: what it used could not be compared with its limits: \(error)"
        case .noUser: "the program needs a user of its own, and all of them are taken"
        }
    }
}
