// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// One mistake in a spec, as facts.
///
/// `detail` says what is wrong, `hint` how it is cured, `suggestion` is the word that was probably
/// meant. A `key` is a path as in ``SpecPath/description``. No text repeats a secret.
public enum SpecError: Error, Hashable, Sendable {
    // The bytes.
    case tooLarge(bytes: Int)
    case encoding(TextEncoding)
    case invalidUTF8(byte: UInt8)
    case controlCharacter(Unicode.Scalar)
    case lineBreaksLost
    case pythonSource
    case percentEncoded

    // The tree.
    case yaml(YAMLProblem)
    case json(JSONProblem)
    case empty
    case severalDocuments
    case notAMap(found: NodeKind)
    case tooManyNodes
    case tooDeep
    case yamlFeature(YAMLFeature, text: String)
    case duplicateKey(String, first: SourcePosition)
    case keyNotText(found: NodeKind)

    // Keys.
    case unknownKey(String, in: String, keys: [String], advice: KeyAdvice?)
    case missingKey(String, in: String, example: String)
    case bothKeys(String, String, in: String, cure: String)
    case neitherKey(String, String, in: String, cure: String)

    // Values of any type.
    case noValue(key: String, example: String)
    case wrongKind(key: String, expected: String, found: NodeKind, example: String)
    case notTrueOrFalse(key: String, found: String, isQuoted: Bool)
    case notAnInteger(key: String, found: String, isQuoted: Bool)
    case outOfRange(key: String, found: String, lowest: String, highest: String, isAbove: Bool)
    case aboveServerMaximum(key: String, found: String, maximum: String, flag: String)
    case notOneOf(key: String, found: String, words: [String], suggestion: String?)
    case unitMissing(key: String, found: String, choices: [String])
    case unitUnknown(key: String, found: String, unit: String, units: String, suggestions: [String])
    case notADuration(key: String, found: String)
    case notASize(key: String, found: String, suggestion: String?)
    case ambiguousSize(key: String, found: String, binary: String, decimal: String)
    case tooLong(key: String, count: Int, limit: Int, unit: String)
    case tooMany(key: String, count: Int, limit: Int, noun: String)
    case nothingIn(key: String, cure: String)
    case unprintable(key: String, Unicode.Scalar)
    case listedTwice(key: String, found: String)
    case notBase64(key: String)
    case notHere(key: String, found: String, level: Attestation.Level)

    // Values of one key.
    case version(found: String)
    case labelKey(String, suggestion: String?)
    case runtimeName(String, suggestion: String?)
    case runtimeMissing(String, installed: [String], defaultRuntime: String?, suggestion: String?)
    case loopMissing(runtime: String, having: [String])
    case path(String, PathProblem, suggestion: String?)
    case pathsDifferInCase(String, String)
    case fileIsDirectory(String, holding: String)
    case filesTooLarge(bytes: Int, limit: ByteCount)
    case entryMissing(String, files: [String], isSource: Bool, suggestion: String?)
    case entryUnclear(candidates: [String])
    case entryAbsent
    case module(String, suggestion: String?)
    case environmentName(String, suggestion: String?)
    case environmentReserved(String, owner: String?)
    case warningFilter(key: String, found: String, WarningFilterProblem, suggestion: String?)
    case url(key: String, URLProblem)
    case schemeNotAllowed(key: String, scheme: String)
    /// A webhook's URL leads to where the server calls nobody.
    case webhookRefused(key: String, reason: String)
    case secret(key: String, SecretProblem)
    case rule(key: String, found: String, suggestion: String?)
    case exit(key: String, found: String, suggestion: String?)
    case pattern(key: String, reason: String)
    case fileUnknown(key: String, String, files: [String], suggestion: String?)
    case outputsTooLarge(asked: ByteCount, runs: Int, most: ByteCount)
    case neverHolds(key: String, Impossibility)
}

extension SpecError {
    /// An encoding that is not UTF-8.
    public enum TextEncoding: String, Hashable, Sendable {
        case utf16LittleEndian = "UTF-16LE"
        case utf16BigEndian = "UTF-16BE"
        case utf32LittleEndian = "UTF-32LE"
        case utf32BigEndian = "UTF-32BE"
    }

    /// A part of YAML that specs do without.
    public enum YAMLFeature: String, Hashable, Sendable {
        case alias, anchor, tag, directive
        case mergeKey = "merge key"
    }

    /// What a key that isn't there was probably meant to be.
    public enum KeyAdvice: Hashable, Sendable {
        /// This key, of the same map or, with dots, of another.
        case key(String)
        /// Nothing that there is; `detail` says why and `hint` what to do.
        case note(detail: String, hint: String)
    }

    /// What is wrong with the path of a file.
    public enum PathProblem: Hashable, Sendable {
        case empty, absolute, upward, notNormalised, backslash
        case tooLong(bytes: Int)
        case tooDeep(parts: Int)
        case unprintable(Unicode.Scalar)
    }

    /// What is wrong with a `-W` filter.
    public enum WarningFilterProblem: Hashable, Sendable {
        case action(String)
        case severalFilters
        case tooManyParts
        case line(String)
    }

    /// What is wrong with the URL of a webhook; the URL itself may hold a password and isn't told.
    public enum URLProblem: Hashable, Sendable {
        case noScheme
        case scheme(String)
        case noHost
        case host
        case hostNotASCII
        case credentials
        case fragment
        case port
        case character(Unicode.Scalar)
    }

    /// What is wrong with the secret of a webhook; never the secret.
    public enum SecretProblem: Hashable, Sendable {
        case prefix
        case notBase64
        case size(bytes: Int)
    }

    /// Why an expectation can never hold.
    public enum Impossibility: Hashable, Sendable {
        case minAboveMax(min: Int, max: Int)
        case requiredAndForbidden(rule: String, min: Int, allow: String, max: Int)
        case shorterThanTimeLimit(limit: String)
        case longerThanOutput(bytes: Int, limit: ByteCount)
        case lineBeyondFile(line: Int, path: String, lines: Int)
        case flakyOnce(rule: String)
    }

    /// Whether the document can't be read at all, or uses what documents may not: HTTP 400, and
    /// else 422.
    public var isSyntax: Bool {
        switch self {
        case .tooLarge, .encoding, .invalidUTF8, .controlCharacter, .lineBreaksLost,
            .pythonSource, .percentEncoded, .yaml, .json, .empty, .severalDocuments, .notAMap,
            .tooManyNodes, .tooDeep, .yamlFeature, .duplicateKey, .keyNotText:
            true
        default: false
        }
    }

    /// A word for programs; it stays the same when texts change.
    public var code: String {
        switch self {
        case .tooLarge: "document-too-large"
        case .encoding, .invalidUTF8: "not-utf8"
        case .controlCharacter: "control-character"
        case .lineBreaksLost: "line-breaks-lost"
        case .pythonSource: "not-a-spec"
        case .percentEncoded: "percent-encoded"
        case .yaml: "yaml-syntax"
        case .json: "json-syntax"
        case .empty: "empty-document"
        case .severalDocuments: "several-documents"
        case .notAMap: "not-a-map"
        case .tooManyNodes: "too-many-values"
        case .tooDeep: "too-deep"
        case .yamlFeature: "yaml-feature"
        case .duplicateKey: "duplicate-key"
        case .keyNotText: "key-not-text"
        case .unknownKey: "unknown-key"
        case .missingKey, .neitherKey: "missing-key"
        case .bothKeys: "conflicting-keys"
        case .noValue: "no-value"
        case .wrongKind, .notTrueOrFalse, .notAnInteger: "wrong-type"
        case .outOfRange: "out-of-range"
        case .aboveServerMaximum: "above-server-maximum"
        case .notOneOf: "not-a-choice"
        case .unitMissing, .unitUnknown, .ambiguousSize: "unit"
        case .notADuration: "not-a-duration"
        case .notASize: "not-a-size"
        case .tooLong: "too-long"
        case .tooMany: "too-many"
        case .nothingIn: "empty-value"
        case .unprintable: "unprintable"
        case .listedTwice: "listed-twice"
        case .notBase64: "not-base64"
        case .notHere, .loopMissing: "capability-unavailable"
        case .version: "unknown-version"
        case .labelKey: "label-key"
        case .runtimeName, .runtimeMissing: "runtime-unavailable"
        case .path, .pathsDifferInCase, .fileIsDirectory: "file-path"
        case .filesTooLarge: "files-too-large"
        case .entryMissing, .entryUnclear, .entryAbsent: "entry"
        case .module: "module"
        case .environmentName, .environmentReserved: "environment"
        case .warningFilter: "warning-filter"
        case .url, .schemeNotAllowed, .webhookRefused: "webhook-url"
        case .secret: "webhook-secret"
        case .rule: "unknown-rule"
        case .exit: "exit"
        case .pattern: "pattern"
        case .fileUnknown: "file-path"
        case .outputsTooLarge: "above-job-maximum"
        case .neverHolds: "never-holds"
        }
    }
}
