// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import LoopboxRuntimes
import LoopboxSandbox

/// What a job needs of the machine, looked at from time to time, and what of it the server repairs
/// when it starts. Calls block.
struct Upkeep: Sendable {
    /// Something that a job needs.
    struct Finding: Hashable, Sendable {
        /// What it is, as a person would say.
        var subject: String
        /// What is wrong with it, and what to do; nil: nothing.
        var problem: String?
        /// Where it is, for the server's own log.
        var path: String?
    }

    let dataDirectory: String
    let workDirectory: String
    let harness: String
    let interpreters: [String]
    let remover: Remover

    /// With less, a job could leave no output, and the database no record of it.
    static let bytesFreeMin: UInt64 = 64 << 20
    /// A run at level standard makes some dozens of files before it makes any of its own.
    static let filesFreeMin: UInt64 = 1000
    /// How many runs' directories may wait for their removal. The disk that they fill is bounded by
    /// what runs may have, and nobody can bound that at level standard: rather no jobs for a while.
    static let backlogMax = 1000

    /// Looks at everything.
    func look() -> [Finding] {
        [
            directory("the data directory", dataDirectory),
            directory("the work directory", workDirectory),
            harnessFinding(), disk(), cleanUp(),
            Finding(
                subject: "an interpreter",
                problem: interpreters.contains { unsafe access($0, X_OK) == 0 }
                    ? nil
                    : "none of those found at the start is there any more: start the server anew"
            ),
            Finding(
                subject: "a user for a run",
                problem: Sandbox.hasFreeUser
                    ? nil : "all are taken: other servers on this machine have them"
            ),
        ]
    }

    private func directory(_ subject: String, _ path: String) -> Finding {
        var problem: String?
        if unsafe faccessat(AT_FDCWD, path, R_OK | W_OK | X_OK, AT_EACCESS) != 0 {
            let reason = unsafe String(cString: strerror(errno))
            problem = "\(reason): start the server anew, which repairs it or says what to do"
        }
        return Finding(subject: subject, problem: problem, path: path)
    }

    private func harnessFinding() -> Finding {
        let isWhole = PythonHarness.files.allSatisfy { file in
            var status = stat()
            let path = "\(harness)/\(file.name)"
            guard unsafe stat(path, &status) == 0, unsafe access(path, R_OK) == 0 else {
                return false
            }
            return Int(status.st_size) == file.bytes.count
        }
        return Finding(
            subject: "the harness",
            problem: isWhole ? nil : "is damaged: start the server anew, which writes it again",
            path: harness
        )
    }

    private func disk() -> Finding {
        var finding = Finding(subject: "free disk", path: workDirectory)
        var status = statvfs()
        guard unsafe statvfs(workDirectory, &status) == 0 else { return finding }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        if free < Self.bytesFreeMin {
            finding.problem = "only \(free >> 20) MiB are left: a job needs some"
        } else if status.f_files > 0, UInt64(status.f_favail) < Self.filesFreeMin {
            finding.problem = "only \(status.f_favail) more files can be made"
        }
        return finding
    }

    private func cleanUp() -> Finding {
        let backlog = remover.backlog
        return Finding(
            subject: backlog.stuck == 0
                ? "clean-up" : "clean-up, but for \(backlog.stuck) things that can't be removed",
            problem: backlog.waiting > Self.backlogMax
                ? "\(backlog.waiting) directories of runs wait to be removed" : nil,
            path: "\(workDirectory)/\(Remover.name)"
        )
    }

    // MARK: At the start

    /// Opens to their owner the directories and files of `dataDirectory` that are ours and that
    /// somebody has closed.
    ///
    /// - Returns: what was repaired.
    /// - Throws: ``Foreign`` for a directory that belongs to somebody else.
    static func repair(_ dataDirectory: String) throws(Foreign) -> [String] {
        var repaired: [String] = []
        // What is in the directories of outputs and of runs is not looked at: the one holds as much as
        // all jobs wrote, and what is in the other is removed.
        try open([dataDirectory], depth: 0, &repaired)
        // A disk of its own has `lost+found` beside ours.
        let own = ["work", "outputs", "harness"]
        let names = directoryEntries(dataDirectory).filter {
            own.contains($0) || $0.hasPrefix("loopbox.")
        }
        try open(names.map { "\(dataDirectory)/\($0)" }, depth: 0, &repaired)
        try open(paths(in: "\(dataDirectory)/harness"), depth: 2, &repaired)
        return repaired
    }

    private static func paths(in directory: String) -> [String] {
        directoryEntries(directory).map { "\(directory)/\($0)" }
    }

    /// A directory whose owner is not the server's user, which can't repair it.
    struct Foreign: Error, CustomStringConvertible {
        let path: String
        let owner: uid_t

        var description: String {
            "\(path) belongs to user \(owner), and the server runs as user \(geteuid())\n"
                + "  hint: chown -R \(geteuid()) \(path), or name another place with --data"
        }
    }

    private static func open(
        _ paths: [String],
        depth: Int,
        _ repaired: inout [String]
    ) throws(Foreign) {
        for path in paths {
            if try open(path) { repaired.append(path) }
            if depth > 0 { try open(Self.paths(in: path), depth: depth - 1, &repaired) }
        }
    }

    /// Gives the owner of `path` all rights, and says whether some were missing.
    private static func open(_ path: String) throws(Foreign) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        let wanted: mode_t
        switch status.st_mode & S_IFMT {
        case S_IFDIR: wanted = 0o700
        case S_IFREG: wanted = 0o600
        default: return false
        }
        if status.st_uid == geteuid() {
            guard status.st_mode & wanted != wanted else { return false }
            return unsafe chmod(path, (status.st_mode | wanted) & 0o7777) == 0
        }
        // Somebody else's can be usable all the same, by a group or by root's rights.
        guard unsafe faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0 else {
            throw Foreign(path: path, owner: status.st_uid)
        }
        return false
    }
}
