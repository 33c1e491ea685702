// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// A run as the API shows it, without its findings, which stand with the job.
struct RunView: Encodable {
    var run: Int
    var matrix: Cell?
    var runtime: String
    var outcome: Outcome
    var exit: Int?
    var signal: String?
    var ending: String
    var wall: Seconds
    var cpu: Seconds
    var cpuUser: Seconds
    var cpuSystem: Seconds
    var maxRSS: ByteCount
    var switchesVoluntary: Int?
    var switchesInvoluntary: Int?
    var times: RunTimes
    var sandbox: Attestation
    var report: ReportState
    var findings: Counts
    var stdoutBytes: ByteCount
    var stdoutTruncated: Bool
    var stderrBytes: ByteCount
    var stderrTruncated: Bool
    var artifacts: Artifacts?
    var unseen: [String]?
    var standing: Standing?
    var loops: [LoopTimings]?

    /// Findings by severity.
    struct Counts: Encodable {
        var error: Int
        var warning: Int
        var note: Int
    }

    enum CodingKeys: String, CodingKey {
        case run, matrix, runtime, outcome, exit, signal, ending, wall, cpu
        case cpuUser = "cpu_user"
        case cpuSystem = "cpu_system"
        case maxRSS = "max_rss"
        case switchesVoluntary = "switches_voluntary"
        case switchesInvoluntary = "switches_involuntary"
        case times, sandbox, report, findings
        case stdoutBytes = "stdout_bytes"
        case stdoutTruncated = "stdout_truncated"
        case stderrBytes = "stderr_bytes"
        case stderrTruncated = "stderr_truncated"
        case artifacts, unseen, standing, loops
    }

    init(_ report: RunReport) {
        run = report.run
        matrix = report.cell
        runtime = report.runtime
        outcome = report.outcome
        exit = report.exit
        signal = report.signal
        ending = report.ending
        wall = report.times.wall
        cpu = report.usage.cpu
        cpuUser = report.usage.cpuUser
        cpuSystem = report.usage.cpuSystem
        maxRSS = report.usage.maxRSS
        switchesVoluntary = report.usage.switchesVoluntary
        switchesInvoluntary = report.usage.switchesInvoluntary
        times = report.times
        sandbox = report.sandbox
        self.report = report.reportState
        func count(_ severity: Severity) -> Int {
            report.findings.count { $0.severity == severity }
        }
        findings = Counts(error: count(.error), warning: count(.warning), note: count(.note))
        stdoutBytes = report.stdout.written
        stdoutTruncated = report.stdout.isTruncated
        stderrBytes = report.stderr.written
        stderrTruncated = report.stderr.isTruncated
        artifacts = report.artifacts
        unseen = report.unseen
        standing = report.standing
        loops = report.loops
    }
}
