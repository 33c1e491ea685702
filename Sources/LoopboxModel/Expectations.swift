// SPDX-License-Identifier: Apache-2.0

/// What a user expects of every run of a job; from it comes the verdict.
public struct Expectations: Hashable, Sendable, Codable {
    /// How the program ends.
    public var exit = Exit.statuses([0])
    /// Whether it is ended for its time; false: it must not be.
    public var timeout = false
    /// What is found.
    public var findings = Findings()
    /// The longest that a run may last by the clock, from the start of the interpreter on.
    public var duration: Seconds?
    /// The most processor time that it may use.
    public var cpu: Seconds?
    /// The most memory that a process of it may have resident.
    public var memory: ByteCount?
    /// What it writes to its standard output.
    public var stdout: Text?
    /// What it writes to its standard error.
    public var stderr: Text?

    /// It ends with 0 and in time, and nothing is found but notes.
    public init() {}

    /// How a program ends.
    public enum Exit: Hashable, Sendable, Codable {
        case any
        /// With one of these exit statuses.
        case statuses([Int])
        /// By this signal, `SIGTERM`.
        case signal(String)
    }

    /// What is found in a run.
    public struct Findings: Hashable, Sendable, Codable {
        /// From which severity on a finding fails the run.
        public var failOn = Threshold.warning
        /// Findings that do not, as long as there are not too many.
        public var allow: [Allowed] = []
        /// Findings that must be there, and then do not fail the run either.
        public var require: [Required] = []

        /// Entries of each of the two lists: more are a policy, and want to be categories.
        public static let entriesMax = 32
        /// Of a number of findings that is allowed or required.
        public static let countMax = 10_000

        /// Nothing is found but notes.
        public init() {}

        enum CodingKeys: String, CodingKey {
            case failOn = "fail_on"
            case allow, require
        }
    }

    /// From which severity on a finding fails a run.
    public enum Threshold: String, Hashable, Sendable, Codable, CaseIterable {
        case none, note, warning, error

        /// The least severity that fails; nil: none does.
        public var severity: Severity? { Severity(rawValue: rawValue) }
    }

    /// Findings that are put up with.
    public struct Allowed: Hashable, Sendable, Codable {
        /// A rule's id, or a category of rules.
        public var rule: String
        /// At this file only; nil: anywhere.
        public var path: String?
        /// How often at most; nil: however often.
        public var max: Int?

        /// Findings of `rule`.
        public init(rule: String) { self.rule = rule }
    }

    /// Findings that must be there.
    public struct Required: Hashable, Sendable, Codable {
        /// A rule's id, or a category of rules.
        public var rule: String
        /// At this file only; nil: anywhere.
        public var path: String?
        /// At this line of it only; nil: at any.
        public var line: Int?
        /// How often at least.
        public var min = 1
        /// How often at most; nil: however often.
        public var max: Int?

        /// Findings of `rule`.
        public init(rule: String) { self.rule = rule }
    }

    /// What a stream holds.
    public enum Text: Hashable, Sendable, Codable {
        /// Exactly this; one line feed at the end of either does not matter.
        case equals(String)
        /// This somewhere.
        case contains(String)
        /// A text somewhere that this regular expression matches.
        case matches(String)

        /// Bytes of a text that is compared or looked for.
        public static let bytesMax = 64 << 10
        /// Bytes of a regular expression.
        public static let patternBytesMax = 1 << 10
    }
}

extension Expectations {
    /// One thing that is expected, and what it is called.
    public struct Item: Hashable, Sendable {
        /// The path of its key, `findings.require[0]`.
        public let name: String
        /// Where it stands in the spec, `/expect/findings/require/0`.
        public let pointer: String
        /// In a few words, which stay the same from job to job: `exit is 0`.
        public let title: String

        init(_ name: String, _ title: String) {
            self.name = name
            self.title = title
            let path = name.map { ".[".contains($0) ? "/" : $0 == "]" ? "" : String($0) }.joined()
            pointer = "/expect/\(path)"
        }
    }

    /// Everything that is expected, in the order of the spec.
    public var items: [Item] {
        var items = [exitItem, timeoutItem]
        if findings.failOn != .none { items.append(failOnItem) }
        items += findings.allow.indices.filter { findings.allow[$0].max != nil }.map(allowItem)
        items += findings.require.indices.map(requireItem)
        if duration != nil { items.append(durationItem) }
        if cpu != nil { items.append(cpuItem) }
        if memory != nil { items.append(memoryItem) }
        if let stdout { items.append(textItem("stdout", stdout)) }
        if let stderr { items.append(textItem("stderr", stderr)) }
        return items
    }

    // MARK: Each by itself

    /// How the program ends.
    public var exitItem: Item { Item("exit", "ends with \(exit)") }
    /// Whether it is ended for its time.
    public var timeoutItem: Item {
        Item("timeout", timeout ? "reaches its time limit" : "ends within its time limit")
    }
    /// The gravest that may be found.
    public var failOnItem: Item {
        Item("findings.fail_on", "no finding at or above \(findings.failOn.rawValue)")
    }
    /// What is allowed at `place` of its list.
    public func allowItem(_ place: Int) -> Item {
        let entry = findings.allow[place]
        let count = entry.max.map { "at most \($0) of " } ?? ""
        return Item("findings.allow[\(place)]", "\(count)\(entry.rule)\(Self.at(entry.path, nil))")
    }
    /// What is required at `place` of its list.
    public func requireItem(_ place: Int) -> Item {
        let entry = findings.require[place]
        let title = "\(entry.rule)\(Self.at(entry.path, entry.line)) is found"
        return Item("findings.require[\(place)]", title)
    }
    /// How long a run may last.
    public var durationItem: Item { Item("duration", "lasts no longer than expected") }
    /// How much processor time it may use.
    public var cpuItem: Item { Item("cpu", "uses no more processor time than expected") }
    /// How much memory it may have.
    public var memoryItem: Item { Item("memory", "uses no more memory than expected") }
    /// What `stream` holds.
    public func textItem(_ stream: String, _ text: Text) -> Item {
        switch text {
        case .equals: Item(stream, "\(stream) is as expected")
        case .contains: Item(stream, "\(stream) contains what is expected")
        case .matches: Item(stream, "\(stream) matches what is expected")
        }
    }

    private static func at(_ path: String?, _ line: Int?) -> String {
        guard let path else { return "" }
        return " at \(path)\(line.map { ":\($0)" } ?? "")"
    }
}

extension Expectations.Exit: CustomStringConvertible {
    /// `status 0 or 3`, `SIGTERM`, `any status or signal`.
    public var description: String {
        switch self {
        case .any: "any status or signal"
        case .signal(let name): name
        case .statuses(let statuses):
            "status " + statuses.map { "\($0)" }.joined(separator: " or ")
        }
    }
}
