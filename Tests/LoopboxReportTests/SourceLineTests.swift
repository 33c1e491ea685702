// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxReport

@Suite struct SourceLineTests {
    private func line(_ snippet: String, _ columns: Range<Int>?, width: Int = 60) -> [String] {
        let source = SourceLine(Crafted.at(1, "main", snippet, columns), columns: width)
        return [source.text] + (source.underline.map { [$0] } ?? [])
    }

    @Test func `carets stand under the place`() {
        #expect(line("    sleep(1)", 5..<13) == ["    sleep(1)", "    ^~~~~~~~"])
        #expect(line("x", 1..<2) == ["x", "^"])
    }

    @Test func `carets count columns, not characters`() {
        #expect(line("注文(1)", 3..<6) == ["注文(1)", "    ^~~"])
        #expect(line("注文(1)", 1..<3) == ["注文(1)", "^~~~"])
        #expect(line("e\u{301}x(1)", 3..<4) == ["e\u{301}x(1)", " ^"])
        #expect(line("e\u{301}x(1)", 2..<3) == ["e\u{301}x(1)", "^"])
        #expect(line("\tx\ty()", 4..<7) == ["    x   y()", "        ^~~"])
        #expect(line("\"\u{1B}\"; f()", 6..<9) == [#""\x1b"; f()"#, "        ^~~"])
    }

    @Test func `a place without columns has no caret`() {
        #expect(line("sleep(1)", nil) == ["sleep(1)"])
    }

    @Test func `a place without an end has one caret`() {
        var location = Crafted.at(1, "main", "sleep(1)", 3..<4)
        location.endColumn = nil
        #expect(SourceLine(location, columns: 60).underline == "  ^")
        location.endColumn = 2
        #expect(SourceLine(location, columns: 60).underline == "  ^")
    }

    @Test func `columns that the line does not have mark nothing`() {
        #expect(line("abc", 4..<9) == ["abc"])
        #expect(line("abc", 900..<901) == ["abc"])
        #expect(line("abc", 2..<900) == ["abc", " ^~"])
        #expect(line("", 1..<2) == [""])
        #expect(line("abc", 0..<1) == ["abc", "^"])
    }

    @Test func `a long line is cut round its place`() {
        let long = String(repeating: "a", count: 100) + "HERE" + String(repeating: "b", count: 100)
        let shown = line(long, 101..<105, width: 40)
        #expect(
            shown[0] == "…" + String(repeating: "a", count: 10) + "HERE"
                + String(repeating: "b", count: 24) + "…"
        )
        #expect(shown[1] == String(repeating: " ", count: 11) + "^~~~")
    }

    @Test func `a long line with its place in front is cut behind it`() {
        let long = "HERE" + String(repeating: "b", count: 100)
        #expect(line(long, 1..<5, width: 12) == ["HEREbbbbbbb…", "^~~~"])
    }

    @Test func `carets end where the shown part ends`() {
        let long = String(repeating: "x", count: 100)
        let shown = line(long, 3..<101, width: 12)
        #expect(shown == ["xxxxxxxxxxx…", "  ^~~~~~~~~~"])
    }
}
