// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
import LoopSystem
import LoopboxModel

/// The first process of an isolated run, seen from the server: how it is started, and what it tells.
struct Keeper: ~Copyable, Sendable {
    /// The executable.
    let file: FileDescriptor

    init() throws(SandboxError) {
        let number = csandbox_keeper()
        guard number >= 0 else {
            throw .facility("the keeper's memory file can't be made", code: errno)
        }
        file = FileDescriptor(owning: number)
    }

    /// Its descriptor for what it tells.
    static let statusDescriptor = CInt(CSANDBOX_STATUS)
    /// Its descriptor of its own executable.
    static let ownDescriptor = CInt(CSANDBOX_KEEPER)
    /// Tells it to kill everything at once.
    static let endAll = SIGQUIT

    /// The arguments with which it starts `path` as `arguments` say; an empty `path`: only the
    /// layers are tried. `hasFiles`: whether it tells what the run's files in memory take.
    static func arguments(
        required: UInt32,
        hasFiles: Bool,
        path: String,
        arguments: [String]
    ) -> [String] {
        ["loopbox-keeper", "\(required),1,\(hasFiles ? 1 : 0)", path]
            + (arguments.isEmpty ? ["program"] : arguments)
    }

    /// What the program's process has to find in force at `level`, or it is not run.
    static func required(_ level: Attestation.Level, scope: Bool, network: JobSpec.Network)
        -> UInt32
    {
        var bits: UInt32 = 0
        for (bit, _) in names
        where bit != CSANDBOX_SCOPE.rawValue
            && bit != CSANDBOX_PID_NAMESPACE.rawValue && bit != CSANDBOX_NO_NETWORK.rawValue
        {
            bits |= bit
        }
        if scope { bits |= CSANDBOX_SCOPE.rawValue }
        if level == .strict { bits |= CSANDBOX_PID_NAMESPACE.rawValue }
        if network == .none { bits |= CSANDBOX_NO_NETWORK.rawValue }
        return bits
    }

    /// The layers in `bits` by name.
    static func layers(_ bits: UInt32) -> [String] {
        names.filter { bits & $0.bit != 0 }.map(\.name)
    }

    private static let names: [(bit: UInt32, name: String)] = [
        (CSANDBOX_NO_NEW_PRIVILEGES.rawValue, "no_new_privs"),
        (CSANDBOX_LIMITS.rawValue, "rlimits"),
        (CSANDBOX_LANDLOCK.rawValue, "landlock_files"),
        (CSANDBOX_SCOPE.rawValue, "landlock_scope"),
        (CSANDBOX_SECCOMP.rawValue, "seccomp"),
        (CSANDBOX_NO_CAPABILITIES.rawValue, "no_capabilities"),
        (CSANDBOX_UNPRIVILEGED_USER.rawValue, "unprivileged_user"),
        (CSANDBOX_PID_NAMESPACE.rawValue, "pid_namespace"),
        (CSANDBOX_NO_NETWORK.rawValue, "no_network"),
    ]

    /// What it told so far.
    struct Told {
        /// The layers that were found in force; nil: it did not come so far.
        private(set) var layers: UInt32?
        /// Why the program could not be run: errno, and whether that was exec's.
        private(set) var failure: (code: CInt, isExec: Bool)?
        /// The program's wait status; nil: the keeper was killed before it.
        private(set) var status: CInt?
        /// Processes that were killed after the program's end.
        private(set) var ended = 0
        /// The largest resident set of one process.
        private(set) var maxResidentBytes = 0
        /// What the run's files in memory take.
        private(set) var storedBytes = 0
        private var rest: [UInt8] = []

        /// Five words of the machine's order.
        private static let frameSize = MemoryLayout<csandbox_frame>.size

        mutating func read(_ bytes: UnsafeRawBufferPointer) {
            unsafe rest.append(contentsOf: bytes)
            while rest.count >= Self.frameSize {
                let frame = unsafe rest.withUnsafeBytes {
                    unsafe $0.loadUnaligned(as: csandbox_frame.self)
                }
                rest.removeFirst(Self.frameSize)
                switch frame.kind {
                case CSANDBOX_ATTESTED.rawValue: layers = frame.layers
                case CSANDBOX_FAILED.rawValue: failure = (frame.status, frame.layers == 1)
                case CSANDBOX_STORED.rawValue: storedBytes = Int(frame.resident_kib) * 1024
                default:
                    status = frame.status
                    ended = Int(frame.ended)
                    maxResidentBytes = Int(frame.resident_kib) * 1024
                }
            }
        }
    }
}
