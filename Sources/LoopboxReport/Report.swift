// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// Everything that a renderer may know: what a report is about, and how it is asked for.
///
/// A format is a pure function of this value: it reads no clock, no file and no environment.
public struct Report: Sendable {
    /// What a report is about.
    public enum Subject: Sendable {
        /// A job, whatever its state.
        case job(ReportedJob)
        /// A run that belongs to no job; `name` is what was run, such as the program's path.
        case run(RunReport, name: String, spec: JobSpec)
        /// Several runs that belong to no job, or one that was judged.
        case runs([RunReport], verdict: Verdict?, Conclusion, name: String, spec: JobSpec)
    }

    /// What a program wrote in one run.
    public struct Output: Sendable {
        /// Its standard output.
        public var stdout: CapturedOutput
        /// Its standard error.
        public var stderr: CapturedOutput

        /// The two streams.
        public init(stdout: CapturedOutput, stderr: CapturedOutput) {
            self.stdout = stdout
            self.stderr = stderr
        }
    }

    /// What it is about.
    public var subject: Subject
    /// The findings that are wanted, without the rest; nil: everything.
    public var selection: FindingSelection?
    /// What the program wrote, by the number of the run, as far as it shall be shown.
    public var outputs: [Int: Output] = [:]
    /// What the event loops did, by the number of the run; only a trace shows it.
    public var timelines: [Int: Timeline] = [:]
    /// What stands before the program's paths where it lies in a repository, `src/`; the formats
    /// that such a repository's tools read put it there.
    public var pathPrefix = ""
    /// The version of Loopbox.
    public var version: String
    /// Whether text has colours.
    public var color = false
    /// What explains a rule when its id is put behind it: `loopbox rules `, or an address that ends
    /// in a slash; nil: text says nothing of it.
    public var more: String?
    /// The place of a job in the queue, from 1.
    public var position: Int?
    /// Secrets that were made for the job's webhooks, by URL; told in JSON and YAML.
    public var webhookSecrets: [String: String]?

    /// A whole report, made by Loopbox `version`.
    public init(_ subject: Subject, version: String) {
        self.subject = subject
        self.version = version
    }

    /// The report in `format`, in UTF-8.
    public func bytes(as format: ReportFormat) -> [UInt8] { format.renderer.render(self) }
}

extension Report {
    /// The runs, with those findings that are wanted.
    var runs: [RunReport] {
        let all =
            switch subject {
            case .job(let job): job.runs
            case .run(let run, _, _): [run]
            case .runs(let runs, _, _, _, _): runs
            }
        guard let selection else { return all }
        return all.map { run in
            var run = run
            run.findings = run.findings.filter(selection.contains)
            return run
        }
    }

    var spec: JobSpec {
        switch subject {
        case .job(let job): job.spec
        case .run(_, _, let spec): spec
        case .runs(_, _, _, _, let spec): spec
        }
    }

    /// The gate's answer; nil where nothing is expected or there is no result yet.
    var verdict: Verdict? {
        switch subject {
        case .job(let job): job.verdict
        case .run: nil
        case .runs(_, let verdict, _, _, _): verdict
        }
    }

    /// What the runs say together.
    var conclusion: Conclusion {
        switch subject {
        case .job(let job): job.conclusion
        case .run: Conclusion()
        case .runs(_, _, let conclusion, _, _): conclusion
        }
    }

    /// The findings of all runs, those that are the same in several told once, at the first of them.
    var foldedFindings: [FoldedFinding] { FoldedFinding.all(in: runs) }

    /// The name that the user gave, or else what was run.
    var name: String {
        switch subject {
        case .job(let job): job.spec.name.isEmpty ? entry : job.spec.name
        case .run(_, let name, _), .runs(_, _, _, let name, _): name
        }
    }

    /// Why there is no result; nil: there is one.
    var whyThereIsNone: String? {
        guard case .job(let job) = subject else { return nil }
        switch job.state {
        case .queued: return "The job \(job.id) is still queued: there is no result yet."
        case .running: return "The job \(job.id) is still running: there is no result yet."
        case .completed: return job.runs.isEmpty ? TextReport.reason(for: job) : nil
        }
    }

    /// The file that the program begins with, as findings name it.
    var entry: String {
        switch spec.program.start {
        case .entry(let path): path
        case .module(let name):
            // A package begins with a file of its own.
            [".py", "/__main__.py"].map { name.split(separator: ".").joined(separator: "/") + $0 }
                .first { spec.program.files[$0] != nil } ?? name
        }
    }

    /// `path` of the program as a repository's tools know it.
    func repositoryPath(_ path: String) -> String {
        if pathPrefix.isEmpty || pathPrefix.hasSuffix("/") { return pathPrefix + path }
        return "\(pathPrefix)/\(path)"
    }

    /// `finding` with the program's paths as a repository's tools know them.
    func placed(_ finding: Finding) -> Finding {
        guard !pathPrefix.isEmpty else { return finding }
        var finding = finding
        finding.location = finding.location.map(placed)
        finding.stack = finding.stack.map(placed)
        finding.creation = finding.creation.map(placed)
        finding.exception = finding.exception.map(placed)
        return finding
    }

    private func placed(_ location: Location) -> Location {
        guard location.isOnDisk, location.isOwn else { return location }
        var location = location
        location.path = repositoryPath(location.path)
        return location
    }

    private func placed(_ exception: ExceptionReport) -> ExceptionReport {
        var exception = exception
        exception.frames = exception.frames.map(placed)
        exception.group = exception.group.map(placed)
        if let previous = exception.previous, let earlier = previous.exceptions.first {
            exception.previous = .init(relation: previous.relation, exception: placed(earlier))
        }
        return exception
    }

    /// Whether the run did what a program is run for: it ended by itself, with status 0.
    package static func isPlain(_ run: RunReport) -> Bool {
        run.outcome == .exited && run.exit == 0
    }

    /// Whether Loopbox did its part: how the program ends is the program's affair.
    package static func wasCarriedOut(_ run: RunReport) -> Bool {
        switch run.outcome {
        case .exited, .signaled, .timedOut, .cpuExceeded, .memoryExceeded, .deadlocked: true
        case .cancelled, .expired, .lost, .buildFailed, .sandboxFailed: false
        }
    }

    /// Why a run ended otherwise than by itself with status 0, in a sentence.
    package static func reason(for run: RunReport) -> String {
        if !run.ending.isEmpty { return run.ending }
        switch run.outcome {
        case .exited: return "the program ended with exit status \(run.exit ?? 0)"
        case .signaled: return "the program was killed by \(run.signal ?? "a signal")"
        default: return "the program ended: \(TextReport.words(for: run.outcome))"
        }
    }
}
