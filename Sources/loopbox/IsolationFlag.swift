// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LoopboxModel
import LoopboxService

/// What `--sandbox` and `--min-level` say together.
enum IsolationFlag {
    /// The choice that `sandbox` (nil: not given) and `minLevel` make.
    static func choice(sandbox: String?, minLevel: String) throws -> IsolationChoice {
        guard let least = JobSpec.Level(rawValue: minLevel) else {
            throw ValidationError("--min-level is standard or strict, not \(minLevel)")
        }
        switch sandbox {
        case nil: return .atLeast(least)
        case "none-i-know": return .none
        case let text?:
            guard let level = JobSpec.Level(rawValue: text) else {
                throw ValidationError(
                    "--sandbox is strict, standard or none-i-know, not \(text)"
                )
            }
            guard level == .strict || least == .standard else {
                throw ValidationError("--sandbox standard is less than --min-level strict")
            }
            return .exactly(level)
        }
    }
}
