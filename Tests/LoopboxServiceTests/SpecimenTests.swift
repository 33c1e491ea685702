// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// Every spec of `Specs/`, sent as its README says, and its report as a reader sees it.
@Suite struct SpecimenTests {
    /// How often a spec is run before a finding more or less counts: on a machine with no core to
    /// spare, any callback can be a slow one.
    private static let triesMax = 3

    @Test(arguments: ["none-i-know", "standard", "strict"])
    func `the report of each spec is the golden one, isolated or not`(isolation: String) throws {
        let server = try ServerProcess([
            "--sandbox", isolation, "--runtime", "python=\(ServerProcess.reference)",
        ])
        for name in Specimens.steady {
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

    /// The oldest minor version of Python 3 that the README promises of every spec. Older ones run
    /// those in which there is something to find.
    private static let oldest = 11
    /// A spec that needs more than the oldest interpreter there is.
    private static let needs = ["exception-group": 11]

    @Test func `every interpreter finds the same at the same lines`() throws {
        let own = ProcessInfo.processInfo.environment
        let managers = own["PYENV_ROOT"] ?? "\(own["HOME"] ?? "/root")/.pyenv"
        let server = try ServerProcess(
            environment: ["PATH": own["PATH"] ?? "", "PYENV_ROOT": managers]
        )
        let runtimes = try server.curl("/v1/runtimes").json.items.array.compactMap(\.name.string)
        #expect(runtimes.contains("python3.11"))
        func expected(_ name: String) -> [SeenFinding] {
            SeenFinding.all(in: GoldenFile(suite: "specs", name: name).text)
        }
        var sent: [(name: String, runtime: String, job: String)] = []
        func send(_ name: String, _ runtime: String) throws {
            let answer = try server.submit(try Specimens.text(name, runtime: runtime))
            #expect(answer.status == 202, "\(runtime) \(name): \(answer)")
            sent.append((name, runtime, answer.job))
        }
        for runtime in runtimes where runtime != "python3.11" {
            let minor = Int(runtime.drop { $0 != "." }.dropFirst()) ?? 0
            // One says itself which version it is for.
            for name in Specimens.steady where name != "runtime" {
                let isBroken = !expected(name).isEmpty
                guard minor >= Self.oldest || isBroken, minor >= Self.needs[name] ?? 0 else {
                    continue
                }
                try send(name, runtime)
            }
        }
        for tries in 1...Self.triesMax {
            let jobs = sent
            sent = []
            for (name, runtime, job) in jobs {
                let findings = try server.curl("/v1/jobs/\(job)?wait=60s").json.findings.array
                let found = SeenFinding.folded(findings)
                if found == expected(name) { continue }
                if tries < Self.triesMax {
                    try send(name, runtime)
                } else {
                    #expect(found == expected(name), "\(runtime) \(name)")
                }
            }
        }
        server.terminate()
    }
}

/// A finding as far as it is the same under each version.
struct SeenFinding: Hashable, CustomStringConvertible {
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

    /// `findings` without those that an earlier run has as well.
    static func folded(_ findings: [JSON]) -> [SeenFinding] {
        var runs: [SeenFinding: Int] = [:]
        return findings.compactMap { finding in
            let seen = SeenFinding(finding)
            let run = finding.run.int ?? 1
            if runs[seen] == nil { runs[seen] = run }
            return runs[seen] == run ? seen : nil
        }
    }

    /// Those that a text report tells of.
    static func all(in text: String) -> [SeenFinding] {
        text.matches(of: /(?m)^(?:(\S+?):(\d+)(?::\d+)?: )?(error|warning|note): .* \[([a-z-]+)\]$/)
            .map { match in
                SeenFinding(
                    rule: String(match.4),
                    severity: String(match.3),
                    path: match.1.map(String.init) ?? "",
                    line: match.2.flatMap { Int($0) } ?? 0
                )
            }
    }

    private init(rule: String, severity: String, path: String, line: Int) {
        self.rule = rule
        self.severity = severity
        self.path = path
        self.line = line
    }

    var description: String { "\(path):\(line): \(severity): \(rule)" }
}
