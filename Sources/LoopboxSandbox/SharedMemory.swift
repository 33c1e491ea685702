// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files behind shared memory and named semaphores, which `multiprocessing` makes.
///
/// At level strict a run has a folder of its own for them. At level standard the folder is the
/// machine's; a run whose user is its own may use it, and its files are told by their owner.
///
/// Source: shm_overview(7), sem_overview(7).
enum SharedMemory {
    static let folder = "/dev/shm"

    /// The bytes in the files of `user`, whether anybody has them mapped or not.
    static func size(of user: uid_t) -> Int {
        files(of: user).reduce(0) { $0 + Int($1.status.st_blocks) * 512 }
    }

    /// Removes the files of `user`.
    static func remove(of user: uid_t) {
        for file in files(of: user) { unsafe _ = unlink(file.path) }
    }

    private static func files(of user: uid_t) -> [(path: String, status: stat)] {
        ProcFile.names(folder).compactMap { name in
            let path = "\(folder)/\(name)"
            var status = stat()
            guard unsafe lstat(path, &status) == 0, status.st_uid == user else { return nil }
            return (path, status)
        }
    }
}
