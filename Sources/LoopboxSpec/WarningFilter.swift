// SPDX-License-Identifier: Apache-2.0

/// What Python takes after `-W`: `action:message:category:module:line`.
///
/// Source: Python documentation, "Describing Warning Filters".
enum WarningFilter {
    /// Bytes of a filter; its longest parts are a message and the name of a module.
    static let bytesMax = 256

    static let actions = ["default", "error", "always", "all", "module", "once", "ignore"]

    /// What is wrong with `text`; nil for a good one.
    static func error(in text: String, key: String) -> SpecError? {
        func wrong(
            _ problem: SpecError.WarningFilterProblem,
            suggestion: String? = nil
        ) -> SpecError {
            .warningFilter(key: key, found: text, problem, suggestion: suggestion)
        }
        if text.isEmpty { return .nothingIn(key: key, cure: "write an action, such as error") }
        if text.utf8.count > bytesMax {
            return .tooLong(key: key, count: text.utf8.count, limit: bytesMax, unit: "bytes")
        }
        if let bad = text.unicodeScalars.first(where: { !Excerpt.isShown($0) }) {
            return .unprintable(key: key, bad)
        }
        if text.contains(",") { return wrong(.severalFilters) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if !actions.contains(parts[0]) {
            let meant = NearestWord.suggestion(for: parts[0], among: actions)
            return wrong(
                .action(parts[0]),
                suggestion: meant.map { ([$0] + parts.dropFirst()).joined(separator: ":") }
            )
        }
        if parts.count > 5 { return wrong(.tooManyParts) }
        if parts.count == 5, !parts[4].isEmpty, !parts[4].utf8.allSatisfy(\.isDigitOfASCII) {
            return wrong(.line(parts[4]))
        }
        return nil
    }
}
