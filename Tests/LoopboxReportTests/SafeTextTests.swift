// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LoopboxReport

@Suite struct SafeTextTests {
    private func shown(_ original: String) -> String {
        SafeText(original, columns: .max).text
    }

    @Test func `escape sequences, line ends and bells are written out`() {
        #expect(shown("\u{1B}[31mred\u{1B}[0m") == #"\x1b[31mred\x1b[0m"#)
        #expect(shown("a\nb\r\nc\u{7}\u{0}\u{7F}") == #"a\nb\r\nc\x07\x00\x7f"#)
        #expect(shown("\u{9B}2J") == #"\x9b2J"#)
    }

    @Test func `marks that turn the order of letters round are written out`() {
        #expect(shown("a\u{202E}b\u{2066}c\u{200F}") == #"a\u202eb\u2066c\u200f"#)
        #expect(shown("\u{2028}\u{FEFF}\u{E000}\u{E0041}") == #"\u2028\ufeff\ue000\U000e0041"#)
        #expect(shown("\u{200D}") == #"\u200d"#)
    }

    @Test func `letters of every script stay as they are`() {
        for text in ["für", "注文", "заказ", "δοκιμή", "한국어", "नमस्ते", "👩‍👩‍👧", "e\u{301}", "…"] {
            #expect(shown(text) == text)
        }
    }

    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("注文", 4), ("한", 2), ("ﾊ", 1), ("Ａ", 2), ("🍕", 2),
        ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤\u{FE0F}", 2), ("❤", 1), ("\u{301}", 1), ("\u{1B}", 4),
    ])
    func `a cluster takes the columns that a terminal gives it`(text: String, width: Int) {
        #expect(SafeText.width(of: text) == width)
    }

    @Test func `a tab reaches to the next stop`() {
        #expect(shown("\tx") == "    x")
        #expect(shown("ab\tx") == "ab  x")
        #expect(shown("abcd\tx") == "abcd    x")
    }

    @Test func `a thousand accents on a letter become a few`() {
        let tower = "a" + String(repeating: "\u{301}", count: 1000) + "b"
        #expect(shown(tower).unicodeScalars.count == SafeText.clusterScalarsMax + 1)
        let hidden = "a" + String(repeating: "\u{200B}\u{301}", count: 1000)
        #expect(shown(hidden).count < 10_000)
    }

    @Test func `what fits is whole, and what does not ends with an ellipsis`() {
        #expect(SafeText.start(of: "abcde", columns: 5) == "abcde")
        #expect(SafeText.start(of: "abcdef", columns: 5) == "abcd…")
        #expect(SafeText.start(of: "注文注文", columns: 6) == "注文…")
        #expect(SafeText.start(of: "a\u{1B}b", columns: 5) == "a…")
        #expect(SafeText.start(of: "ab", columns: 1) == "…")
        #expect(SafeText.start(of: "ab", columns: 0) == "…")
        #expect(SafeText.start(of: "", columns: 0) == "")
    }

    @Test func `the end of a long path stays`() {
        #expect(SafeText.end(of: "a/b.py", columns: 6) == "a/b.py")
        #expect(SafeText.end(of: "aa/b.py", columns: 6) == "…/b.py")
        #expect(SafeText.end(of: "注文/注文.py", columns: 8) == "…注文.py")
        #expect(SafeText.end(of: String(repeating: "\u{1B}", count: 9), columns: 6) == #"…\x1b"#)
    }

    @Test func `a line is never wider than its limit, wherever its pieces end`() {
        for first in 195...205 {
            for second in [0, 1, 2, 30] {
                var page = ReportPage(color: false)
                page.line(
                    .path(String(repeating: "a", count: first)),
                    "\(String(repeating: "b", count: second))"
                )
                let width = SafeText.width(of: page.text.dropLast())
                #expect(width <= ReportPage.columnsMax)
                #expect(width >= min(first + second, ReportPage.columnsMax - 1))
                #expect(page.text.hasSuffix("…\n") == (first + second > ReportPage.columnsMax))
            }
        }
    }
}
