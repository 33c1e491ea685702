// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// Every spec of `Specs/`, sent as its README says, and its report as a reader sees it.
@Suite struct SpecimenTests {
    /// How often a spec is run before a finding more or less counts: on a machine with no core to
    /// spare, any callback can be a slow one.
    private static let triesMax = 3

    @Test func `the report of each spec is the golden one`() throws {
        let server = try ServerProcess(["--runtime", "python=\(ServerProcess.reference)"])
        for name in Specimens.names {
            let golden = GoldenFile(suite: "specs", name: name)
            var text = ""
            for _ in 1...Self.triesMax {
                let answer = try server.curl(
                    "/v1/jobs?wait=30s&format=text",
                    "--data-binary",
                    "@\(Specimens.path(name))"
                )
                #expect(answer.status == 201, "\(name): \(answer)")
                text = normalised(answer.text)
                if golden.isRewritten || text == golden.text { break }
            }
            try golden.expect(text)
        }
        server.terminate()
    }

    /// A finding as far as it is the same under each version.
    private struct Seen: Hashable, CustomStringConvertible {
        let rule: String
        let severity: String
        let path: String
        let line: Int

        init(_ finding: JSON) {
            rule = finding.rule.string ?? ""
            severity = finding.severity.string ?? ""
            path = finding.location.path.string ?? ""
            line = finding.location.line.int ?? 0
        }

        var description: String { "\(path):\(line): \(severity): \(rule)" }
    }

    /// The oldest minor version of Python 3 that a spec is for; else `oldest`.
    private static let needs = ["exception-group": 11, "generators-left-early-fixed": 10]
    private static let oldest = 9

    @Test func `every interpreter finds the same at the same lines`() throws {
        let own = ProcessInfo.processInfo.environment
        let managers = own["PYENV_ROOT"] ?? "\(own["HOME"] ?? "/root")/.pyenv"
        let server = try ServerProcess(
            environment: ["PATH": own["PATH"] ?? "", "PYENV_ROOT": managers]
        )
        let runtimes = try server.curl("/v1/runtimes").json.items.array.compactMap(\.name.string)
        #expect(runtimes.contains("python3.11"))
        func findings(_ name: String, _ runtime: String) throws -> [Seen] {
            let text = try Specimens.text(name, runtime: runtime)
            let answer = try server.submit(text, "wait=60s")
            #expect(answer.status == 201, "\(runtime) \(name): \(answer)")
            let seen = answer.json.findings.array.map(Seen.init)
            // On a busy machine any callback can be a slow one; only these specs are about it.
            let isAboutTime = ["slow-callback", "blocking-executor", "logging-blocks"].contains(
                name
            )
            return isAboutTime ? seen : seen.filter { $0.rule != "slow-callback" }
        }
        // It says itself which version it is for.
        for name in Specimens.names where name != "runtime" {
            let expected = try findings(name, "python3.11")
            for runtime in runtimes where runtime != "python3.11" {
                let minor = Int(runtime.drop { $0 != "." }.dropFirst()) ?? 0
                guard minor >= Self.needs[name] ?? Self.oldest else { continue }
                var found: [Seen] = []
                for _ in 1...Self.triesMax {
                    found = try findings(name, runtime)
                    if found == expected { break }
                }
                #expect(found == expected, "\(runtime) \(name)")
            }
        }
        server.terminate()
    }
}
