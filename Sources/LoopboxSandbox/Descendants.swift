// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// Ends what a program leaves behind outside its process group.
///
/// How this works. This process is a sub-reaper, so whoever loses its parent below us becomes our
/// child. Of these, the ones that bear the run's mark in their environment are killed; their own
/// children become ours by that, so it goes on until none is left. A program that changes its
/// environment and makes a new session escapes this: level none promises no more.
///
/// Source: PR_SET_CHILD_SUBREAPER in prctl(2), /proc/pid/task/tid/children in proc(5).
enum Descendants {
    /// How often new children are looked for; more generations than a program makes by accident.
    private static let roundsMax = 64

    /// Kills and reaps every orphan of the session `session` or with `mark` (`NAME=value`), and
    /// reaps the other orphans that have ended.
    static func end(session: pid_t, marked mark: String) {
        for _ in 0..<roundsMax {
            var isAnyLeft = false
            for child in orphans() {
                // One that is dying shows no environment any more, but its session still.
                if getsid(child) == session || isMarked(child, mark) {
                    isAnyLeft = true
                    kill(child, SIGKILL)
                    reap(child, flags: 0)
                } else {
                    reap(child, flags: WNOHANG)
                }
            }
            if !isAnyLeft { return }
        }
    }

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

    private static func reap(_ process: pid_t, flags: CInt) {
        var status: CInt = 0
        while unsafe waitpid(process, &status, flags) < 0, errno == EINTR {}
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
