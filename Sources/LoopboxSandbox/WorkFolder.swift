// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopSystem

/// The working directory of a run as an open descriptor, which the run's process hands over before
/// it becomes the program.
///
/// Source: SCM_RIGHTS in unix(7).
final class WorkFolder {
    private let server: FileDescriptor
    /// The child's end.
    let child: FileDescriptor

    /// The number of ``child`` in the child.
    static let descriptor = CInt(CSANDBOX_FOLDER)

    init() throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .last("socketpair") }
        server = FileDescriptor(owning: ends[0])
        child = FileDescriptor(owning: ends[1])
    }

    /// The directory, once the child runs.
    func receive() throws(SystemError) -> FileDescriptor {
        let number = csandbox_receive(server.number)
        guard number >= 0 else { throw .last("recvmsg") }
        return FileDescriptor(owning: number)
    }
}
