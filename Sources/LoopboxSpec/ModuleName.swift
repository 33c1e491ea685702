// SPDX-License-Identifier: Apache-2.0

/// The name of a module as `python -m` takes it: identifiers with dots between them.
enum ModuleName {
    /// Bytes; as many as a path may have.
    static let bytesMax = PathRules.bytesMax
    /// Looser than Python's identifiers, as ECMA 262 knows no classes of letters but ASCII's.
    static let pattern = #"^[^\s./\\0-9-][^\s./\\-]*(\.[^\s./\\0-9-][^\s./\\-]*)*$"#

    /// What is wrong with `name`; nil for a good one.
    static func error(in name: String, key: String) -> SpecError? {
        guard name.utf8.count <= bytesMax else {
            return .tooLong(key: key, count: name.utf8.count, limit: bytesMax, unit: "bytes")
        }
        if isName(name) { return nil }
        var meant = name.hasSuffix(".py") ? String(name.dropLast(3)) : name
        if meant.hasPrefix("./") { meant.removeFirst(2) }
        meant = String(meant.map { $0 == "/" ? "." : $0 })
        return .module(name, suggestion: isName(meant) ? meant : nil)
    }

    /// Whether Python takes it. Source: Python reference §2.3, "Identifiers".
    private static func isName(_ name: String) -> Bool {
        name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.unicodeScalars.first else { return false }
            return (first == "_" || first.properties.isXIDStart)
                && part.unicodeScalars.allSatisfy { $0.properties.isXIDContinue }
        } && !name.hasSuffix(".py")
    }
}
