// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// The user of one run, of a server that is root; taken as long as this lives.
///
/// So runs can't reach each other's files and processes, and the kernel's count of a user's
/// processes is the run's. A lock on a file keeps two servers of a machine from taking the same one.
final class JobUser {
    /// Outside of what systems give to people and to services.
    static let range: ClosedRange<uid_t> = 64_100...64_199
    private static let locks = "/run/loopbox"

    let id: uid_t
    private let lock: FileDescriptor

    /// One that nobody else has.
    init() throws(SandboxError) {
        unsafe _ = mkdir(Self.locks, 0o700)
        // Servers of one machine begin at different places, those too that are process 1 of a
        // container and see no other's locks.
        let count = uid_t(Self.range.count)
        let start = uid_t.random(in: 0..<count)
        for step in 0..<count {
            let id = Self.range.lowerBound + (start + step) % count
            let file: FileDescriptor
            do {
                file = try .open("\(Self.locks)/user-\(id)", O_RDWR | O_CREAT)
            } catch {
                throw .facility(
                    "a user for the run can't be locked in \(Self.locks)",
                    code: error.code
                )
            }
            if flock(file.number, LOCK_EX | LOCK_NB) == 0 {
                self.id = id
                lock = file
                return
            }
        }
        throw .noUser
    }

    /// Whether there is one that nobody has, of the range. Blocks for some microseconds.
    static var isAnyFree: Bool {
        range.contains { id in
            guard let file = try? FileDescriptor.open("\(locks)/user-\(id)", O_RDWR | O_CREAT)
            else {
                return false
            }
            return flock(file.number, LOCK_EX | LOCK_NB) == 0
        }
    }
}
