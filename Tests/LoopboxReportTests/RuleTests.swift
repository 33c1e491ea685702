// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@testable import LoopboxReport

@Suite struct RuleTests {
    /// What fits on a screen beside a finding.
    private static let whyMax = 320
    private static let columnsMax = 72
    private static let linesMax = 18

    @Test(arguments: Rule.all)
    func `each rule says why it matters, and shows both programs or none`(rule: Rule) {
        #expect(!rule.why.isEmpty && rule.why.count <= Self.whyMax, "\(rule.id)")
        #expect(rule.why.hasSuffix("."), "\(rule.id)")
        #expect((rule.bad == nil) == (rule.good == nil), "\(rule.id)")
        #expect(rule.bad != rule.good || rule.bad == nil, "\(rule.id)")
        for example in [rule.bad, rule.good].compactMap({ $0 }) {
            #expect((2...Self.linesMax).contains(example.lines.count), "\(rule.id)")
            for line in example.lines {
                #expect(line.utf8.count <= Self.columnsMax && !line.contains("\n"), "\(rule.id)")
            }
        }
    }

    @Test func `most rules show programs`() {
        #expect(Rule.all.filter { $0.bad != nil }.count >= 60)
    }

    @Test(arguments: ["coroutine-never-awaited", "flaky"])
    func `a rule's page reads as its golden file`(id: String) throws {
        let rule = try #require(Rule.named(id))
        try GoldenFile(suite: "rules", name: id).expect(RuleText.page(of: rule))
    }

    @Test func `an answer has a program as one text`() throws {
        let rule = try #require(Rule.named("coroutine-never-awaited"))
        let data = Data(try JSONText(isPretty: true).encode(rule))
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["bad"] as? String == rule.bad?.text)
        #expect(rule.bad?.text.hasSuffix(")\n") == true)
    }
}
