// SPDX-License-Identifier: Apache-2.0

import LoopboxSpec
import Testing

@Suite struct JSONReaderTests {
    private func read(_ text: String) -> ReadDocument {
        JSONReader.read(SourceText(Array(text.utf8)))
    }

    private func text(_ json: String) -> String? {
        guard case .scalar(let text, _) = read(json).root?.content else { return nil }
        return text
    }

    @Test(arguments: [
        (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00""#, "😀"), (#""\udbff\udfff""#, "\u{10FFFF}"),
        (#""\u00e9\/\\\"\b\f\n\r\t""#, "é/\\\"\u{8}\u{c}\n\r\t"), (#""\u0000""#, "\0"),
        ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"), ("0", "0"),
        ("1.50e+10", "1.50e+10"), ("12E-3", "12E-3"), (" \r\n\t\"\" ", ""),
    ])
    func `a value keeps its text`(json: String, expected: String) {
        #expect(text(json) == expected)
    }

    @Test(arguments: [
        #""\ud83d\u0041""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ude00""#, #""\ud83d""#,
        #""\ud83d\ud83d""#,
        #""\u12g4""#, #""\u+123""#, #""\u12""#, #""\x41""#, #""\"#, "\"a\nb\"", "\"a\tb\"", "\"a",
        "01", "1.", ".5", "+1", "-", "1e", "1e+", "0x10", "NaN", "Infinity", "True", "nul", "'a'",
        "[1,]", "[,1]", "[1 2]", "[1", "[", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\":}",
        "{\"a\"",
        "{\"a\":1", "{,}", "{1:2}", "1 2", "// a\n1", "{} {}", "]", "",
    ])
    func `what RFC 8259 does not have is refused`(json: String) {
        let document = read(json)
        #expect(document.root == nil)
        #expect(document.faults.count == 1)
    }

    @Test func `keys and values know their bytes`() throws {
        let json = #"{"é": [1, "x"], "b": null}"#
        let root = try #require(read(json).root)
        guard case .map(let entries) = root.content,
            case .list(let items) = entries[0].value.content
        else {
            Issue.record("no map of a list")
            return
        }
        #expect(entries.map(\.key) == ["é", "b"])
        #expect(entries.map(\.keySpan) == [1..<5, 17..<20])
        #expect(items.map(\.span) == [8..<9, 11..<14])
        #expect(entries[1].value.isNull && entries[1].value.span == 22..<26)
    }
}
