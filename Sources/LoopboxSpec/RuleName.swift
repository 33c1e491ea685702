// SPDX-License-Identifier: Apache-2.0

import LoopboxReport

/// The names by which findings are meant: a rule's id, or a category of rules.
enum RuleName {
    /// Bytes; the longest id has half of that.
    static let bytesMax = 64

    /// What is wrong with `name`; nil for a good one.
    static func error(in name: String, key: String) -> SpecError? {
        if Rule.named(name) != nil || Rule.categories.contains(name) { return nil }
        let known = Rule.all.lazy.map(\.id) + Rule.categories
        return .rule(
            key: key,
            found: name,
            suggestion: NearestWord.suggestion(for: name, among: known)
                ?? Rule.all.first { name.count > 3 && $0.id.contains(name.lowercased()) }?.id
        )
    }
}
