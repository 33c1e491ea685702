// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A system call that failed: which one, on what, and why.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call's name, as its man page has it.
    public let call: String
    /// The path, address or descriptor that it was about; empty where there is none.
    public let subject: String
    /// The kernel's reason, `errno`.
    public let code: CInt

    /// The call `call` failed for the reason `code`.
    public init(call: String, subject: String = "", code: CInt) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    /// The call `call` has just failed. Reads `errno`, so nothing may come between.
    public static func last(_ call: String, _ subject: String = "") -> SystemError {
        let code = errno
        return SystemError(call: call, subject: subject, code: code)
    }

    /// The reason in the C library's words.
    public var reason: String { unsafe String(cString: strerror(code)) }

    /// `open /var/lib/loopbox: Permission denied (errno 13)`
    public var description: String {
        let name = subject.isEmpty ? call : "\(call) \(subject)"
        return "\(name): \(reason) (errno \(code))"
    }
}
