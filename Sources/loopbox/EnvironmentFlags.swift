// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc

/// `LOOPBOX_LISTEN=…` for `--listen …`: each flag of `serve` can come from the environment. A flag
/// that is given wins.
enum EnvironmentFlags {
    private static let prefix = "LOOPBOX_"
    private static let switches: Set<String> = [
        "webhook-allow-http", "loop-debug", "insecure-no-auth",
    ]
    private static let options: Set<String> = [
        "listen", "data", "slots", "queue-max", "sandbox", "public-url", "token-file",
        "webhook-allow-cidr", "webhook-schedule", "max-time", "max-output", "drain-delay",
        "drain-timeout", "log-level", "log-format", "runtime",
    ]

    /// `given` with what the environment adds to it.
    ///
    /// - Throws: `ValidationError` for a variable that is no flag, or a switch that is neither on
    ///   nor off.
    static func arguments(
        _ given: [String],
        environment: [String: String] = all()
    ) throws -> [String] {
        guard given.first == "serve" else { return given }
        var arguments = given
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            guard name.hasPrefix(prefix) else { continue }
            let flag = name.dropFirst(prefix.count).lowercased()
                .split(separator: "_", omittingEmptySubsequences: false).joined(separator: "-")
            let isGiven = given.contains { $0 == "--\(flag)" || $0.hasPrefix("--\(flag)=") }
            if switches.contains(flag) {
                switch value {
                case "1", "true": if !isGiven { arguments.append("--\(flag)") }
                case "0", "false", "": break
                default: throw ValidationError("\(name)=\(value): write 1 or 0")
                }
            } else if options.contains(flag) {
                if !isGiven { arguments.append("--\(flag)=\(value)") }
            } else {
                throw ValidationError("the variable \(name) is no flag of loopbox serve")
            }
        }
        return arguments
    }

    private static func all() -> [String: String] {
        var variables: [String: String] = [:]
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            let text = unsafe String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe place += 1
        }
        return variables
    }
}
