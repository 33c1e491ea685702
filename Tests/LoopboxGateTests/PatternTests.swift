// SPDX-License-Identifier: Apache-2.0

import LoopboxGate
import Testing

@Suite struct PatternTests {
    private func match(_ pattern: String, _ text: String) throws -> Range<Int>? {
        try Pattern(pattern).firstMatch(in: Array(text.utf8))
    }

    @Test func `a pattern is looked for anywhere, and lines are asked for`() throws {
        #expect(try match("b+", "abbbc") == 1..<4)
        #expect(try match("^b", "a\nb") == nil)
        #expect(try match("(?m)^b$", "a\nb\nc") == 2..<3)
        #expect(try match("", "") == 0..<0)
        #expect(try match("x", "") == nil)
        #expect(try match("ä.ö", "xäüö") == 1..<7)
    }

    @Test func `bytes that are no text match nothing`() throws {
        let pattern = try Pattern("^a.b$")
        #expect(pattern.firstMatch(in: [0x61, 0xFF, 0x62]) == nil)
    }

    @Test(arguments: ["(abc", "a**b(", "[z-a]", "(?<=a)b", #"(a)\1"#, "a{1001}", #"\"#])
    func `what is no pattern is told, and what RE2 can't do as well`(pattern: String) {
        let fault = #expect(throws: Pattern.Fault.self) { _ = try Pattern(pattern) }
        #expect(fault?.reason.isEmpty == false)
    }

    @Test func `a pattern that is small to write and large to run is refused`() {
        let fault = #expect(throws: Pattern.Fault.self) { _ = try Pattern(#"\pL{20}"#) }
        #expect(fault?.reason == "too large once its repetitions are written out")
        #expect(throws: Pattern.Fault.self) { _ = try Pattern(#"\pL{900}"#) }
    }

    @Test func `no text takes more than time in proportion to it`() throws {
        // A backtracking engine would take 2^1,000,000 steps.
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
        let pattern = try Pattern("^(a+)+$|(a|a)*b|(a*)*c")
        let clock = ContinuousClock()
        let short = clock.measure { _ = pattern.firstMatch(in: Array(bytes.prefix(1 << 16)) + [0]) }
        let long = clock.measure { _ = pattern.firstMatch(in: bytes + [0]) }
        #expect(long < short * 64 + .seconds(1))
    }
}
