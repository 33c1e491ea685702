// SPDX-License-Identifier: Apache-2.0

import LoopSystem
import LoopboxModel
import LoopboxSandbox

/// How a run ended, in the report's words.
struct RunEnding {
    let outcome: Outcome
    let exit: Int?
    let signal: String?
    /// In a sentence.
    let sentence: String

    /// What `result` of a program with `limits` means.
    init(_ result: SandboxResult, limits: JobSpec.Limits) {
        let how: String
        switch result.exit.ending {
        case .exited(let status):
            exit = Int(status)
            signal = nil
            how = "exited with status \(status)"
        case .signaled(let number):
            exit = nil
            signal = Self.name(ofSignal: number)
            how = "was killed by \(Self.name(ofSignal: number))"
        }
        let grace = Self.shown(limits.grace)
        let isObedient = signal == "SIGTERM"
        switch result.intervention {
        case .timedOut(let killed):
            outcome = .timedOut
            let limit = "its time limit of \(Self.shown(limits.time))"
            sentence =
                killed
                ? "reached \(limit), did not end within \(grace) of SIGTERM, and was killed"
                : isObedient
                    ? "reached \(limit) and was ended by SIGTERM"
                    : "reached \(limit) and \(how) after SIGTERM"
        case .deadlocked(let killed):
            outcome = .deadlocked
            let reason = "could never have gone on"
            sentence =
                killed
                ? "\(reason), did not end within \(grace) of SIGTERM, and was killed"
                : isObedient
                    ? "\(reason) and was ended by SIGTERM" : "\(reason) and \(how) after SIGTERM"
        case .cpuExceeded(let killed):
            outcome = .cpuExceeded
            let limit =
                "its limit of \(Self.shown(limits.cpu ?? limits.time)) of processor time"
            sentence =
                killed
                ? "reached \(limit), did not end within \(grace) of SIGTERM, and was killed"
                : isObedient
                    ? "reached \(limit) and was ended by SIGTERM"
                    : "reached \(limit) and \(how) after SIGTERM"
        case .memoryExceeded(let used):
            outcome = .memoryExceeded
            sentence =
                "reached its memory limit of \(limits.memory) with \(used.bytes >> 20)MiB and was "
                + "killed\(Self.others(result.endedProcesses))"
        case .processesExceeded(let count):
            outcome = .signaled
            sentence =
                "reached its limit of \(limits.processes) processes with \(count) and was killed"
                + Self.others(result.endedProcesses)
        case .cancelled(let killed):
            outcome = .cancelled
            sentence =
                killed
                ? "was cancelled, did not end within \(grace) of SIGTERM, and was killed"
                : isObedient
                    ? "was cancelled and ended by SIGTERM"
                    : "was cancelled and \(how) after SIGTERM"
        case nil where signal == "SIGXCPU":
            outcome = .cpuExceeded
            sentence =
                "reached its limit of \(Self.shown(limits.cpu ?? limits.time)) of processor time "
                + "and \(how)"
        case nil:
            outcome = exit == nil ? .signaled : .exited
            sentence = how
        }
    }

    private static func others(_ count: Int) -> String {
        count == 0 ? "" : ", with \(count) other process\(count == 1 ? "" : "es")"
    }

    private static func shown(_ span: Seconds) -> String {
        span.value == span.value.rounded()
            ? "\(Int(span.value)) s" : "\(span.duration.milliseconds) ms"
    }

    /// `SIGKILL`; a real-time signal has a number only.
    private static func name(ofSignal number: CInt) -> String {
        SignalName.all[Int(number)] ?? "signal \(number)"
    }
}
