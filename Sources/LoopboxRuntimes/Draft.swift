// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A finding before those that are one and the same thing are folded together.
struct Draft {
    var finding: Finding
    /// The fact's number.
    var sequence: Int
    /// The harness's number for what happens again and again.
    var key: Int?
    /// The coroutine that it is about or that its task runs.
    var coroutine: WireCoroutine?
    /// The exception that it is about.
    var exception: WireException?
    /// Where the object in question was made, if the program made it.
    var madeAt: Location?
    /// Whether its exception was raised by what the program called, and so by what got arguments.
    var isRefusal = false
    /// The callback that blocks.
    var handleID: Int?
    /// How often it happened.
    var count = 1

    /// What findings must share to be one with a count.
    struct Shape: Hashable {
        let rule: String
        let path: String?
        let line: Int?
        let message: String
    }

    var shape: Shape {
        Shape(
            rule: finding.rule,
            path: finding.location?.path,
            line: finding.location?.line,
            message: Self.isOnePerPlace(finding.rule) ? "" : Self.blurred(finding.message)
        )
    }

    /// Rules whose messages say nothing that the place does not say already.
    private static func isOnePerPlace(_ rule: String) -> Bool {
        rule == "slow-callback" || rule.hasPrefix("unclosed-")
    }

    /// `text` without numbers: addresses, descriptors, ports and times differ from run to run.
    static func blurred(_ text: String) -> String {
        var result = ""
        var isInNumber = false
        for character in text {
            let isDigit = character.isHexDigit && (isInNumber || character.isNumber)
            if isDigit || isInNumber && character == "x" {
                if !isInNumber { result.append("#") }
                isInNumber = true
            } else {
                isInNumber = false
                result.append(character)
            }
        }
        return result
    }
}
