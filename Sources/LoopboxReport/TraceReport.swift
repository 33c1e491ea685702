// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// What the event loops did, as Trace Event JSON, which Perfetto and `chrome://tracing` open.
///
/// A run is a process and a loop a thread of it. Tasks overlap, so each is a pair of asynchronous
/// events, `b` and `e`, with an id of its own. Steps and callbacks are slices, `X`, on the track of
/// their loop; from the step that made a task a flow, `s` to `f`, leads to the task's first one. The
/// lag is a counter, `C`. Times are in microseconds from the first line of the harness.
///
/// Source: "Trace Event Format", <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.
enum TraceReport: ReportRenderer {
    static let mediaTypes = ["application/x-trace-event+json"]

    static func render(_ report: Report) -> [UInt8] {
        var events: [JSONValue] = []
        for run in report.runs {
            guard let timeline = report.timelines[run.run] else { continue }
            let title = report.runs.count > 1 ? "\(report.name), run \(run.run)" : report.name
            events += self.events(of: timeline, title: title)
        }
        // Where a reader wants to know why there is nothing.
        let whyThereIsNone =
            events.isEmpty ? report.whyThereIsNone ?? "Nothing was told of any event loop." : nil
        let trace = JSONValue.members([
            "traceEvents": .array(events),
            "displayTimeUnit": "ms",
            "otherData": .members([
                "producer": "Loopbox \(report.version)",
                "note": whyThereIsNone.map { .string($0) },
            ]),
        ])
        return JSONReport.written { try JSONText().encode(trace) + [UInt8(ascii: "\n")] }
    }

    private static func events(of timeline: Timeline, title: String) -> [JSONValue] {
        let maker = EventMaker(run: timeline.run)
        var events = [
            maker.event("M", "process_name", loop: 0, ["args": .members(["name": .string(title)])])
        ]
        for loop in timeline.loops {
            let thread = loop.thread.isEmpty ? "" : " in \(loop.thread)"
            let name = JSONValue.string("event loop \(loop.loop)\(thread)")
            events.append(
                maker.event("M", "thread_name", loop: loop.loop, ["args": .members(["name": name])])
            )
        }
        for task in timeline.tasks { events += life(of: task, in: timeline, maker) }
        let names = Dictionary(timeline.tasks.map { ($0.id, $0) }) { first, _ in first }
        for step in timeline.steps {
            let task = step.task.flatMap { names[$0] }
            events.append(
                maker.event(
                    "X",
                    task?.coroutine ?? step.name ?? "a task that is left out",
                    loop: step.loop,
                    at: step.at,
                    [
                        "cat": .string(step.task == nil ? "callback" : "step"),
                        "dur": .microseconds(step.seconds),
                        "args": .members([
                            "task": task.map { .string($0.name) },
                            "lag_ms": .milliseconds(step.lag),
                        ]),
                    ]
                )
            )
        }
        events += flows(in: timeline, names, maker)
        for sample in timeline.lag {
            events.append(
                maker.event(
                    "C",
                    "lag",
                    loop: 0,
                    at: sample.at,
                    ["args": .members(["ms": .milliseconds(sample.seconds)])]
                )
            )
        }
        return events
    }

    /// The two events of a task. One that was not done ends with the run, and says so.
    private static func life(
        of task: Timeline.Task,
        in timeline: Timeline,
        _ maker: EventMaker
    ) -> [JSONValue] {
        let id = JSONValue.string("\(timeline.run).\(task.id)")
        let begin = maker.event(
            "b",
            task.coroutine,
            loop: task.loop,
            at: task.created,
            [
                "cat": "task", "id": id,
                "args": .members([
                    "name": .string(task.name),
                    "created at": task.creation.map {
                        .string("\($0.path):\($0.line) in \($0.function)")
                    },
                    "parent": task.parent.map { .integer($0) },
                ]),
            ]
        )
        let end = maker.event(
            "e",
            task.coroutine,
            loop: task.loop,
            at: max(task.ended ?? timeline.ended, task.created),
            [
                "cat": "task", "id": id,
                "args": .members([
                    "state": .string(task.state.rawValue),
                    "steps": .integer(task.steps),
                    "busy_ms": .milliseconds(task.busy),
                    "waits for": task.waitsFor.map { .string($0) },
                    "synthetic": task.ended == nil ? true : nil,
                ]),
            ]
        )
        return [begin, end]
    }

    /// An arrow for each task of which both slices are there: a reader binds its ends to them.
    private static func flows(
        in timeline: Timeline,
        _ tasks: [Int: Timeline.Task],
        _ maker: EventMaker
    ) -> [JSONValue] {
        var stepsOf: [Int: [Timeline.Step]] = [:]
        for step in timeline.steps {
            if let task = step.task { stepsOf[task, default: []].append(step) }
        }
        var events: [JSONValue] = []
        for task in timeline.tasks {
            guard let first = stepsOf[task.id]?.first, task.firstStep == first.at,
                let parent = task.parent,
                // It had ended when the task was noted.
                let making = stepsOf[parent]?.last(where: { $0.at <= task.created })
            else { continue }
            let id = JSONValue.string("\(timeline.run).\(task.id)")
            let made = min(
                task.created,
                Seconds(making.at.duration + making.seconds.duration)
            )
            events.append(
                maker.event("s", "made", loop: making.loop, at: made, ["cat": "task", "id": id])
            )
            events.append(
                maker.event(
                    "f",
                    "made",
                    loop: first.loop,
                    at: first.at,
                    ["cat": "task", "id": id, "bp": "e"]
                )
            )
        }
        return events
    }
}

/// Makes the events of one run.
private struct EventMaker {
    let run: Int

    /// `phase` and `name` as the format has them; `more`: the members that it has besides.
    func event(
        _ phase: JSONValue,
        _ name: String,
        loop: Int,
        at: Seconds? = nil,
        _ more: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("ph", phase), ("name", .string(name)), ("pid", .integer(run)), ("tid", .integer(loop)),
        ]
        if let at { members.append(("ts", .microseconds(at))) }
        return .object(members + more.map { ($0.key, $0.value) })
    }
}

extension JSONValue {
    fileprivate static func microseconds(_ span: Seconds) -> JSONValue {
        .integer(Int((span.value * 1_000_000).rounded()))
    }

    fileprivate static func milliseconds(_ span: Seconds) -> JSONValue {
        .number((span.value * 1_000_000).rounded() / 1000)
    }
}
