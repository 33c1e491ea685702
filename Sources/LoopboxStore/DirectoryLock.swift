// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Keeps other processes off a data directory for as long as it lives.
///
/// Two processes would take each other's running jobs for lost ones. The kernel drops the lock with
/// the process, however that ends.
///
/// Source: flock(2).
final class DirectoryLock: Sendable {
    private let descriptor: CInt

    /// Locks `directory`, which exists.
    ///
    /// - Throws: ``StoreError/inUse(path:)`` where another process, or another lock of this one,
    ///   has it.
    init(directory: String) throws(StoreError) {
        let path = directory + "/loopbox.lock"
        // Safety: the string is lent for the length of the call.
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(call: "open", path: path, errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            throw reason == EWOULDBLOCK
                ? .inUse(path: directory) : StoreError(call: "flock", path: path, errno: reason)
        }
    }

    deinit { close(descriptor) }
}
