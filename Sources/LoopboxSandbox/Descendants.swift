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
        for name in entries("/proc") {
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
        let children = entries("/proc/self/task").flatMap { thread in
            String(decoding: contents("/proc/self/task/\(thread)/children"), as: UTF8.self)
                .split(separator: " ").compactMap { pid_t($0) }
        }
        return children.filter { getsid($0) != getsid(0) && !SpawnedProcess.isOwned($0) }
    }

    private static func isMarked(_ process: pid_t, _ mark: String) -> Bool {
        contents("/proc/\(process)/environ").split(separator: 0).contains {
            $0.starts(with: mark.utf8)
        }
    }

    private static func contents(_ path: String) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var bytes: [UInt8] = []
        while true {
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                unsafe count = max(0, read(file, buffer.baseAddress, buffer.count))
            }
            if piece.isEmpty { return bytes }
            bytes += piece
        }
    }

    private static func entries(_ path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
