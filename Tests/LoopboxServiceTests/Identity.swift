// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

/// As whom a server of the tests runs. All but the first need the tests to be run by root.
enum Identity: String, CaseIterable, Sendable, Codable {
    /// Whoever runs the tests.
    case own
    /// The user of the image.
    case nobody
    /// Root as a container engine has it: without rights over the processes of others, and without
    /// mounts.
    case rootOfAContainer

    static let nobodysID: uid_t = 65532

    /// Those that the tests can be.
    static var possible: [Identity] { geteuid() == 0 ? allCases : [.own] }

    /// What a program is started by.
    ///
    /// Source: setpriv(1); the capabilities are those that Docker leaves.
    var command: [String] {
        switch self {
        case .own: return []
        case .nobody:
            let id = "\(Self.nobodysID)"
            return [
                "/usr/bin/setpriv", "--reuid", id, "--regid", id, "--clear-groups",
                "--inh-caps=-all", "--bounding-set=-all",
            ]
        case .rootOfAContainer:
            let kept = [
                "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
                "net_bind_service", "net_raw", "sys_chroot", "mknod", "audit_write", "setfcap",
            ].map { ",+\($0)" }.joined()
            return ["/usr/bin/setpriv", "--inh-caps", "-all", "--bounding-set", "-all\(kept)"]
        }
    }

    /// The levels that it has.
    var levels: [String] { self == .rootOfAContainer ? ["standard"] : ["standard", "strict"] }
}

/// A level, and as whom the server runs that has it.
struct Place: CustomTestStringConvertible, Sendable {
    var level: String
    var identity: Identity
    var testDescription: String { "\(level), \(identity)" }

    /// All that there are here.
    static var all: [Place] {
        Identity.possible.flatMap { identity in
            identity.levels.map { Place(level: $0, identity: identity) }
        }
    }

    /// What the server is started with.
    var flags: [String] {
        ["--sandbox", level, "--runtime", "python=\(ServerProcess.reference)"]
    }
}
