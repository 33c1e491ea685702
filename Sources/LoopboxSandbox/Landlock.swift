// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc

/// Which files a program reaches, and whom it signals. The kernel's own answer to a process that
/// has no rights to ask for more.
///
/// Everything that the kernel can handle is denied; the rules give back what a program needs. Once
/// in force it holds for all descendants and can't be taken off.
///
/// Source: landlock(7).
struct Landlock {
    /// The version of the kernel's interface; 0: none.
    let version: Int

    init() { version = Int(csandbox_landlock_abi()) }

    /// A set of rights on files.
    struct Access: OptionSet {
        let rawValue: UInt64
        static let execute = Access(rawValue: 1 << 0)
        static let writeFile = Access(rawValue: 1 << 1)
        static let readFile = Access(rawValue: 1 << 2)
        static let readDirectory = Access(rawValue: 1 << 3)
        static let removeFile = Access(rawValue: 1 << 5)
        static let makeFile = Access(rawValue: 1 << 8)
        static let truncate = Access(rawValue: 1 << 14)
        static let deviceControl = Access(rawValue: 1 << 15)
        /// Removing and making of all but devices, and moving between directories.
        static let change = Access(rawValue: 0b11_0111_1011_0000)

        /// Of programs and libraries.
        static let runtime: Access = [.execute, .readFile, .readDirectory]
        /// Of what is only read.
        static let readOnly: Access = [.readFile, .readDirectory]
        /// Of the run's own directories.
        static let own: Access = [
            .execute, .readFile, .readDirectory, .writeFile, .truncate, .change,
        ]
        /// Of `/dev/null` and its like.
        static let device: Access = [.readFile, .writeFile, .truncate, .deviceControl]
        /// Of the device at `path`. Who can write to `/dev/zero` can map memory of it that is in no
        /// process's size.
        static func of(device path: String) -> Access {
            path == "/dev/zero" ? .readFile : .device
        }
        /// What a rule on something that is no directory can give.
        static let ofFiles: Access = [.execute, .writeFile, .readFile, .truncate, .deviceControl]
    }

    /// All rights that this kernel knows: 13 at first, moving since the second version, truncation
    /// since the third, controlling devices since the fifth, connecting to a socket that is a file
    /// since the ninth. No rule gives the last one back: sockets of the run's own making need none.
    var handled: Access {
        switch version {
        case 0: []
        case 1: Access(rawValue: 1 << 13 - 1)
        case 2: Access(rawValue: 1 << 14 - 1)
        case 3, 4: Access(rawValue: 1 << 15 - 1)
        case 5...8: Access(rawValue: 1 << 16 - 1)
        default: Access(rawValue: 1 << 17 - 1)
        }
    }

    /// Binding and connecting of TCP, where the kernel knows them.
    var handledNetwork: UInt64 { version >= 4 ? 0b11 : 0 }

    /// Abstract sockets and signals of processes outside, where the kernel knows them.
    var scoped: UInt64 { version >= 6 ? 0b11 : 0 }

    /// One path and what is allowed beneath it.
    struct Rule {
        var path: String
        var access: Access
        var isDirectory = true
    }

    /// What of `rule` this kernel can express.
    func expressed(_ rule: Rule) -> Rule {
        let possible = rule.isDirectory ? handled : handled.intersection(.ofFiles)
        var rule = rule
        rule.access.formIntersection(possible)
        return rule
    }

    /// The rules of a run at level standard, which sees the machine's own files.
    ///
    /// - Parameter ownsSharedMemory: whether the run has a `/dev/shm` of its own. Otherwise it has
    ///   none: of the machine's nobody could tell which files are whose, nor how large they are.
    static func rules(
        directory: String,
        runtimes: [String],
        readable: [String],
        ownsSharedMemory: Bool
    ) -> [Rule] {
        let shown =
            (Mounts.system + runtimes).map { ($0, Access.runtime) }
            + (Mounts.configuration + ["/etc/hosts"] + readable).map { ($0, Access.readOnly) }
            + Mounts.devices.map { ($0, Access.of(device: $0)) } + [(directory, Access.own)]
            + (ownsSharedMemory ? [(SharedMemory.folder, Access.own)] : [])
        return shown.compactMap { path, access in
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return nil }
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            return Rule(path: path, access: access, isDirectory: isDirectory)
        }
    }
}
