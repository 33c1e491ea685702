// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The catalogue of rules, as `GET /v1/rules` gives it.
public struct RulesView: Hashable, Sendable, Encodable {
    /// Every rule.
    public var items = Rule.all

    /// All of them.
    public init() {}
}

/// The catalogue of rules in words.
public enum RuleText {
    /// Columns of the page.
    private static let columnsMax = 88

    /// A line for each rule, by category.
    public static var list: String {
        let width = Rule.all.map(\.id.count).max() ?? 0
        var text = ""
        for category in Rule.categories {
            text += "\(text.isEmpty ? "" : "\n")\(category)\n"
            for rule in Rule.all where rule.category == category {
                let space = String(repeating: " ", count: width - rule.id.count)
                text += "  \(rule.id)\(space)  \(rule.title)\n"
            }
        }
        return text
    }

    /// What there is to say of one rule.
    public static func page(of rule: Rule) -> String {
        var text = "\(rule.title) [\(rule.id)]\n\n"
        text += entry("severity", "\(rule.severity.rawValue), of the category \(rule.category)")
        text += entry("when", rule.fires)
        text += entry("why", rule.why)
        text += entry("fix", rule.remedy)
        if !rule.seen.isEmpty {
            text += entry("CPython", rule.versions + (rule.needsDebugMode ? ", in debug mode" : ""))
        }
        for (place, sight) in rule.seen.enumerated() {
            let kind = sight.class.map { "\($0): " } ?? ""
            let words =
                kind
                + sight.text.split(separator: "*", omittingEmptySubsequences: false)
                .joined(separator: "…")
            text += entry(place == 0 ? "says" : "", words)
        }
        text += entry("more", rule.doc)
        if let bad = rule.bad { text += program("found in", bad) }
        if let good = rule.good { text += program("not found in", good) }
        return text
    }

    private static func program(_ title: String, _ example: Rule.Example) -> String {
        "\n\(title):\n\n"
            + example.lines.map { $0.isEmpty ? "\n" : "    \($0)\n" }.joined()
    }

    /// `label: value`, folded at spaces.
    private static func entry(_ label: String, _ value: String) -> String {
        let margin = 11
        let head = label.isEmpty ? "" : "\(label):"
        var line = head + String(repeating: " ", count: margin - head.count)
        var text = ""
        var isFirst = true
        for word in value.split(separator: " ") {
            if !isFirst, line.count + 1 + word.count > columnsMax {
                text += line + "\n"
                line = String(repeating: " ", count: margin)
                isFirst = true
            }
            line += (isFirst ? "" : " ") + word
            isFirst = false
        }
        return text + line + "\n"
    }
}
