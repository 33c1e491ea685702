// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// One JSON value a line, each with a `kind`: the job, then each run followed by its findings, then
/// each failure of the gate, and how the runs differ.
///
/// For `grep` and `jq`, and for logs that are collected line by line. The members are those of a
/// job in JSON; a run and a finding name their job as well, as a line may be read alone.
enum JSONLinesReport: ReportRenderer {
    static let mediaTypes = [
        "application/jsonl", "application/x-ndjson", "application/x-jsonlines",
    ]

    static func render(_ report: Report) -> [UInt8] {
        var lines: [UInt8] = []
        func add(_ kind: String, _ value: some Encodable, of job: JobID?) {
            let line = Line(kind: kind, job: job, value: value)
            lines += JSONReport.written { try JSONText().encode(line) } + [UInt8(ascii: "\n")]
        }
        var id: JobID?
        if case .job(let job) = report.subject {
            id = job.id
            if report.selection == nil {
                var view = JobView(
                    job,
                    position: report.position,
                    webhookSecrets: report.webhookSecrets
                )
                view.isAlone = true
                add("job", view, of: nil)
            }
        }
        for run in report.runs {
            if report.selection == nil { add("run", RunView(run), of: id) }
            for finding in run.findings { add("finding", finding, of: id) }
        }
        if report.selection == nil {
            for failure in report.conclusion.failures { add("failure", failure, of: id) }
            if let comparison = report.conclusion.comparison {
                add("comparison", comparison, of: id)
            }
        }
        return lines
    }

    /// A value with its kind and its job before its own members.
    private struct Line<Value: Encodable>: Encodable {
        var kind: String
        var job: JobID?
        var value: Value

        enum CodingKeys: String, CodingKey { case kind, job }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(kind, forKey: .kind)
            if let job { try container.encode(job, forKey: .job) }
            // Into the same object.
            try value.encode(to: encoder)
        }
    }
}
