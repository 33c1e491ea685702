// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecError {
    /// What is wrong, in one line.
    public var detail: String {
        switch self {
        case .tooLarge(let bytes):
            "the document has \(bytes) bytes, more than the limit of "
                + "\(ByteCount(bytes: DocumentLimits.bytes))"
        case .encoding(let encoding): "the document is \(encoding.rawValue), not UTF-8"
        case .invalidUTF8(let byte):
            "the byte 0x\(String(byte, radix: 16, uppercase: true)) here is not UTF-8"
        case .controlCharacter(let scalar): "\(Excerpt.name(of: scalar)) is not allowed here"
        case .lineBreaksLost: "the body has no line breaks; `curl -d @file` removes them"
        case .pythonSource: "this is a Python program, not a job spec"
        case .percentEncoded: "the body is a percent-encoded form, not a job spec"
        case .yaml(let problem): problem.detail
        case .json(let problem): problem.detail
        case .empty: "the document is empty"
        case .severalDocuments: "a second document starts here; a spec is one document"
        case .notAMap(let found): "a job spec is a map of keys, this is \(found.rawValue)"
        case .tooManyNodes: "the document has more than \(DocumentLimits.nodes) values"
        case .tooDeep: "more than \(DocumentLimits.depth) maps and lists inside each other"
        case .yamlFeature(let feature, let text):
            "YAML \(feature.rawValue) \(Excerpt.quoted(text)) is not supported in job specs"
        case .duplicateKey(let key, let first):
            "duplicate key \(Excerpt.quoted(key)) (first at \(first))"
        case .keyNotText(let found):
            found == .nothing
                ? "a key has no text" : "a key must be text, this is \(found.rawValue)"

        case .unknownKey(_, _, _, advice: .note(let detail, _)): detail
        case .unknownKey(let key, let map, _, _):
            "unknown key \(Excerpt.quoted(key))\(Self.within(map))"
        case .missingKey(let key, let map, _):
            "\"\(key)\" is missing\(Self.within(map))"
        case .bothKeys(let one, let other, let map, _):
            "\(map) has both \"\(one)\" and \"\(other)\""
        case .neitherKey(let one, let other, let map, _): "\(map) needs \"\(one)\" or \"\(other)\""

        case .noValue(let key, _): "\(key) has no value"
        case .wrongKind(let key, let expected, let found, _):
            "\(key) must be \(expected), this is \(found.rawValue)"
        case .notTrueOrFalse(let key, let found, let isQuoted):
            "\(key) must be true or false, got \(Excerpt.quoted(found))\(Self.inQuotes(isQuoted))"
        case .notAnInteger(let key, let found, let isQuoted):
            "\(key) must be a whole number, got \(Excerpt.quoted(found))\(Self.inQuotes(isQuoted))"
        case .outOfRange(let key, let found, let lowest, let highest, let isAbove):
            isAbove
                ? "\(key) \(found) is above the maximum of \(highest)"
                : "\(key) \(found) is below the minimum of \(lowest)"
        case .aboveServerMaximum(let key, let found, let maximum, _):
            "\(key) \(found) is above this server's maximum of \(maximum)"
        case .notOneOf(let key, let found, let words, _):
            "\(key) \(Excerpt.quoted(found)) is not one of \(words.joined(separator: ", "))"
        case .unitMissing(let key, let found, _):
            "\(key) needs a unit, got \(Excerpt.quoted(found))"
        case .unitUnknown(let key, let found, let unit, _, _):
            "\(key) \(Excerpt.quoted(found)) has the unknown unit \(Excerpt.quoted(unit))"
        case .notADuration(let key, let found):
            "\(key) \(Excerpt.quoted(found)) is not a duration"
        case .notASize(let key, let found, _): "\(key) \(Excerpt.quoted(found)) is not a size"
        case .ambiguousSize(let key, let found, _, _):
            "\(key) \(Excerpt.quoted(found)) is ambiguous"
        case .tooLong(let key, let count, let limit, let unit):
            "\(key) has \(count) \(unit), more than the limit of \(limit)"
        case .tooMany(let key, let count, let limit, let noun):
            "\(key) has \(count) \(noun), more than the limit of \(limit)"
        case .nothingIn(let key, _): "\(key) is empty"
        case .unprintable(let key, let scalar): "\(key) holds \(Excerpt.name(of: scalar))"
        case .listedTwice(let key, let found): "\(key) lists \(Excerpt.quoted(found)) twice"
        case .notBase64(let key): "\(key) is not base64"
        case .notHere(let key, let found, let level):
            "\(key) \(Excerpt.quoted(found)) can't be had here, where programs run at level "
                + level.rawValue

        case .version(let found): "version must be 1, got \(Excerpt.quoted(found))"
        case .labelKey(let key, _): "\(Excerpt.quoted(key)) can't be the key of a label"
        case .runtimeName(let name, _): "runtime \(Excerpt.quoted(name)) is not a runtime's name"
        case .runtimeMissing(let name, _, _, _):
            "runtime \(Excerpt.quoted(name)) is not installed here"
        case .loopMissing(let runtime, _): "\(runtime) has no uvloop here"
        case .path(let path, let problem, _): "path \(Excerpt.quoted(path)) \(problem.detail)"
        case .pathsDifferInCase(let path, let other):
            "paths \(Excerpt.quoted(path)) and \(Excerpt.quoted(other)) differ only in case"
        case .fileIsDirectory(let path, let other):
            "\(Excerpt.quoted(path)) is a file here and a directory in \(Excerpt.quoted(other))"
        case .filesTooLarge(let bytes, let limit):
            "program.files has \(bytes) bytes, more than the limit of \(limit)"
        case .entryMissing(let entry, _, let isSource, _):
            isSource
                ? "program.entry \(Excerpt.quoted(entry)) is not there: \"source\" is main.py"
                : "program.entry \(Excerpt.quoted(entry)) is not among the files"
        case .entryUnclear: "program has several files and no main.py; which one is run?"
        case .entryAbsent: "program.files has no Python file to run"
        case .module(let name, _):
            "program.module \(Excerpt.quoted(name)) is not the name of a module"
        case .environmentName(let name, _):
            "\(Excerpt.quoted(name)) can't be the name of an environment variable"
        case .environmentReserved(let name, let owner):
            owner == nil
                ? "the environment variable \(Excerpt.quoted(name)) is not for specs to set"
                : "the environment variable \(Excerpt.quoted(name)) is set from \(owner ?? "")"
        case .warningFilter(let key, let found, let problem, _):
            "\(key) \(Excerpt.quoted(found)) \(problem.detail)"
        case .url(let key, let problem): "\(key) \(problem.detail)"
        case .webhookRefused(let key, let reason): "\(key): \(reason.prefix { $0 != ";" })"
        case .schemeNotAllowed(let key, let scheme): "\(key): \(scheme) is not allowed here"
        case .secret(let key, let problem): "\(key) \(problem.detail)"
        case .rule(let key, let found, _):
            "\(key) \(Excerpt.quoted(found)) is neither a rule nor a category of rules"
        case .exit(let key, let found, _):
            "\(key) \(Excerpt.quoted(found)) is neither a status nor any nor a signal"
        case .pattern(let key, let reason):
            "\(key) is no regular expression: \(Excerpt.quoted(reason))"
        case .fileUnknown(let key, let path, _, _):
            "\(key) \(Excerpt.quoted(path)) is not among the files"
        case .outputsTooLarge(let asked, let runs, _):
            "limits.output \(asked) for each of \(runs) runs is more than a job may keep"
        case .neverHolds(let key, let problem): "\(key) can never hold: \(problem.detail)"
        }
    }

    /// A path that has quotes of its own gets none around it.
    private static func within(_ map: String) -> String {
        map.isEmpty ? "" : map.contains("\"") ? " in \(map)" : " in \"\(map)\""
    }

    private static func inQuotes(_ isQuoted: Bool) -> String { isQuoted ? " in quotes" : "" }
}

extension SpecError.PathProblem {
    fileprivate var detail: String {
        switch self {
        case .empty: "is empty"
        case .absolute: "is absolute"
        case .upward: "leads out of the work directory by \"..\""
        case .notNormalised: "is not in its shortest form"
        case .backslash: "has a backslash"
        case .tooLong(let bytes): "has \(bytes) bytes, more than the limit of \(PathRules.bytesMax)"
        case .tooDeep(let parts): "has \(parts) parts, more than the limit of \(PathRules.depthMax)"
        case .unprintable(let scalar): "holds \(Excerpt.name(of: scalar))"
        }
    }
}

extension SpecError.WarningFilterProblem {
    fileprivate var detail: String {
        switch self {
        case .action(let action): "has the unknown action \(Excerpt.quoted(action))"
        case .severalFilters: "is several filters in one text"
        case .tooManyParts: "has more than five parts"
        case .line(let text): "has the line number \(Excerpt.quoted(text))"
        }
    }
}

extension SpecError.URLProblem {
    fileprivate var detail: String {
        switch self {
        case .noScheme: "must start with https://"
        case .scheme(let scheme): "can't be called by \(Excerpt.quoted(scheme))"
        case .noHost: "names no host"
        case .host: "has a malformed host"
        case .hostNotASCII: "has a host that is not ASCII"
        case .credentials: "holds a user name or a password"
        case .fragment: "has a fragment (\"#\")"
        case .port: "has a malformed port"
        case .character(let scalar):
            scalar == " "
                ? "holds a blank"
                : "holds \(Excerpt.quoted(String(scalar))), which a URL has only percent-encoded"
        }
    }
}

extension SpecError.SecretProblem {
    fileprivate var detail: String {
        switch self {
        case .prefix: "doesn't start with \"whsec_\""
        case .notBase64: "is not base64 behind \"whsec_\""
        case .size(let bytes): "holds \(bytes) bytes; 24 to 64 are allowed"
        }
    }
}

extension SpecError.Impossibility {
    fileprivate var detail: String {
        switch self {
        case .minAboveMax(let min, let max): "at least \(min), and at most \(max)"
        case .requiredAndForbidden(let rule, let min, let allow, let max):
            "\(min) of \(rule) at least, and \(allow) has \(max) at most"
        case .shorterThanTimeLimit(let limit):
            "the time of a run that is ended for it is over after \(limit)"
        case .longerThanOutput(let bytes, let limit):
            "it has \(bytes) bytes, and limits.output keeps \(limit)"
        case .lineBeyondFile(let line, let path, let lines):
            "line \(line) of \(Excerpt.quoted(path)), which has \(lines)"
        case .flakyOnce(let rule): "\(rule) compares repetitions, and there are none"
        }
    }
}
