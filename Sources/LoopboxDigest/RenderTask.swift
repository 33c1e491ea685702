// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel
public import LoopboxReport

/// A page to be written of a job's runs, or of runs that belong to no job.
///
/// With it go the digest of each run, then what else the page needs of each: timelines, or head and
/// tail of its two streams.
public struct RenderTask: Sendable, Codable {
    /// What is to be written.
    public enum Page: Sendable, Codable {
        /// A report in this format.
        case report(ReportFormat)
        /// The runs without their findings.
        case runs
        /// The run of this number with its findings.
        case run(Int)
        /// The body of a webhook's message.
        case message(WebhookEvent, JobSpec.Payload, at: Timestamp, publicURL: String?)
    }

    /// Runs that belong to no job.
    public struct Loose: Sendable, Codable {
        /// What was run, such as the program's path.
        public var name: String
        /// The gate's answer.
        public var verdict: Verdict?
        /// What the runs say together; nil: there is one run, and nothing is expected of it.
        public var conclusion: Conclusion?

        /// Runs of `name`.
        public init(name: String, verdict: Verdict?, conclusion: Conclusion?) {
            self.name = name
            self.verdict = verdict
            self.conclusion = conclusion
        }
    }

    /// What is to be written.
    public var page: Page
    /// The job with its records. Of loose runs: their spec and records in a job that nobody has.
    public var job: Job
    /// Set if the runs belong to no job.
    public var loose: Loose?
    /// The findings that are wanted, without the rest; nil: everything.
    public var selection: FindingSelection?
    /// As ``Report`` has them.
    public var pathPrefix = ""
    /// The version of Loopbox.
    public var version: String
    /// Whether text has colours.
    public var color = false
    /// What explains a rule when its id is put behind it.
    public var more: String?
    /// Secrets that were made for the job's webhooks, by URL.
    public var webhookSecrets: [String: String]?
    /// Bytes that were dropped between head and tail, of each stream of each run whose output is sent.
    var dropped: [Int]?
    /// Whether timelines are sent.
    var hasTimelines = false

    /// `page` of `job`, whose records may have digests.
    public init(_ page: Page, of job: Job, version: String) {
        self.page = page
        var job = job
        // Nothing of it is shown, and secrets have no business where hostile text is read.
        job.spec.webhooks = []
        self.job = job
        self.version = version
    }
}
