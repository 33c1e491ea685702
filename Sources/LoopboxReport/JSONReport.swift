// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The report as one JSON value: the job, the run that belongs to none, or a list of findings.
enum JSONReport: ReportRenderer {
    static let mediaTypes = ["application/json", "application/problem+json"]

    static func render(_ report: Report) -> [UInt8] {
        written { try JSONText(isPretty: true).encode(report.value) + [UInt8(ascii: "\n")] }
    }

    /// What `write` gives.
    static func written(_ write: () throws -> [UInt8]) -> [UInt8] {
        do {
            return try write()
        } catch {
            // Only a number that is none could be refused, and spans and counts are integers.
            fatalError("a report can always be written: \(error)")
        }
    }
}

extension Report {
    /// The value that JSON and YAML have, the one as the other.
    var value: any Encodable {
        if selection != nil { return FindingsView(items: runs.flatMap(\.findings)) }
        switch subject {
        case .job(let job):
            return JobView(job, position: position, webhookSecrets: webhookSecrets)
        case .run(let run, _, _): return run
        case .runs(let runs, let verdict, let conclusion, let name, _):
            return RunsView(name, runs, verdict, conclusion)
        }
    }

    /// A list, as all lists of the API are.
    private struct FindingsView: Encodable {
        var items: [Finding]
        var nextCursor: String?

        enum CodingKeys: String, CodingKey {
            case items
            case nextCursor = "next_cursor"
        }
    }
}
