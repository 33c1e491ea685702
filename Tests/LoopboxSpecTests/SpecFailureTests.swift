// SPDX-License-Identifier: Apache-2.0

import LoopboxSpec
import Testing

@Suite struct SpecFailureTests {
    private func refusal(
        _ text: String,
        _ contentType: SpecContentType = .sniffed
    ) throws -> SpecFailure {
        try #require(throws: SpecFailure.self) {
            try SpecDecoder.decode(
                Array(text.utf8),
                contentType: contentType,
                context: Golden.context
            )
        }
    }

    @Test func `the words are those of the job spec's design`() throws {
        let text = "program:\n  source: x\nlimits:\n  timeout: 10\n"
        let failure = try refusal(text)
        let expected = """
            job.yaml:4:3: error: unknown key "timeout" in "limits"
               4 |   timeout: 10
                     ^~~~~~~
              hint: did you mean "time"? Keys here: time, cpu, memory, processes, open_files, disk, output, grace

            """
        #expect(
            failure.render(file: "job.yaml", source: Array(text.utf8), color: false) == expected
        )
        let diagnostic = try #require(failure.diagnostics.first)
        #expect(diagnostic.line == 4 && diagnostic.column == 3 && diagnostic.endColumn == 10)
        #expect(diagnostic.pointer == "/limits/timeout")
        #expect(diagnostic.code == "unknown-key")
        #expect(diagnostic.suggestion == "time")
        #expect(failure.kind == .meaning)
        #expect(failure.summary(file: "job.yaml") == "1 error in job.yaml")
        #expect("\(failure)" == "4:3: error: unknown key \"timeout\" in \"limits\"")
    }

    @Test func `colours are put around words, and nothing else changes`() throws {
        let text = Array("program: {source: x}\ndebug: {loop: epol}\n".utf8)
        let failure = try refusal(String(decoding: text, as: UTF8.self))
        let plain = failure.render(file: "job.yaml", source: text, color: false)
        let painted = failure.render(file: "job.yaml", source: text, color: true)
        #expect(painted.contains("\u{1B}[1;31merror:\u{1B}[0m"))
        var stripped = ""
        var isInside = false
        for scalar in painted.unicodeScalars {
            if scalar == "\u{1B}" { isInside = true }
            if !isInside { stripped.unicodeScalars.append(scalar) }
            if scalar == "m" { isInside = false }
        }
        #expect(stripped == plain)
    }

    @Test func `a syntax error among others makes the whole a syntax error`() throws {
        let failure = try refusal("program: {source: x}\nlimits: {time: 1, time: 2}\n")
        #expect(failure.kind == .syntax)
        #expect(failure.diagnostics.map(\.code) == ["unit", "duplicate-key"])
    }

    @Test(arguments: [
        "webhooks: [{url: \"https://example.com\", secret: whsec_TOPTOPTOP, x: 1}]",
        "webhooks: [{secret: whsec_TOPTOPTOP",
        "webhooks:\n - secret: >\n     whsec_TOPTOPTOP\n",
        "webhooks: [{url: \"https://u:TOPTOPTOP@h/\"}]",
        "webhooks: {whsec_TOPTOPTOP: 1}",
        "whsec_TOPTOPTOP: 1",
        "whsec_TOPTOPTOP",
        "name: [whsec_TOPTOPTOP]",
        "{\"webhooks\": [{\"secret\": \"TOPTOPTOP\", \"url\": 5}]",
        "webhooks: [{\"secret\": TOPTOPTOP, url: \"https://h\", payload: x}]",
        "debug: {loop: whsec_TOPTOPTOP}",
        "my_token: [TOPTOPTOP",
        "webhooks: [{url: \"https://h\", events: [whsec_TOPTOPTOP]}]",
        "secret: TOPTOPTOP\0",
        "program: {source: x}\nwebhooks:\n - url: https://h\n   secret:\n      TOPTOPTOP: 5\n",
    ])
    func `no text shows a secret`(text: String) throws {
        for contentType in SpecContentType.allCases {
            let failure = try refusal(text, contentType)
            let shown = failure.render(file: "f", source: Array(text.utf8), color: false)
            #expect(!shown.contains("TOP"), "\(shown)")
            #expect(!failure.description.contains("TOP"))
        }
    }

    @Test func `an astral scalar and a combining mark keep the caret in its place`() throws {
        let text = "labels: {a: \"😀e\u{301}\", b: [x]}\nprogram: {source: x}\n"
        let shown = try refusal(text).render(
            file: "f",
            source: Array(text.utf8),
            color: false
        )
        let lines = shown.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("f:1:23:"))
        // The face is two columns wide, the mark none.
        #expect(lines[2] == String(repeating: " ", count: 7 + 22) + "^")
    }

    @Test func `line breaks of libyaml's own do not shift the lines`() throws {
        let text = "name: \"a\u{2028}b\u{85}c\"\nprogram: {source: x}\nfoo: 1\n"
        #expect(try refusal(text).diagnostics.last?.line == 3)
    }
}
