// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@Suite struct YAMLTextTests {
    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try YAMLText().encode(value), as: UTF8.self)
    }

    @Test func `keys, lists and what is empty read as people write them`() throws {
        struct Specimen: Encodable {
            var name = "nightly fetch"
            var runs = [[1, 2], []]
            var places = [Place(), Place()]
            var none: [Int] = []
            var flag = true

            struct Place: Encodable {
                var path = "src/main.py"
                var line = 4
            }
        }
        #expect(
            try text(Specimen()) == """
                name: nightly fetch
                runs:
                  - - 1
                    - 2
                  - []
                places:
                  - path: src/main.py
                    line: 4
                  - path: src/main.py
                    line: 4
                none: []
                flag: true

                """
        )
    }

    @Test(arguments: [
        "no", "No", "y", "off", "null", "~", "", "1", "1e5", "0x1F", "12:30", "2026-01-01", ".inf",
        "a: b", "a #b", "- a", "*a", "&a", "!a", "%a", "@a", "`a", "[a", "{a", "a,b", " a", "a ",
        "'a'", "|", ">", "=", "<<", "nan", "a\tb",
    ])
    func `text that a reader could take for something else has quotes`(text: String) throws {
        #expect(try self.text([text]).hasPrefix("- \""))
    }

    @Test(arguments: ["Norway", "none", "main.py", "python3.13.0", "an exception (exit 1)", "e5"])
    func `text that is text stands for itself`(text: String) throws {
        #expect(try self.text([text]) == "- \(text)\n")
    }

    @Test func `several lines are a block, and what a block can't hold is one line`() throws {
        #expect(try text(["a:\n  b: # c\n\nd"]) == "- |-\n  a:\n    b: # c\n\n  d\n")
        #expect(try text(["a\n"]) == "- |\n  a\n")
        for hard in ["a\n\n", "\na", " a\nb", "a\r\nb", "a\u{1B}\nb", "a\u{2028}\nb"] {
            #expect(try text([hard]).split(separator: "\n").count == 1)
        }
        #expect(try text(["\u{0}\u{1B}\u{85}\u{202E}"]) == #"- "\u0000\u001b\u0085\u202e""# + "\n")
    }

    @Test func `a number is one to a reader of YAML 1.1 as well`() throws {
        #expect(try text([1e-5, -2.5e-7, 1e20, 3]) == "- 1.0e-05\n- -2.5e-07\n- 1.0e+20\n- 3\n")
    }

    @Test func `a key may be as long as it likes`() throws {
        for count in [1000, 1001] {
            let key = String(repeating: "k", count: count)
            let head = count == 1000 ? "\(key): " : "? \(key)\n: "
            #expect(try text(SortedMap([key: "v"])) == "\(head)v\n")
        }
    }
}
