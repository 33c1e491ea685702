// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// Runs that belong to no job, as a job's are shown.
struct RunsView: Encodable {
    var name: String
    var verdict: Verdict?
    var failures: [GateFailure]
    var runs: [RunView]
    var findings: [Finding]
    var comparison: Comparison?

    init(
        _ name: String,
        _ runs: [RunReport],
        _ verdict: Verdict?,
        _ conclusion: Conclusion
    ) {
        self.name = name
        self.verdict = verdict
        failures = conclusion.failures
        self.runs = runs.map(RunView.init)
        findings = runs.flatMap(\.findings)
        comparison = conclusion.comparison
    }
}

/// A list of runs, as all lists of the API are.
public struct RunList: Encodable, Sendable {
    private var items: [RunView]
    private var nextCursor: String?

    private enum CodingKeys: String, CodingKey {
        case items
        case nextCursor = "next_cursor"
    }

    /// All runs of `job`, without their findings.
    public init(_ job: ReportedJob) { items = job.runs.map(RunView.init) }
}

/// One run of a job with its findings.
public struct RunPage: Encodable, Sendable {
    private var run: RunView
    private var findings: [Finding]

    /// All there is to say of `report`.
    public init(_ report: RunReport) {
        run = RunView(report)
        findings = report.findings
    }
}
