// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxRuntimes

/// A program among `Programs`, with what its last comments say of it.
///
/// `# finding: RULE LINE[:COLUMN-END][..LAST] [xCOUNT] [| part of the message [| part of the fix]]`
/// names one finding; LINE `-` is none, and with
/// `?` there may be none. With `# finding[3.12-]:` only some versions have it. The other words are
/// those in `init`.
struct Program: CustomStringConvertible, Sendable {
    struct Expectation: Sendable {
        var rule = ""
        var versions = Versions.all
        var lines: ClosedRange<Int>?
        /// Tracemalloc in 3.11 does not find objects with attributes.
        var isPlaceOptional = false
        var columns: Range<Int>?
        var count = 1
        var message = ""
        var fix = ""
        var creation: [Int]?
        var stack: [Int]?
        var seconds: ClosedRange<Double>?
    }

    let name: String
    private(set) var text: String
    private var expectations: [Expectation] = []
    /// Interpreter options besides `-X dev`.
    var flags: [String] = []
    var tracedFrames = 0
    /// Those that it can run under.
    var versions = Versions.all
    /// Whether it is about slow callbacks; others are not disturbed by a slow machine.
    var isSlow = false
    var isReportComplete = true
    /// Whether it imports uvloop, which not every interpreter has.
    var needsUvloop = false

    var description: String { name }

    init(name: String, text: String) {
        self.name = name
        self.text = text
        for line in text.split(separator: "\n") where line.hasPrefix("# ") {
            let words = line.dropFirst(2).split(separator: ":", maxSplits: 1).map { part in
                part.trimmingCharacters(in: .whitespaces)
            }
            let rest = words.count > 1 ? words[1] : ""
            let name = words[0].prefix { $0 != "[" }
            let last = expectations.count - 1
            switch name {
            case "finding":
                var expectation = Self.expectation(rest)
                if name.count < words[0].count {
                    expectation.versions = Versions(
                        String(words[0].dropFirst(name.count + 1).dropLast())
                    )
                }
                expectations.append(expectation)
            case "creation": expectations[last].creation = Self.numbers(rest)
            case "stack": expectations[last].stack = Self.numbers(rest)
            case "seconds": expectations[last].seconds = Self.span(rest)
            case "flags": flags += rest.split(separator: " ").map(String.init)
            case "tracemalloc": tracedFrames = Int(rest) ?? 0
            case "versions": versions = Versions(rest)
            case "slow": isSlow = true
            case "needs": needsUvloop = rest == "uvloop"
            case "report": isReportComplete = rest != "incomplete"
            default: break
            }
        }
    }

    /// The same with another text, which runs as this one does.
    func with(text: String) -> Program {
        var other = self
        other.text = text
        return other
    }

    /// The rules that it names for some version.
    var rules: [String] { expectations.map(\.rule) }

    /// What it gives under `version`.
    func findings(under version: PythonRuntime.Version) -> [Expectation] {
        expectations.filter { $0.versions.contains(version) }
    }

    private static func numbers(_ text: String) -> [Int] {
        text.split(separator: " ").compactMap { Int($0) }
    }

    /// `FROM [TO]`
    private static func span(_ text: String) -> ClosedRange<Double> {
        let bounds = text.split(separator: " ").compactMap { Double($0) }
        return bounds[0]...(bounds.count > 1 ? bounds[1] : .infinity)
    }

    private static func expectation(_ text: String) -> Expectation {
        let parts = text.components(separatedBy: " | ")
        let words = parts[0].split(separator: " ")
        var result = Expectation(rule: String(words[0]))
        let place = words[1].split(separator: ":")
        result.isPlaceOptional = place[0].hasSuffix("?")
        let lines = place[0].replacing("?", with: "").components(separatedBy: "..").compactMap {
            Int($0)
        }
        if let first = lines.first, let last = lines.last { result.lines = first...last }
        if place.count > 1 {
            let columns = place[1].split(separator: "-").compactMap { Int($0) }
            result.columns = columns[0]..<columns[1]
        }
        if words.count > 2 { result.count = Int(words[2].dropFirst()) ?? 0 }
        if parts.count > 1 { result.message = parts[1] }
        if parts.count > 2 { result.fix = parts[2] }
        return result
    }

    /// All of them, by name; with LOOPBOX_PROGRAMS in the environment those with that in their names,
    /// for who works on a few.
    static let all: [Program] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Programs"
        )
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let wanted = ProcessInfo.processInfo.environment["LOOPBOX_PROGRAMS"] ?? ""
        return names.filter { name in
            name.hasSuffix(".py") && (wanted.isEmpty || name.contains(wanted))
        }.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
            return Program(
                name: String(name.dropLast(3)),
                text: String(decoding: data, as: UTF8.self)
            )
        }
    }()
}
