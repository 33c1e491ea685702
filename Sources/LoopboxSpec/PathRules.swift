// SPDX-License-Identifier: Apache-2.0

/// What the path of a file in `program.files` must be like.
enum PathRules {
    /// Bytes; what file systems take for a single name, so that any path also fits as one.
    static let bytesMax = 255
    /// Names in a path; a program of 64 files needs fewer.
    static let depthMax = 8

    /// What is wrong with `path`; nil for a good one.
    static func error(in path: String) -> SpecError? {
        if path.isEmpty { return .path(path, .empty, suggestion: nil) }
        if let bad = path.unicodeScalars.first(where: { !Excerpt.isShown($0) }) {
            return .path(path, .unprintable(bad), suggestion: nil)
        }
        if path.utf8.count > bytesMax {
            return .path(path, .tooLong(bytes: path.utf8.count), suggestion: nil)
        }
        if path.contains("\\") {
            return .path(path, .backslash, suggestion: good(path.map { $0 == "\\" ? "/" : $0 }))
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.contains("..") { return .path(path, .upward, suggestion: nil) }
        if path.hasPrefix("/") || path.hasPrefix("~/") {
            return .path(path, .absolute, suggestion: nil)
        }
        if parts.contains(where: { $0.isEmpty || $0 == "." }) {
            let kept = parts.filter { !$0.isEmpty && $0 != "." }
            return .path(path, .notNormalised, suggestion: good(Array(kept.joined(separator: "/"))))
        }
        if parts.count > depthMax {
            return .path(path, .tooDeep(parts: parts.count), suggestion: nil)
        }
        return nil
    }

    /// What is wrong between `path` and the paths before it; nil where it can stand with them.
    static func conflict(of path: String, with earlier: [String]) -> SpecError? {
        let folded = path.lowercased()
        for other in earlier {
            if other.lowercased() == folded { return .pathsDifferInCase(path, other) }
            if other.hasPrefix(path + "/") { return .fileIsDirectory(path, holding: other) }
            if path.hasPrefix(other + "/") { return .fileIsDirectory(other, holding: path) }
        }
        return nil
    }

    /// `path` where it is good, to be suggested.
    private static func good(_ path: [Character]) -> String? {
        let text = String(path)
        return error(in: text) == nil ? text : nil
    }
}
