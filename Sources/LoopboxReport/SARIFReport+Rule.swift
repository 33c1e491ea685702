// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SARIFReport {
    /// The index of `finding`'s rule, which is added where it is new.
    mutating func ruleIndex(of finding: Finding) -> Int {
        if let index = rules.firstIndex(of: finding.rule) { return index }
        rules.append(finding.rule)
        ruleValues.append(Self.descriptor(of: finding))
        return rules.count - 1
    }

    private static func descriptor(of finding: Finding) -> JSONValue {
        // A report of another version may name a rule that this one does not know.
        let rule =
            Rule.named(finding.rule)
            ?? Rule(
                id: finding.rule,
                category: "other",
                severity: finding.severity,
                title: finding.rule,
                fires: "",
                versions: "",
                needsDebugMode: false,
                seen: [],
                remedy: "",
                why: "",
                doc: finding.doc
            )
        let doc = isWebAddress(rule.doc) ? rule.doc : nil
        let kind =
            switch rule.severity {
            case .error: "error"
            case .warning: "warning"
            case .note: "recommendation"
            }
        let when = rule.fires.isEmpty ? "" : " When: \(rule.fires)."
        let whole =
            rule.remedy.isEmpty ? "\(rule.title).\(when)" : "\(rule.title).\(when) \(rule.remedy)"
        return .members([
            "id": .string(rule.id),
            "name": .string(pascalCase(rule.id)),
            "shortDescription": .members(["text": .string("\(rule.title).")]),
            "fullDescription": .members(["text": .string(whole)]),
            "help": .members([
                "text": .string(doc.map { "\(whole)\n\($0)" } ?? whole),
                "markdown": .string(markdown(of: rule, doc)),
            ]),
            "helpUri": doc.map { .string($0) },
            "defaultConfiguration": .members(["level": .string(rule.severity.rawValue)]),
            "properties": .members([
                "tags": .array(["asyncio", "python", .string(rule.category)]),
                // It was seen to happen, not guessed from the source.
                "precision": "very-high",
                "problem.severity": .string(kind),
            ]),
        ])
    }

    /// The rule's page, for viewers that show it beside a finding.
    private static func markdown(of rule: Rule, _ doc: String?) -> String {
        var parts = [
            rule.fires.isEmpty
                ? "**\(rule.title).**" : "**\(rule.title).** When: \(rule.fires)."
        ]
        if !rule.why.isEmpty { parts.append(rule.why) }
        if !rule.remedy.isEmpty { parts.append("What to do: \(rule.remedy)") }
        if let bad = rule.bad { parts.append("Found in:\n\n```python\n\(bad.text)```") }
        if let good = rule.good { parts.append("Not found in:\n\n```python\n\(good.text)```") }
        if let doc { parts.append("[What Python's documentation says](\(doc))") }
        return parts.joined(separator: "\n\n")
    }

    /// `CoroutineNeverAwaited`: §3.49.7 wants such a name beside the id.
    private static func pascalCase(_ id: String) -> String {
        id.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func isWebAddress(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://"))
            && text.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && !"<>\"{}|\\^`".utf8.contains($0)
            }
    }
}
