// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxSpec
import Testing

@Suite struct SpecSchemaTests {
    @Test func `the checked-in schema is what the table says`() throws {
        let root = Golden.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent("Specs/job.schema.json")
        let found = SpecSchema.jsonSchema
        #expect(try Golden.expected(file, found: found) == found)
    }

    @Test func `the schema is JSON`() throws {
        let data = Data(SpecSchema.jsonSchema.utf8)
        let schema = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any]
        )
        #expect(schema["$schema"] as? String == "http://json-schema.org/draft-07/schema#")
        #expect(schema["additionalProperties"] as? Bool == false)
        #expect((schema["properties"] as? [String: Any])?.count == 12)
    }

    @Test func `the reference page is what the table says`() throws {
        let file = Golden.folder.appendingPathComponent("reference.md")
        let page = SpecSchema.referencePage
        #expect(try Golden.expected(file, found: page) == page)
        for path in SpecSchema.paths {
            #expect(page.contains("\(path.last ?? "")` |"), "\(path)")
        }
    }

    @Test func `every example and default of the table is taken by it`() throws {
        try check(SpecSchema.job.shape, path: [])
    }

    /// Decodes each example in the place of its key.
    private func check(_ shape: Shape, path: [String]) throws {
        guard case .map(let map) = shape else { return }
        for field in map.fields {
            let here = path + [field.key]
            var values = field.examples + (field.fallback.map { [$0] } ?? [])
            if case .map = field.shape { values = field.examples }
            for value in values {
                let text = document(here, SpecYAML.flow(value))
                #expect(throws: Never.self, "\(text)") {
                    try SpecDecoder.decode(
                        Array(text.utf8),
                        contentType: .yaml,
                        context: SpecContext()
                    )
                }
            }
            if case .list(let item, _, _) = field.shape {
                try check(item, path: here)
            } else {
                try check(field.shape, path: here)
            }
        }
    }

    /// A spec that is whole but for `value` at `path`.
    private func document(_ path: [String], _ value: String) -> String {
        switch path {
        case ["program"]: return "program: \(value)"
        case ["program", "source"], ["program", "files"]: return "program: {\(path[1]): \(value)}"
        case ["program", "entry"]: return "program: {files: {\(value): x}, entry: \(value)}"
        case _ where path.count == 1: return "program: {source: x}\n\(path[0]): \(value)"
        case _ where path[0] == "program": return "program: {source: x, \(path[1]): \(value)}"
        case ["webhooks", "url"]: return "program: {source: x}\nwebhooks: [{url: \(value)}]"
        case _ where path[0] == "webhooks":
            return "program: {source: x}\n"
                + "webhooks: [{url: \"https://example.com\", \(path[1]): \(value)}]"
        case ["matrix", "exclude"]:
            return "program: {source: x}\n"
                + "matrix: {program.runtime: [python3.11, python3.13], exclude: \(value)}"
        case ["expect", "findings", "allow", "rule"], ["expect", "findings", "require", "rule"]:
            return "program: {source: x}\nexpect: {findings: {\(path[2]): [{rule: \(value)}]}}"
        case _ where path.count == 4 && path[0] == "expect":
            let file = path[3] == "line" ? "path: main.py, " : ""
            return "program: {source: \"1\\n2\\n3\"}\n"
                + "expect: {findings: {\(path[2]): [{rule: deadlock, \(file)\(path[3]): \(value)}]}}"
        default:
            // A map in a map, as many as there are.
            let inner = path.dropFirst().reversed().reduce(value) { "{\($1): \($0)}" }
            return "program: {source: x}\n\(path[0]): \(inner)"
        }
    }

    @Test func `every alias leads to a key that there is, and is none itself there`() {
        for alias in KeyAdvisor.aliases {
            guard case .path(let target) = alias.meaning else { continue }
            let path = target.split(separator: ".").map(String.init)
            #expect(SpecSchema.paths.contains(path), "\(target)")
            for word in alias.words {
                #expect(!SpecSchema.paths.contains(path.dropLast() + [word]), "\(word)")
            }
        }
    }

    @Test func `every word that an enum of the model has can be written`() throws {
        for level in JobSpec.LogLevel.allCases {
            let text = document(["debug", "log_level"], level.rawValue)
            let spec = try SpecDecoder.decode(Array(text.utf8), context: SpecContext())
            #expect(spec.debug.logLevel == level)
        }
        for kind in JobSpec.LoopKind.allCases {
            let text = document(["debug", "loop"], kind.rawValue)
            let spec = try SpecDecoder.decode(Array(text.utf8), context: SpecContext())
            #expect(spec.debug.loop == kind)
        }
    }
}
