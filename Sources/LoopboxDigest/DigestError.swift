// SPDX-License-Identifier: Apache-2.0

public import LoopSystem
public import LoopboxSandbox

/// Why what a program wrote could not be digested.
public enum DigestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No digest process could be started. Our own failure.
    case host(SandboxError)
    /// The answer could not be written, or read. Our own failure.
    case file(SystemError)
    /// It took longer than a piece of work of its kind may.
    case late(seconds: Int)
    /// It needed more memory than it may have, or met what it could not cope with, and died.
    case died(signal: CInt)
    /// Its answer had more bytes than an answer may have.
    case tooLarge(bytesMax: Int)
    /// It ended without an answer.
    case silent

    /// What failed, as the end of a sentence.
    public var description: String {
        switch self {
        case .host(let error): "no process to digest it could be started: \(error)"
        case .file(let error): "its digest could not be kept: \(error)"
        case .late(let seconds): "digesting it took more than \(seconds) s"
        case .died(let signal): "the process that digested it died of signal \(signal)"
        case .tooLarge(let bytesMax): "the answer has more than \(bytesMax >> 20) MiB"
        case .silent: "the process that digested it left no answer"
        }
    }
}
