// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc

/// The namespaces of level strict: mounts, processes, network, IPC, host name, and where the server
/// is no root itself, users.
///
/// A server that is root makes the others without a user namespace, and gives every run a user of
/// its own. Any other server needs the user namespace to be allowed the rest, and maps its own user
/// into it, the only one that it may map.
///
/// Source: namespaces(7), user_namespaces(7).
struct Namespaces: Sendable {
    /// Flags of clone(2).
    let flags: UInt64
    /// Whether there is one of users.
    let hasUsers: Bool
    /// The inode numbers of the server's own, in the order of `csandbox_plan.namespaces`.
    let own: [UInt64]

    /// Those that a process of user `user` makes.
    init(user: uid_t) {
        hasUsers = user != 0
        flags = csandbox_namespaces | (hasUsers ? csandbox_user_namespace : 0)
        var own = ["mnt", "pid", "net", "ipc", "uts", "user"].map { name in
            var status = stat()
            return unsafe stat("/proc/self/ns/\(name)", &status) == 0 ? UInt64(status.st_ino) : 0
        }
        if user == 0 { own[5] = 0 }
        self.own = own
    }

    /// The layers that a child shows in which these were checked.
    var layers: [String] {
        (hasUsers ? ["user_namespace"] : []) + [
            "mount_namespace", "pid_namespace", "network_namespace", "ipc_namespace",
            "uts_namespace",
        ]
    }

    /// The map of the one user or group `id` to itself.
    static func map(_ id: UInt32) -> String { "\(id) \(id) 1" }
}
