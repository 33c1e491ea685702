// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// Ends what a program leaves behind outside its process group.
///
/// How this works. This process is a sub-reaper, so whoever loses its parent below us becomes our
/// child. Of a run without isolation the ones that bear its mark in their environment are killed: a
/// program that changes its environment and makes a new session escapes this, and level none
/// promises no more. An isolated run has its keeper below us, to whom its orphans go; ours they are
/// only if the keeper was killed. All runs of a sandbox are isolated or none is, so any of these may
/// be killed, whatever it made of itself.
///
/// The children of those who are killed become ours by that, so it goes on until none is left.
///
/// Source: PR_SET_CHILD_SUBREAPER in prctl(2), /proc/pid/task/tid/children in proc(5).
enum Descendants {
    /// Which orphans are meant.
    enum Kind {
        /// Those of the session, and those with the mark (`NAME=value`).
        case ofRun(session: pid_t, mark: String)
        /// Every one.
        case all
    }

    /// Kills the orphans of `kind` and reaps all that have ended. Does not wait: one that a device
    /// holds goes when it can.
    ///
    /// - Returns: whether one of `kind` is still there.
    static func end(_ kind: Kind) -> Bool {
        var isAnyLeft = false
        for _ in 0..<roundsMax {
            isAnyLeft = false
            var isAnyReaped = false
            for child in orphans() {
                let isMeant = isMeant(child, kind)
                if isMeant { kill(child, SIGKILL) }
                let isReaped = reap(child)
                guard isMeant else { continue }
                if isReaped { isAnyReaped = true } else { isAnyLeft = true }
            }
            // Those that one left have come to us at its end.
            guard isAnyReaped else { break }
        }
        return isAnyLeft
    }

    /// How often new children are looked for at once; more generations than a program makes by
    /// accident.
    private static let roundsMax = 64

    /// Kills every process of the machine that bears a mark that begins with `prefix`: what runs
    /// before us left behind.
    static func endAll(markedWith prefix: String) {
        for name in ProcFile.names("/proc") {
            guard let process = pid_t(name), process != getpid(), isMarked(process, prefix) else {
                continue
            }
            kill(process, SIGKILL)
        }
    }

    private static func isMeant(_ process: pid_t, _ kind: Kind) -> Bool {
        switch kind {
        case .all: true
        // One that is dying shows no environment any more, but its session still.
        case .ofRun(let session, let mark): getsid(process) == session || isMarked(process, mark)
        }
    }

    /// - Returns: whether it had ended.
    private static func reap(_ process: pid_t) -> Bool {
        var status: CInt = 0
        while true {
            let result = unsafe waitpid(process, &status, WNOHANG)
            if result < 0, errno == EINTR { continue }
            return result == process
        }
    }

    /// Children that came to us when their parent ended: nobody here waits for them, and they are
    /// in a session that a program of ours began.
    private static func orphans() -> [pid_t] {
        let children = ProcFile.names("/proc/self/task").flatMap { thread in
            ProcFile.text("/proc/self/task/\(thread)/children")
                .split(separator: " ").compactMap { pid_t($0) }
        }
        return children.filter { getsid($0) != getsid(0) && !SpawnedProcess.isOwned($0) }
    }

    private static func isMarked(_ process: pid_t, _ mark: String) -> Bool {
        ProcFile.bytes("/proc/\(process)/environ").split(separator: 0).contains {
            $0.starts(with: mark.utf8)
        }
    }
}
