// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `/v1/rules`, and whether the programs on its pages do what they are shown for.
@Suite struct RuleTests {
    /// Rules about time; the programs of all others may be as slow as the machine is.
    private static let slow: Set = [
        "slow-callback", "slow-name-resolution", "slow-selector-poll",
    ]
    /// How often a program is run before a finding more counts, as any callback can be a slow one.
    private static let triesMax = 3

    @Test func `what a page calls bad has the finding, and what it calls good has none`() throws {
        let own = ProcessInfo.processInfo.environment
        let managers = own["PYENV_ROOT"] ?? "\(own["HOME"] ?? "/root")/.pyenv"
        let server = try ServerProcess(
            ["--sandbox", "strict"],
            environment: ["PATH": own["PATH"] ?? "", "PYENV_ROOT": managers]
        )
        let runtimes = try server.curl("/v1/runtimes").json.items.array.compactMap(\.name.string)
        var shown = 0
        for rule in try server.curl("/v1/rules").json.items.array {
            let id = rule.id.string ?? ""
            guard let bad = rule.bad.string, let good = rule.good.string,
                let runtime = newest(of: runtimes, for: rule.versions.string ?? "")
            else { continue }
            shown += 1
            let found = try findings(in: bad, of: id, runtime, server) { $0.contains(id) }
            #expect(found.contains(id), "\(id) under \(runtime): \(found)")
            let left = try findings(in: good, of: id, runtime, server) { $0.isEmpty }
            #expect(left == [], "\(id) under \(runtime)")
        }
        #expect(shown > 50)
        server.terminate()
    }

    @Test func `a rule is told in words, and of one that there is not, which may be meant`() throws
    {
        let server = try ServerProcess()
        let page = try server.curl("/v1/rules/coroutine-never-awaited?format=text")
        #expect(page.text.contains("why:"))
        let missing = try server.curl("/v1/rules/coroutine-never-awaitet")
        #expect(missing.status == 404)
        #expect(missing.json.hint.string == "did you mean \"coroutine-never-awaited\"?")
        #expect(try server.curl("/v1/rules/x").json.hint.string == "GET /v1/rules lists them")
        server.terminate()
    }

    /// The rules that `program` gives, tried again where that is not as `isWanted` has it.
    private func findings(
        in program: String,
        of rule: String,
        _ runtime: String,
        _ server: ServerProcess,
        isWanted: ([String]) -> Bool
    ) throws -> [String] {
        let spec: [String: Any] = [
            "program": ["source": program, "runtime": runtime],
            "debug": ["slow_callback_duration": Self.slow.contains(rule) ? "150ms" : "5s"],
        ]
        let data = try JSONSerialization.data(withJSONObject: spec)
        var found: [String] = []
        for _ in 1...Self.triesMax {
            let answer = try server.submit(String(decoding: data, as: UTF8.self), "wait=30s")
            try #require(answer.status == 201, "\(rule): \(answer)")
            found = answer.json.findings.array.compactMap(\.rule.string)
            if isWanted(found) { break }
        }
        return found
    }

    /// The newest of `runtimes`, which begin with that, for `3.12 and newer` or `up to 3.10`.
    private func newest(of runtimes: [String], for versions: String) -> String? {
        func minor(_ text: some StringProtocol) -> Int? {
            text.firstRange(of: "3.").flatMap {
                Int(text[$0.upperBound...].prefix(while: \.isNumber))
            }
        }
        let last = versions.firstMatch(of: #/up to (3\.\d+)/#).flatMap { minor($0.output.1) }
        let first = versions.firstMatch(of: #/(3\.\d+) and newer/#).flatMap { minor($0.output.1) }
        return runtimes.first { runtime in
            minor(runtime).map { (first ?? 0)...(last ?? .max) ~= $0 } ?? false
        }
    }
}
