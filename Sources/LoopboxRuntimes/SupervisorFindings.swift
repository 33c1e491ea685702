// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel
import LoopboxReport

/// What is to be said of a run that only its supervisor knows.
public enum SupervisorFindings {
    /// Notes on what the report has not in full.
    ///
    /// - Parameter wasEnded: whether the run was ended from outside, so that nobody expects the
    ///   program's last word.
    public static func findings(
        run: Int,
        stdout: OutputSummary,
        stderr: OutputSummary,
        reportState: ReportState,
        wasEnded: Bool,
        timeline: Timeline? = nil,
        at: Seconds
    ) -> [Finding] {
        var findings: [Finding] = []
        for (name, stream) in [("stdout", stdout), ("stderr", stderr)] where stream.isTruncated {
            findings.append(
                note(
                    "output-truncated",
                    "\(name): \(stream.kept.bytes) of \(stream.written.bytes) bytes kept, the rest"
                        + " dropped",
                    run,
                    at
                )
            )
        }
        if reportState == .incomplete, !wasEnded {
            findings.append(
                note(
                    "report-incomplete",
                    "the program ended without the interpreter's last word: what it would have found"
                        + " at the end is missing",
                    run,
                    at
                )
            )
        }
        if let timeline, timeline.isTruncated {
            let steps = timeline.mode == .callbacks ? "\(timeline.steps.count) callbacks and " : ""
            findings.append(
                note(
                    "timeline-truncated",
                    "the timeline has \(steps)\(timeline.tasks.count) of \(timeline.tasksTotal) tasks,"
                        + " and no room for more: of what came late, the shortest are left out",
                    run,
                    at
                )
            )
        }
        return findings
    }

    private static func note(
        _ id: String,
        _ message: String,
        _ run: Int,
        _ at: Seconds
    ) -> Finding {
        let rule = Rule.named(id)
        var finding = Finding(
            id: "",
            rule: id,
            severity: rule?.severity ?? .note,
            run: run,
            count: 1,
            message: message,
            fix: rule?.remedy ?? "",
            location: nil,
            stack: [],
            creation: [],
            exception: nil,
            task: nil,
            seconds: nil,
            at: at,
            source: .supervisor,
            trust: .observed,
            raw: message,
            doc: rule?.doc ?? ""
        )
        finding.setFingerprint()
        return finding
    }
}
