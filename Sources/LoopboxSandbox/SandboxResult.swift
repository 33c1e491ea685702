// SPDX-License-Identifier: Apache-2.0

public import LoopSystem
public import LoopboxModel

/// What the supervisor saw of a run.
public struct SandboxResult: Sendable {
    /// How the process ended and what it used.
    public var exit: Exit
    /// Why it ended, where that was not its own doing.
    public var intervention: Intervention?
    /// When the process was made.
    public var startedAt: MonotonicTime
    /// When its end was noticed.
    public var endedAt: MonotonicTime
    /// What it wrote.
    public var stdout: CapturedOutput
    /// What it wrote.
    public var stderr: CapturedOutput
    /// What was in force.
    public var attestation: Attestation
    /// The files that were kept; nil where none were asked for.
    public var artifacts: CollectedArtifacts?
    /// Processes that were still there when the program had ended, and were killed.
    public var endedProcesses = 0

    /// Why a run was ended from outside.
    public enum Intervention: Hashable, Sendable {
        /// It was over its wall limit. `killed` tells whether SIGTERM was not enough.
        case timedOut(killed: Bool)
        /// It said of itself that nothing could ever wake it. `killed` tells whether SIGTERM was not
        /// enough.
        case deadlocked(killed: Bool)
        /// Its processes together were over their processor time.
        case cpuExceeded(killed: Bool)
        /// Its processes together had this much memory, and were killed.
        case memoryExceeded(ByteCount)
        /// It had this many processes and threads, and was killed.
        case processesExceeded(Int)
        /// Somebody asked for it. `killed` tells whether SIGTERM was not enough.
        case cancelled(killed: Bool)
    }
}
