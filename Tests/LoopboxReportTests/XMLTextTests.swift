// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LoopboxReport

@Suite struct XMLTextTests {
    /// Source: actions/runner, ActionCommand.TryParseV2 and TryParse.
    @Test(arguments: [
        "::error::no", "  ::stop-commands::x", "a\n::add-mask::b", "a\n\t ::debug::x",
        "a ##[error]b", "a\r::error::b", "a\u{85}\n\u{a0}::error::b", "###[error]b",
    ])
    func `no line of a document is a command of a runner that prints it`(text: String) {
        for isAttribute in [false, true] {
            let escaped = XMLText.escaped(text, isAttribute: isAttribute)
            for line in escaped.split(whereSeparator: \.isNewline) {
                #expect(!line.drop { $0.isWhitespace }.hasPrefix("::"), "\(escaped)")
                #expect(!line.contains("##["), "\(escaped)")
            }
            // A reader gets what was written.
            let read = escaped.replacing("&#58;", with: ":").replacing("&#91;", with: "[")
                .replacing("&#13;", with: "\r").replacing("&#10;", with: "\n")
                .replacing("&#9;", with: "\t")
            #expect(read == text)
        }
    }

    @Test func `what is no command is written as it is`() {
        for text in ["a::b", "std::vector", "x[::2]", "#[derive]", "[1]"] {
            #expect(XMLText.escaped(text, isAttribute: false) == text)
        }
    }
}
