// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// The files that a job left, as the API lists them.
struct ArtifactsView: Encodable {
    struct Item: Encodable {
        var run: Int
        var path: String
        var size: ByteCount
        /// Where it can be fetched.
        var href: String
    }

    struct Skipped: Encodable {
        var run: Int
        var path: String
        var reason: String
    }

    var items: [Item] = []
    var skipped: [Skipped] = []

    init(_ job: Job) {
        for run in job.runs {
            for kept in run.artifacts?.kept ?? [] {
                let path = kept.path.split(separator: "/").map {
                    JobsAPI.percentEncoded(String($0))
                }
                items.append(
                    Item(
                        run: run.run,
                        path: kept.path,
                        size: kept.size,
                        href: "/v1/jobs/\(job.id)/artifacts/\(path.joined(separator: "/"))"
                            + (job.runs.count == 1 ? "" : "?run=\(run.run)")
                    )
                )
            }
            skipped += (run.artifacts?.skipped ?? []).map {
                Skipped(run: run.run, path: $0.path, reason: $0.reason)
            }
        }
    }
}
