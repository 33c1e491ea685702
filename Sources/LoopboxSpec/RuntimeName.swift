// SPDX-License-Identifier: Apache-2.0

/// The names of runtimes: what is wrong with one, and what it was meant to be.
enum RuntimeName {
    /// Bytes; the longest name is that of an executable with a version.
    static let bytesMax = 64
    /// What stands for the newest CPython there is.
    static let newest = "python"
    /// A regular expression of ECMA 262 for every name.
    static let pattern = #"^[a-z][a-z]*[0-9]*(\.[0-9]+)*t?$"#

    /// What is wrong with `name`; nil for one that can be run.
    static func error(in name: String, context: SpecContext) -> SpecError? {
        guard isName(name) else {
            return .runtimeName(name, suggestion: suggestion(for: name, context: context))
        }
        guard let runtimes = context.runtimes else { return nil }
        if name == newest, context.defaultRuntime != nil { return nil }
        if runtimes.contains(name) { return nil }
        return .runtimeMissing(
            name,
            installed: runtimes,
            defaultRuntime: context.defaultRuntime,
            suggestion: suggestion(for: name, context: context)
        )
    }

    private static func isName(_ name: String) -> Bool {
        let letters = name.utf8.prefix { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
        var rest = name.utf8.dropFirst(letters.count)
        if rest.last == UInt8(ascii: "t") { rest.removeLast() }
        let parts = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return !letters.isEmpty && name.utf8.count <= bytesMax
            && parts.enumerated().allSatisfy { place, part in
                (place == 0 || !part.isEmpty) && part.allSatisfy(\.isDigitOfASCII)
            }
    }

    /// A runtime of the same version that is spelled almost so; never one of another version.
    private static func suggestion(for name: String, context: SpecContext) -> String? {
        let word = name.lowercased().filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".")
        }
        let version = word.drop { !$0.isNumber }
        let letters = word.prefix(word.count - version.count)
        let known = (context.runtimes ?? ["python3.11", "python3.12", "python3.13", "python3.14"])
        if ["", "py", "python", "cpython"].contains(letters) {
            let digits = version.filter { $0 != "." }
            if digits.isEmpty || digits == "3" { return context.runtimes == [] ? nil : newest }
            return known.first { candidate in
                candidate.hasPrefix(newest)
                    && candidate.dropFirst(newest.count).filter { $0 != "." } == digits
            }
        }
        let sameVersion = known.filter { $0.drop { !$0.isNumber } == version }
        return NearestWord.suggestion(
            for: word,
            among: version.isEmpty ? [newest] + known : sameVersion
        )
    }
}
