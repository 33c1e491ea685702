// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

/// What became of a job or a run, for people: in the style of a compiler.
///
/// Each finding says what happened, where, how the program got there, and what to write instead.
/// The text is safe for a terminal, whatever the program put into its messages, names and paths:
/// no control character of its own making is in it, and no line is wider than 200 columns.
public struct TextReport: Sendable {
    /// Which of the program's own output is shown below the findings.
    public enum Output: Hashable, Sendable {
        /// None of it.
        case none
        /// The last `lines` of each stream of the last run.
        case tail(lines: Int, stdout: CapturedOutput, stderr: CapturedOutput)
    }

    private enum Subject {
        case job(ReportedJob)
        case run(RunReport, name: String, debug: JobSpec.DebugOptions)
        case runs([RunReport], Verdict?, Conclusion, name: String, debug: JobSpec.DebugOptions)
    }

    private let subject: Subject
    private let color: Bool
    let output: Output
    let isSelection: Bool
    let more: String?

    /// The report of `job`, whatever its state.
    ///
    /// - `more`: what explains a rule when its id is put behind it; nil: nothing does.
    /// - `color`: whether escape sequences colour severities, places and carets.
    /// - `isSelection`: whether `job` holds only some of its findings, so that none means little.
    public init(
        job: ReportedJob,
        more: String? = nil,
        color: Bool = false,
        output: Output = .none,
        isSelection: Bool = false
    ) {
        self.init(.job(job), more, color, output, isSelection)
    }

    /// The report of a run that belongs to no job.
    ///
    /// - `name`: what was run, such as the program's path; the report begins with it.
    /// - `debug`: the options that were in force.
    /// - `more`, `color`, `isSelection`: as for a job.
    public init(
        run: RunReport,
        name: String,
        debug: JobSpec.DebugOptions,
        more: String? = nil,
        color: Bool = false,
        output: Output = .none,
        isSelection: Bool = false
    ) {
        let subject = Subject.run(run, name: name, debug: debug)
        self.init(subject, more, color, output, isSelection)
    }

    /// The report of runs that belong to no job.
    ///
    /// - `verdict`, `conclusion`: what they come to.
    /// - `name`, `debug`, `more`, `color`, `isSelection`: as for one run.
    public init(
        runs: [RunReport],
        verdict: Verdict?,
        conclusion: Conclusion,
        name: String,
        debug: JobSpec.DebugOptions,
        more: String? = nil,
        color: Bool = false,
        output: Output = .none,
        isSelection: Bool = false
    ) {
        let subject = Subject.runs(runs, verdict, conclusion, name: name, debug: debug)
        self.init(subject, more, color, output, isSelection)
    }

    private init(
        _ subject: Subject,
        _ more: String?,
        _ color: Bool,
        _ output: Output,
        _ isSelection: Bool
    ) {
        self.isSelection = isSelection
        self.subject = subject
        self.more = more
        self.color = color
        self.output = output
    }

    /// The whole report; its last line ends with a line feed.
    public var text: String {
        var page = ReportPage(color: color)
        switch subject {
        case .job(let job): write(job, to: &page)
        case .run(let run, let name, let debug):
            let took = Self.time(run.times.total)
            page.line(
                "\(SafeText.end(of: name, columns: Self.nameMax))  ran for \(took)\(end(of: run))"
            )
            write(run, debug: debug, to: &page)
        case .runs(let runs, let verdict, let conclusion, let name, let debug):
            let title = SafeText.end(of: name, columns: Self.nameMax)
            let end = Self.end(of: runs, conclusion)
            page.line("\(title)  \(end)\(Self.words(for: verdict, runs))")
            write(runs, conclusion, debug: debug, to: &page)
        }
        return page.text
    }

    /// Columns shown of a name or a path, so that what follows it stays in sight.
    static let nameMax = 80

    // MARK: A job

    private func write(_ job: ReportedJob, to page: inout ReportPage) {
        var title = "\(job.id)"
        if !job.spec.name.isEmpty {
            title += " \"\(SafeText.start(of: job.spec.name, columns: Self.nameMax))\""
        }
        switch job.state {
        case .queued:
            page.line("\(title)  queued since \(job.createdAt)")
            page.line("It waits for a free slot. Ask again in a moment.")
        case .running:
            let attempt = job.attempt > 1 ? " (attempt \(job.attempt))" : ""
            page.line("\(title)  running since \(job.startedAt ?? job.createdAt)\(attempt)")
            page.line("There is no result yet. Ask again in a moment.")
        case .completed:
            let verdict = Self.words(for: job.verdict, job.runs)
            page.line("\(title)  completed\(took(by: job))\(end(of: job))\(verdict)")
            if job.runs.isEmpty {
                page.blank()
                page.line("\(Self.reason(for: job))")
            } else {
                write(job.runs, job.conclusion, debug: job.spec.debug, to: &page)
            }
        }
    }

    private func took(by job: ReportedJob) -> String {
        if job.runs.count == 1 { return " in \(Self.time(job.runs[0].times.total))" }
        guard let started = job.startedAt, let ended = job.endedAt else { return "" }
        return " in \(Self.time(Seconds(started.duration(to: ended))))"
    }

    private func end(of job: ReportedJob) -> String {
        job.runs.isEmpty
            ? "   \(Self.words(for: job.outcome ?? .lost))"
            : "   \(Self.end(of: job.runs, job.conclusion))"
    }

    /// Why a job ended without a single run.
    static func reason(for job: ReportedJob) -> String {
        switch job.outcome {
        case .cancelled where job.startedAt == nil: "It was cancelled before it ran."
        case .cancelled: "It was cancelled while it ran, and left no report."
        case .expired: "It waited longer for a free slot than it was allowed to, and never ran."
        case .sandboxFailed:
            "The sandbox could not be set up. That is the server's fault, not the program's."
        case .lost:
            "The server stopped while it ran (attempt \(job.attempt)), and it is not run again."
        default: "There is no report of a run."
        }
    }

    // MARK: One run

    /// Adds what there is to say of the only run, but for what was expected of it.
    func write(_ run: RunReport, debug: JobSpec.DebugOptions, to page: inout ReportPage) {
        for finding in run.findings {
            page.blank()
            write(finding, to: &page)
        }
        let remarks = Self.remarks(on: run, debug: debug, isSelection: isSelection)
        if !remarks.isEmpty { page.blank() }
        for remark in remarks { page.line("\(remark)") }
        if let standing = run.standing {
            page.blank()
            Self.write(standing, outcome: run.outcome, to: &page)
        }
        Self.write(run.loops ?? [], of: run, to: &page)
        if let artifacts = run.artifacts {
            page.blank()
            Self.write(artifacts, to: &page)
        }
        if case .tail(let lines, let stdout, let stderr) = output {
            page.blank()
            Self.write(tail: lines, stdout: stdout, stderr: stderr, to: &page)
        }
        if !run.findings.isEmpty {
            page.blank()
            page.line("\(Self.summary(of: run.findings))")
        }
    }

    private static let allClear = "All clear: nothing lost, nothing left open, nothing slow."
    private static let noFindings = "No findings."

    /// Whether `remark` says that a run has no findings.
    static func isOfNoFindings(_ remark: String) -> Bool {
        remark == allClear || remark == noFindings
    }

    /// What there is to say of a run as a whole, below its findings.
    static func remarks(
        on run: RunReport,
        debug: JobSpec.DebugOptions,
        isSelection: Bool
    ) -> [String] {
        var remarks: [String] = []
        let isPlain = run.outcome == .exited && run.exit == 0
        let rules = Set(run.findings.map(\.rule))
        if rules.isEmpty, isSelection {
            remarks.append("No such findings.")
        } else if rules.isEmpty {
            let isDebug = debug.asyncio && debug.devMode
            let isClean = isPlain && isDebug && run.reportState == .complete
            remarks.append(isClean ? allClear : noFindings)
            if !isDebug {
                let key = debug.asyncio ? "debug.dev_mode" : "debug.asyncio"
                remarks.append("\(key) is off: much goes unseen without it.")
            }
        }
        if let unseen = run.unseen {
            let rules = unseen.map { "\(SafeText.start(of: $0, columns: ruleMax))" }
            remarks.append("Unseen under uvloop: \(rules.joined(separator: ", ")).")
        }
        // Of a run that was ended where it stood, nobody expects more.
        if run.reportState == .incomplete, run.standing == nil, !rules.contains("report-incomplete")
        {
            remarks.append("The program's own report broke off: its last findings may be missing.")
        }
        if !rules.contains("output-truncated") {
            for (name, stream) in [("stdout", run.stdout), ("stderr", run.stderr)]
            where stream.isTruncated {
                // In bytes, as a size in KiB would have to be rounded.
                remarks.append(
                    "\(name): \(stream.kept.bytes) of \(stream.written.bytes) bytes kept, the rest"
                        + " dropped; limits.output says how much is kept."
                )
            }
        }
        if !isPlain, !run.ending.isEmpty { remarks.append("ended: \(run.ending)") }
        return remarks
    }

    private func end(of run: RunReport) -> String { "   \(Self.end(of: run))" }

    /// `python3.13.0   exit 0`
    static func end(of run: RunReport) -> String {
        "\(run.runtime)   \(words(for: run.outcome, run.exit, run.signal))"
    }

    // MARK: Words

    /// `exit 3`, `killed by SIGKILL`, `timed out`
    package static func words(for outcome: Outcome, _ exit: Int?, _ signal: String?) -> String {
        switch outcome {
        case .exited: "exit \(exit ?? 0)"
        case .signaled: "killed by \(signal ?? "a signal")"
        default: words(for: outcome)
        }
    }

    static func words(for outcome: Outcome) -> String {
        outcome.rawValue.map { $0 == "_" ? " " : String($0) }.joined()
    }

    /// `1 error, 2 warnings`
    static func summary(of findings: [Finding]) -> String {
        Severity.allCases.reversed().compactMap { severity in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }.joined(separator: ", ")
    }

    /// `0.09s`: with as many digits as say something.
    package static func time(_ seconds: Seconds) -> String {
        let places = seconds.value >= 10 ? 1 : seconds.value >= 0.01 ? 2 : 3
        let unit = places == 1 ? 10 : places == 2 ? 100 : 1000
        let count = Int((seconds.value * Double(unit)).rounded())
        let fraction = String(count % unit)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(count / unit).\(zeros)\(fraction)s"
    }
}
