// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import LoopboxModel
import LoopboxReport
import LoopboxSpec

/// `loopbox rules`: what can be found, and what to do about it.
struct Rules: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what can be found, or explains one rule.",
        discussion: """
            loopbox rules
            loopbox rules slow-callback
            loopbox rules --json

            Exit status: 0, or 2 where there is no such rule.
            """
    )

    @Argument(help: "A rule's id, as it stands in brackets in a report.")
    var id: String?

    @Flag(help: "As JSON, as GET /v1/rules has it.")
    var json = false

    func run() throws {
        guard let id else {
            write(json ? try Self.json(RulesView()) : RuleText.list)
            return
        }
        guard let rule = Rule.named(id) else {
            complain("there is no rule \"\(id)\"\(Self.hint(id))")
            throw ExitStatus.invalidSpec
        }
        write(json ? try Self.json(rule) : RuleText.page(of: rule))
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONText(isPretty: true).encode(value), as: UTF8.self) + "\n"
    }

    private static func hint(_ id: String) -> String {
        let near = NearestWord.suggestion(for: id, among: Rule.all.map(\.id))
        return "\n  hint: "
            + (near.map { "did you mean \"\($0)\"?" } ?? "`loopbox rules` lists them")
    }
}
