// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@Suite struct JSONTextTests {
    private struct Specimen: Encodable {
        var zeta = 1
        var alpha = "a"
        var missing: String?
        var number = 0.25
        var flags = [true, false]
        var inner = Inner()
        var empty: [Int] = []

        struct Inner: Encodable {
            var last = 2
            var first: Int?
        }
    }

    private func text(_ value: some Encodable, isPretty: Bool = false) throws -> String {
        String(decoding: try JSONText(isPretty: isPretty).encode(value), as: UTF8.self)
    }

    @Test func `keys come in the order of their declaration, and nil as null`() throws {
        #expect(
            try text(Specimen())
                == #"{"zeta":1,"alpha":"a","missing":null,"number":0.25,"flags":[true,false],"#
                + #""inner":{"last":2,"first":null},"empty":[]}"#
        )
    }

    @Test func `pretty text has a line for each member`() throws {
        struct Small: Encodable {
            var list = [1, 2]
            var none: [Int] = []
        }
        #expect(
            try text(Small(), isPretty: true)
                == "{\n  \"list\": [\n    1,\n    2\n  ],\n  \"none\": []\n}"
        )
    }

    @Test func `every string comes back from Foundation's decoder as it was`() throws {
        let strings = [
            "", "quote \" backslash \\ slash /", "line\nreturn\rtab\t", "\u{0}\u{1F}\u{7F}",
            "žluťoučký 日本語 👩‍👩‍👧 \u{2028}",
        ]
        let bytes = try JSONText().encode(strings)
        #expect(try JSONDecoder().decode([String].self, from: Data(bytes)) == strings)
    }

    @Test func `no string has what a terminal obeys or what ends a line for somebody`() throws {
        let text = try text("\u{0}\u{1B}\u{7F}\u{85}\u{9B}\u{2028}\u{202E}\u{2066}\u{FEFF}é")
        #expect(text == #""\u0000\u001b\u007f\u0085\u009b\u2028\u202e\u2066\ufeffé""#)
    }

    @Test func `every number comes back as it was`() throws {
        let numbers = [0, -0.5, 1e-7, 123_456_789.25, 1e300, -1e15, 3]
        let bytes = try JSONText().encode(numbers)
        #expect(try JSONDecoder().decode([Double].self, from: Data(bytes)) == numbers)
        let integers = [Int64.max, .min, 0]
        let encoded = try JSONText().encode(integers)
        #expect(try JSONDecoder().decode([Int64].self, from: Data(encoded)) == integers)
    }

    @Test func `a number that JSON has no word for is refused`() {
        #expect(throws: EncodingError.self) { try JSONText().encode(Double.nan) }
        #expect(throws: EncodingError.self) { try JSONText().encode([Double.infinity]) }
    }

    @Test func `a spec comes back from its JSON as it was`() throws {
        var spec = JobSpec(
            program: JobSpec.Program(
                files: ["main.py": .text("print(1)\n"), "data.bin": .bytes([0, 255, 10])],
                start: .entry("main.py")
            )
        )
        spec.program.stdin = .bytes([1, 2])
        spec.labels = ["a": "b"]
        spec.debug.hashSeed = 7
        spec.limits.time = Seconds(.milliseconds(1500))
        spec.webhooks = [JobSpec.WebhookTarget(url: "https://example.com/")]
        let bytes = try JSONText().encode(spec)
        #expect(try JSONDecoder().decode(JobSpec.self, from: Data(bytes)) == spec)
    }
}
