// SPDX-License-Identifier: Apache-2.0

import Foundation
public import LoopboxModel

/// A kind of finding.
///
/// The catalogue is `rules.json` beside this file: reports, SARIF's rules, `GET /v1/rules` and
/// `loopbox rules` come from it, and so does the recognition of what an interpreter says.
public struct Rule: Hashable, Sendable, Codable {
    /// Stable: specs, reports and SARIF name it.
    public var id: String
    /// What it is about, in a word: `coroutine`, `task`, `resource`.
    public var category: String
    /// How much a finding of this kind matters.
    public var severity: Severity
    /// What it says, in one line.
    public var title: String
    /// When it comes about.
    public var fires: String
    /// The versions of CPython that can produce it.
    public var versions: String
    /// Whether nothing says it without asyncio's debug mode.
    public var needsDebugMode: Bool
    /// The words by which it is known; empty where it is known by other means.
    public var seen: [Sight]
    /// What to do about it where nothing better is known of the code.
    public var remedy: String
    /// What goes wrong because of it, for who meets it the first time.
    public var why: String
    /// A program that gives it; nil where none can be relied on to.
    public var bad: Example?
    /// The same program as it should be.
    public var good: Example?
    /// Where to read more.
    public var doc: String

    enum CodingKeys: String, CodingKey {
        case id, category, severity, title, fires, versions
        case needsDebugMode = "needs_debug_mode"
        case seen, remedy, why, bad, good, doc
    }

    /// A short program: one text in answers, a line each in the catalogue, where people edit it.
    public struct Example: Hashable, Sendable, Codable {
        /// Its lines, without their ends.
        public var lines: [String]

        /// Reads a list of lines.
        public init(from decoder: any Decoder) throws {
            lines = try decoder.singleValueContainer().decode([String].self)
        }

        /// Writes one text.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }

        /// What `main.py` holds.
        public var text: String { lines.map { $0 + "\n" }.joined() }
    }

    /// A text that an interpreter has for it.
    public struct Sight: Hashable, Sendable, Codable {
        /// Where it says so.
        public var channel: Channel
        /// The class of the warning or exception, or a base of it.
        public var `class`: String?
        /// The first line; `*` stands for any text.
        public var text: String
    }

    /// Where an interpreter says something.
    public enum Channel: String, Hashable, Sendable, Codable, CaseIterable {
        /// `warnings.warn`.
        case warning
        /// `loop.call_exception_handler`.
        case context
        /// The logger `asyncio`.
        case log
        /// An exception that nobody handled.
        case exception
        /// `sys.unraisablehook`.
        case unraisable
        /// Text that no hook can see.
        case stderr
    }

    /// The rule with this id; nil: there is none.
    public static func named(_ id: String) -> Rule? { byID[id] }

    /// Every category, in the order of the reference page.
    public static let categories = all.reduce(into: [String]()) { known, rule in
        if !known.contains(rule.category) { known.append(rule.category) }
    }

    /// Whether `name` is this rule's id or its category.
    public func isMeant(by name: String) -> Bool { name == id || name == category }

    /// The first rule that is known by `text` on `channel`; `classes` are those of the warning or
    /// exception, itself the first.
    public static func recognized(
        by text: String,
        on channel: Channel,
        classes: [String] = []
    ) -> Rule? {
        for (rule, sight) in sights[channel] ?? []
        where sight.class.map(classes.contains) ?? true && Glob(sight.text).matches(text) {
            return rule
        }
        return nil
    }

    /// Every rule of this version, in the order of the reference page. Of two that know the same
    /// text, the more special one comes first.
    public static let all: [Rule] = {
        do {
            return try JSONDecoder().decode([Rule].self, from: Data(PackageResources.rules_json))
        } catch {
            preconditionFailure("rules.json: \(error)")
        }
    }()

    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })

    private static let sights: [Channel: [(Rule, Sight)]] = {
        var result: [Channel: [(Rule, Sight)]] = [:]
        for rule in all {
            for sight in rule.seen { result[sight.channel, default: []].append((rule, sight)) }
        }
        return result
    }()
}

/// A pattern in which `*` stands for any text.
struct Glob {
    private let parts: [Substring]

    init(_ pattern: String) {
        parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    }

    /// Whether the whole of `text` is of this pattern.
    func matches(_ text: String) -> Bool {
        guard parts.count > 1 else { return text == parts[0] }
        var rest = Substring(text)
        guard rest.hasPrefix(parts[0]) else { return false }
        rest = rest.dropFirst(parts[0].count)
        // The leftmost place for each part leaves most for those after it.
        for part in parts[1..<(parts.count - 1)] {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}
