// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel
import LoopboxReport

/// What is to be said of a run that only its supervisor knows.
public enum SupervisorFindings {
    /// Notes on what the report does not have in full.
    ///
    /// - Parameters:
    ///   - wasEnded: whether the run was ended from outside, so that nobody expects the program's
    ///     last word.
    ///   - failure: why the program's report could not be digested, as the end of a sentence; nil:
    ///     it was.
    public static func findings(
        _ record: RunRecord,
        wasEnded: Bool,
        timeline: Timeline? = nil,
        failure: String? = nil,
        at: Seconds
    ) -> [Finding] {
        var findings: [Finding] = []
        func note(_ rule: String, _ message: String) {
            findings.append(Finding(rule, message, run: record.run, at: at))
        }
        for (name, stream) in [("stdout", record.stdout), ("stderr", record.stderr)]
        where stream.isTruncated {
            note(
                "output-truncated",
                "\(name): \(stream.kept.bytes) of \(stream.written.bytes) bytes kept, the rest"
                    + " dropped"
            )
        }
        if let failure {
            note(
                "report-incomplete",
                "the program's own report is missing, and with it its findings: \(failure)"
            )
        } else if record.reportState == .incomplete, !wasEnded {
            note(
                "report-incomplete",
                "the program ended without the interpreter's last word: what it would have found"
                    + " at the end is missing"
            )
        }
        if let timeline, timeline.isTruncated {
            let steps = timeline.mode == .callbacks ? "\(timeline.steps.count) callbacks and " : ""
            note(
                "timeline-truncated",
                "the timeline has \(steps)\(timeline.tasks.count) of \(timeline.tasksTotal) tasks,"
                    + " and no room for more: of what came late, the shortest are left out"
            )
        }
        return findings
    }
}
