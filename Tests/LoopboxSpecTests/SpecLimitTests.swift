// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxSpec
import Testing

/// Documents that are made to hurt: each is refused after a few steps of the parser.
@Suite struct SpecLimitTests {
    private func refusal(
        _ text: String,
        _ contentType: SpecContentType = .yaml
    ) -> SpecFailure? {
        do throws(SpecFailure) {
            _ = try SpecDecoder.decode(
                Array(text.utf8),
                contentType: contentType,
                context: Golden.context
            )
            return nil
        } catch {
            return error
        }
    }

    private func read(_ text: String, _ contentType: SpecContentType = .yaml) -> ReadDocument {
        SpecDecoder.read(SourceText(Array(text.utf8)), contentType: contentType)
    }

    /// As many of `text` as a document can hold.
    private func repeated(_ text: String) -> String {
        String(repeating: text, count: DocumentLimits.bytes / text.utf8.count)
    }

    @Test(arguments: ["[", "{", "- ", "{a: ", "[{a: ", "? ", "[\"a\", "])
    func `a mebibyte of opened brackets costs no more than the depth allows`(text: String) {
        check(read(repeated(text)))
        // What a type changes does not depend on the size.
        let short = String(repeating: text, count: 5000)
        for contentType in SpecContentType.allCases {
            check(read(short, contentType))
            #expect(refusal(short, contentType)?.diagnostics.count == 1)
        }
    }

    private func check(_ document: ReadDocument) {
        #expect(document.root == nil)
        #expect(document.eventCount <= 3 * DocumentLimits.depth + 5)
        #expect(document.nodeCount <= 3 * DocumentLimits.depth)
    }

    @Test func `a mebibyte of nested JSON objects ends at the depth`() {
        let document = read(repeated("{\"a\":"), .json)
        #expect(document.faults.map(\.error) == [.tooDeep])
        #expect(document.eventCount <= 2 * DocumentLimits.depth + 2)
    }

    @Test func `as many levels as the limit are read`() {
        func nested(_ depth: Int) -> String {
            let lists = depth - 1
            return "x-a: " + String(repeating: "[", count: lists)
                + String(repeating: "]", count: lists) + "\nprogram: {source: x}\n"
        }
        #expect(refusal(nested(DocumentLimits.depth)) == nil)
        #expect(refusal(nested(DocumentLimits.depth + 1))?.diagnostics.map(\.code) == ["too-deep"])
    }

    @Test func `as many values as the limit are read`() {
        // Two for each item of the map, three for program, its map and its key, and so on.
        func document(_ count: Int) -> String {
            "program: {source: x}\nx-a: [" + String(repeating: "a,", count: count) + "a]\n"
        }
        let rest = read(document(0)).nodeCount - 1
        let most = DocumentLimits.nodes - rest - 1
        #expect(read(document(most)).nodeCount == DocumentLimits.nodes)
        #expect(refusal(document(most)) == nil)
        let above = read(document(most + 50_000))
        #expect(above.faults.map(\.error) == [.tooManyNodes])
        #expect(above.nodeCount == DocumentLimits.nodes + 1)
        #expect(above.eventCount <= DocumentLimits.nodes + 10)
    }

    @Test(arguments: ["*a ", "- *a\n", "[*a, ", "- &a x\n", "- !t x\n"])
    func `anchors, aliases and tags are refused as they come, never expanded`(text: String) {
        let document = read(String(repeating: text, count: 50_000))
        #expect(!document.faults.isEmpty)
        #expect(document.faults.count <= DocumentLimits.faultsKept)
        #expect(document.eventCount <= 2 * DocumentLimits.faultsKept + 10)
    }

    @Test func `the classic of nine lists of nine aliases is refused at its first anchor`() {
        let lines = zip("abcdefghi", " abcdefgh").map { name, other in
            name == "a"
                ? "a: &a [lol, lol, lol]"
                : "\(name): &\(name) [" + String(repeating: "*\(other), ", count: 8) + "*\(other)]"
        }
        let document = read(lines.joined(separator: "\n"))
        #expect(document.faults.first?.error == .yamlFeature(.anchor, text: "&a"))
        #expect(document.nodeCount < 150)
    }

    @Test func `thousands of directives are not looked at`() {
        let lines = (0..<40_000).map { "%TAG !a\($0)! x" }
        let document = read(lines.joined(separator: "\n"))
        #expect(document.eventCount == 0)
        #expect(document.faults.map(\.error) == [.yamlFeature(.directive, text: "%TAG !a0! x")])
        // Nor are those behind the document.
        let behind = read("a: b\n...\n" + lines.joined(separator: "\n"))
        #expect(behind.eventCount <= 8)
        #expect(behind.faults.count == 1)
    }

    @Test func `reading ends after as many mistakes as are kept`() {
        let document = read(String(repeating: "a: b\n", count: 10_000))
        #expect(document.faults.count == DocumentLimits.faultsKept)
        #expect(document.nodeCount <= 2 * DocumentLimits.faultsKept + 3)
    }

    @Test func `of many unknown keys twenty are told and the rest is counted`() throws {
        let keys = (0..<5000).map { "key\($0): 1\n" }.joined()
        let failure = try #require(refusal("program: {source: x}\n" + keys))
        #expect(failure.diagnostics.count == DocumentLimits.faultsShown)
        #expect(failure.omitted == 5000 - DocumentLimits.faultsShown)
        #expect(failure.diagnostics.first?.line == 2)
        #expect(failure.summary(file: "job.yaml") == "5000 errors in job.yaml")
    }

    @Test func `a document above a mebibyte is not read`() throws {
        let program = "program: {source: x}\n#"
        let most = String(repeating: "x", count: DocumentLimits.bytes - program.utf8.count)
        #expect(refusal(program + most) == nil)
        let above = read(program + most + "x")
        #expect(above.faults.map(\.error) == [.tooLarge(bytes: DocumentLimits.bytes + 1)])
        #expect(above.eventCount == 0)
        let text = try #require(refusal(program + most + "x")).description
        #expect(text == "1:1: error: the document has 1048577 bytes, more than the limit of 1MiB")
    }

    @Test func `bounds of sizes hold, and one more is too much`() {
        func codes(_ text: String) -> [String] { refusal(text)?.diagnostics.map(\.code) ?? [] }
        let kibibyte = String(repeating: "x", count: 1024)
        let source = String(repeating: kibibyte, count: 256)
        #expect(codes("program: {source: \(source)}") == [])
        #expect(codes("program: {source: \(source)x}") == ["too-long"])
        // Four bytes in the document are three in the text.
        let wide = String(repeating: "\\L", count: 350_000)
        #expect(codes("program: {files: {main.py: x, a.txt: \"\(wide)\"}}") == ["too-long"])
        let half = String(repeating: "\\L", count: 180_000)
        #expect(
            codes("program: {files: {main.py: x, a.txt: \"\(half)\", b.txt: \"\(half)\"}}")
                == ["files-too-large"]
        )
        #expect(codes("program: {source: x, stdin: \"\(wide)\"}") == ["too-long"])
        let value = String(repeating: kibibyte, count: 32)
        #expect(codes("program: {source: x, env: {A: \(value)}}") == [])
        #expect(codes("program: {source: x, env: {A: \(value)x}}") == ["too-long"])
        let argument = String(repeating: kibibyte, count: 4)
        #expect(codes("program: {source: x, args: [\(argument)]}") == [])
        #expect(codes("program: {source: x, args: [\(argument)x]}") == ["too-long"])
        let name = String(repeating: "é", count: 100)
        #expect(codes("name: \(name)\nprogram: {source: x}") == [])
        let marks = "a" + String(repeating: "\u{301}", count: 100)
        #expect(codes("name: \(marks)\nprogram: {source: x}") == ["too-long"])
        let url = "https://h/" + String(repeating: "x", count: 2038)
        #expect(codes("program: {source: x}\nwebhooks: [{url: \"\(url)\"}]") == [])
        #expect(codes("program: {source: x}\nwebhooks: [{url: \"\(url)x\"}]") == ["too-long"])
        let filter = "error:" + String(repeating: "x", count: 250)
        #expect(codes("program: {source: x}\ndebug: {warnings: [\"\(filter)\"]}") == [])
        #expect(codes("program: {source: x}\ndebug: {warnings: [\"\(filter)x\"]}") == ["too-long"])
    }

    @Test func `bounds of gates and of several runs hold, and one more is too much`() {
        func codes(_ text: String) -> [String] {
            refusal("program: {source: x}\n" + text)?.diagnostics.map(\.code) ?? []
        }
        func list(_ item: String, _ count: Int) -> String {
            "[" + repeatElement(item, count: count).joined(separator: ", ") + "]"
        }
        for (key, item) in [("allow", "{rule: deadlock}"), ("require", "{rule: deadlock}")] {
            let most = Expectations.Findings.entriesMax
            #expect(codes("expect: {findings: {\(key): \(list(item, most))}}") == [])
            #expect(codes("expect: {findings: {\(key): \(list(item, most + 1))}}") == ["too-many"])
        }
        let text = String(repeating: "x", count: Expectations.Text.bytesMax)
        #expect(codes("expect: {stdout: \(text), stderr: {contains: \(text)}}") == [])
        #expect(codes("expect: {stdout: \(text)x}") == ["too-long"])
        #expect(codes("expect: {stderr: {contains: \(text)x}}") == ["too-long"])
        let pattern = String(repeating: "x", count: Expectations.Text.patternBytesMax)
        #expect(codes("expect: {stdout: {matches: \(pattern)}}") == [])
        #expect(codes("expect: {stdout: {matches: \(pattern)x}}") == ["too-long"])
        func values(_ count: Int) -> String {
            "[" + (16..<16 + count).map { "\($0)" }.joined(separator: ", ") + "]"
        }
        let most = Matrix.cellsMax
        #expect(codes("matrix: {limits.open_files: \(values(most))}") == [])
        #expect(codes("matrix: {limits.open_files: \(values(most + 1))}") == ["too-many"])
        let two = "matrix: {debug.asyncio: [true, false]}\n"
        #expect(codes(two + "repeat: \(Repetition.runsMax / 2)") == [])
        #expect(codes("matrix: {debug.tracemalloc: [0, 1, 2]}\nrepeat: 66") == [])
        #expect(codes("matrix: {debug.tracemalloc: [0, 1, 2]}\nrepeat: 67") == ["too-many"])
        // Huge products are counted, not made.
        let axes = ["open_files", "processes", "memory", "disk"].map { key in
            let unit = ["memory", "disk"].contains(key) ? "MiB" : ""
            let items = (64..<96).map { "\($0)\(unit)" }.joined(separator: ", ")
            return "limits.\(key): [\(items)]"
        }
        #expect(codes("matrix: {\(axes.joined(separator: ", "))}") == ["too-many"])
    }

    @Test func `no line of a text is longer than a terminal can bear`() throws {
        let text = "program: {source: x, x-a: \(repeated("y").dropLast(1000)), args: 5}"
        let failure = try #require(refusal(text))
        let shown = failure.render(file: "job.yaml", source: Array(text.utf8), color: false)
        for line in shown.split(separator: "\n") { #expect(line.count < 130) }
        #expect(shown.contains("…yyyyy"))
        #expect(failure.diagnostics.map(\.pointer) == ["/program/args"])
    }
}
