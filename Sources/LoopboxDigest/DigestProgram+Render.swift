// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopboxModel
import LoopboxReport
import LoopboxWebhooks

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension DigestProgram {
    /// Nothing beside the bytes.
    struct RenderAnswer: Codable {}

    static func render() throws { try answer(RenderAnswer(), [page(of: try parcel())]) }

    /// The page that `parcel` asks for.
    static func page(of parcel: Parcel) throws -> [UInt8] {
        let task = try parcel.task(RenderTask.self)
        let count = task.job.runs.count
        let digests = try parcel.strings.prefix(count).map(digest)
        let job = ReportedJob(task.job, digests: digests)
        switch task.page {
        case .report(let format):
            return try report(of: job, task, Array(parcel.strings.dropFirst(count)))
                .bytes(as: format)
        case .runs: return try json(RunList(job))
        case .run(let number):
            guard let run = job.runs.first(where: { $0.run == number }) else { exit(1) }
            return try json(RunPage(run))
        case .message(let event, let level, let time, let publicURL):
            return try WebhookPayload(event, of: job, at: time, publicURL: publicURL).body(level)
        }
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        try JSONText(isPretty: true).encode(value) + [UInt8(ascii: "\n")]
    }

    private static func report(
        of job: ReportedJob,
        _ task: RenderTask,
        _ strings: [[UInt8]]
    ) throws -> Report {
        var report = Report(subject(job, task.loose), version: task.version)
        report.selection = task.selection
        report.pathPrefix = task.pathPrefix
        report.color = task.color
        report.more = task.more
        report.webhookSecrets = task.webhookSecrets
        if task.hasTimelines {
            for (run, bytes) in zip(job.runs, strings) where !bytes.isEmpty {
                report.timelines[run.run] = try JSONDecoder().decode(
                    Timeline.self,
                    from: Data(bytes)
                )
            }
        }
        if let dropped = task.dropped {
            for (place, run) in job.runs.enumerated() {
                let own = Array(strings[(4 * place)..<(4 * place + 4)])
                report.outputs[run.run] = Report.Output(
                    stdout: captured(own[0], own[1], dropped: dropped[2 * place]),
                    stderr: captured(own[2], own[3], dropped: dropped[2 * place + 1])
                )
            }
        }
        return report
    }

    private static func subject(_ job: ReportedJob, _ loose: RenderTask.Loose?) -> Report.Subject {
        guard let loose else { return .job(job) }
        guard let conclusion = loose.conclusion else {
            return .run(job.runs[0], name: loose.name, spec: job.job.spec)
        }
        return .runs(
            job.runs,
            verdict: loose.verdict,
            conclusion,
            name: loose.name,
            spec: job.job.spec
        )
    }
}
