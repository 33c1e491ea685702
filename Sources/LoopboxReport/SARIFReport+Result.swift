// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SARIFReport {
    /// A finding of which the first run is the invocation with this index.
    mutating func result(of folded: FoldedFinding, invocation: Int) -> JSONValue {
        let finding = folded.finding
        let index = ruleIndex(of: finding)
        let (related, links) = relatedLocations(of: finding)
        return .members([
            "ruleId": .string(finding.rule),
            "ruleIndex": .integer(index),
            "kind": "fail",
            "level": .string(finding.severity.rawValue),
            "message": .members(["text": .string(text(of: finding) + links)]),
            "locations": .array([location(of: finding)]),
            "occurrenceCount": .integer(max(finding.count, 1)),
            "partialFingerprints": .members([
                "primaryLocationLineHash": .string(fingerprint(of: finding))
            ]),
            "codeFlows": .list(codeFlows(of: finding)),
            "stacks": .list(stacks(of: finding)),
            "relatedLocations": .list(related),
            "fixes": .list(fixes(of: finding)),
            "provenance": .members(["invocationIndex": .integer(invocation)]),
            "properties": .members([
                "run": .integer(finding.run),
                "runs": folded.runs.count == 1 ? nil : .array(folded.runs.map { .integer($0) }),
                "source": .string(finding.source.rawValue),
                "trust": .string(finding.trust.rawValue),
                "atSeconds": .seconds(finding.at),
                "seconds": finding.seconds.map { .seconds($0) },
                "task": finding.task.map { .string("\($0.name), running \($0.coroutine)") },
            ]),
        ])
    }

    // MARK: Fixes

    /// What an editor can do about it by itself.
    private mutating func fixes(of finding: Finding) -> [JSONValue] {
        guard let edit = finding.edit, case .own(let path) = Self.uri(of: edit.path),
            edit.line >= 1, edit.column >= 1, edit.endColumn >= edit.column
        else { return [] }
        let uri = Self.percentEncoded(report.repositoryPath(path))
        let index = artifactIndex(uri)
        return [
            .members([
                "description": .members(["text": .string(Self.message(finding.fix))]),
                "artifactChanges": .array([
                    .members([
                        "artifactLocation": artifactLocation(uri, index),
                        "replacements": .array([
                            .members([
                                "deletedRegion": .members([
                                    "startLine": .integer(edit.line),
                                    "startColumn": .integer(edit.column),
                                    "endColumn": .integer(edit.endColumn),
                                ]),
                                "insertedContent": .members(["text": .string(edit.text)]),
                            ])
                        ]),
                    ])
                ]),
            ])
        ]
    }

    // MARK: Messages

    /// What happened, as a sentence, and what to write instead: no other member holds the latter
    /// as a sentence.
    private func text(of finding: Finding) -> String {
        let message = Self.message(finding.message)
        let end = message.hasSuffix(".") || message.hasSuffix("!") ? "" : "."
        return finding.fix.isEmpty ? message + end : "\(message)\(end) \(Self.message(finding.fix))"
    }

    /// `text` without a link in it that a program made: a reader takes `[text](target)` for one.
    ///
    /// Brackets that make no link stay as they are, as many readers show the backslash.
    ///
    /// Source: SARIF 2.1.0 §3.11.6.
    static func message(_ text: String) -> String {
        guard text.contains("](") else { return text }
        return text.map { "[]\\".contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    // MARK: Ways and stacks

    private mutating func codeFlows(of finding: Finding) -> [JSONValue] {
        var flows: [JSONValue] = []
        if !finding.stack.isEmpty {
            flows.append(codeFlow("How the program got there.", finding.stack))
        }
        // Mostly they are one and the same.
        if !finding.creation.isEmpty, finding.creation != finding.stack {
            flows.append(codeFlow("How the object was made.", finding.creation))
        }
        return flows
    }

    private mutating func codeFlow(_ message: String, _ frames: [Frame]) -> JSONValue {
        var places: [JSONValue] = []
        for frame in frames.suffix(Self.framesMax) {
            let code = frame.snippet.drop { $0 == " " || $0 == "\t" }
            let name = TextReport.name(of: frame.function)
            let text = code.isEmpty ? "in \(name)" : "in \(name): \(code)"
            places.append(.members(["location": location(frame, text)]))
        }
        return .members([
            "message": .members(["text": .string(message)]),
            "threadFlows": .array([.members(["locations": .array(places)])]),
        ])
    }

    private mutating func stacks(of finding: Finding) -> [JSONValue] {
        var stacks: [JSONValue] = []
        for (relation, exception) in Self.exceptions(of: finding) {
            guard !exception.frames.isEmpty else { continue }
            var frames: [JSONValue] = []
            for frame in exception.frames.suffix(Self.framesMax).reversed() {
                frames.append(.members(["location": location(frame)]))
            }
            stacks.append(
                .members([
                    "message": .members([
                        "text": .string(Self.message("\(relation)\(exception.headline)"))
                    ]),
                    "frames": .array(frames),
                ])
            )
        }
        return stacks
    }

    /// Where the object was made and the exceptions were raised, each with an id, and a sentence
    /// that leads to them.
    private mutating func relatedLocations(of finding: Finding) -> ([JSONValue], String) {
        var related: [JSONValue] = []
        var links = ""
        if let made = finding.creation.last, made.isOnDisk,
            finding.location?.isPlace(of: made) != true
        {
            related.append(location(made, id: 1, "created here"))
            links = " It was created [here](1)."
        }
        for (relation, exception) in Self.exceptions(of: finding) {
            guard let raised = exception.ownFrames.last(where: \.isOnDisk),
                finding.location?.isPlace(of: raised) != true
            else { continue }
            let text = "\(relation)\(exception.headline), raised here"
            related.append(location(raised, id: related.count + 1, text))
        }
        return (related, links)
    }

    /// The exception with those before it and in it, and what each is to it.
    private static func exceptions(of finding: Finding) -> [(String, ExceptionReport)] {
        guard let first = finding.exception else { return [] }
        var found: [(String, ExceptionReport)] = [("", first)]
        var place = 0
        while place < found.count, found.count < exceptionsMax {
            let exception = found[place].1
            for (number, member) in exception.group.enumerated() {
                found.append(("\(number + 1) of \(exception.group.count): ", member))
            }
            if let previous = exception.previous, let earlier = previous.exceptions.first {
                let relation = previous.relation == .cause ? "caused by: " : "while handling: "
                found.append((relation, earlier))
            }
            place += 1
        }
        return Array(found.prefix(exceptionsMax))
    }

    // MARK: Fingerprints

    /// Stays the same where lines move: made of rule, file, function and code, and of how many such
    /// lines came before. A code host tells by it which findings are new, and by nothing else.
    private mutating func fingerprint(of finding: Finding) -> String {
        let place = finding.location ?? finding.stack.last
        let code = place.map { $0.snippet.split { $0 == " " || $0 == "\t" }.joined(separator: " ") }
        let parts =
            place.map { [finding.rule, report.repositoryPath($0.path), $0.function, code ?? ""] }
            ?? [finding.rule, finding.message.filter { !$0.isNumber }]
        let name = Fingerprint.of(parts)
        let count = hashes[name, default: 0] + 1
        hashes[name] = count
        return "\(name):\(count)"
    }
}
