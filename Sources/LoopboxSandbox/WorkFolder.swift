// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopSystem

/// The working directory of a run as an open descriptor from before the program, so that no path of
/// its making is walked for what it leaves.
///
/// At level standard the directory is the machine's, and is made and opened here. At level strict it
/// is in a namespace that ends with the run, so the run's process opens it and hands it over before
/// it becomes the program. That is the one descriptor that is ever in flight as the run's user: the
/// kernel counts those by user, and where the user is shared, a run can have its own limit's worth
/// of them in flight. The process that sends still has the server's limit, which is raised as far as
/// it goes.
///
/// Source: SCM_RIGHTS and ETOOMANYREFS in unix(7).
final class WorkFolder {
    private let server: FileDescriptor
    private let childEnd: FileDescriptor?
    /// The child's end, a descriptor of ours; nil where the directory is opened here.
    let child: CInt?

    /// The number of ``child`` in the child.
    static let descriptor = CInt(CSANDBOX_FOLDER)

    /// One that the child hands over.
    init() throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .last("socketpair") }
        server = FileDescriptor(owning: ends[0])
        childEnd = FileDescriptor(owning: ends[1])
        child = ends[1]
    }

    /// One that is made at `path` for the run's user `owner`; nil: who makes it.
    init(making path: String, for owner: uid_t?) throws(SystemError) {
        if unsafe mkdir(path, 0o700) != 0 { throw .last("mkdir", path) }
        server = try .open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        childEnd = nil
        child = nil
        if let owner, fchown(server.number, owner, owner) != 0 { throw .last("fchown", path) }
    }

    /// The directory, once the child runs.
    func receive() throws(SystemError) -> FileDescriptor {
        guard child != nil else { return try server.duplicate() }
        let number = csandbox_receive(server.number)
        guard number >= 0 else { throw .last("recvmsg") }
        return FileDescriptor(owning: number)
    }
}
