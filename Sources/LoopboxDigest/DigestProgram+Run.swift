// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import LoopboxGate
import LoopboxModel
import LoopboxReport
import LoopboxRuntimes

extension DigestProgram {
    /// How often the report is still read once the run has ended: what a pipe holds, and no more. A
    /// process that escaped may go on writing for ever.
    private static let lastReadsMax = 64

    static func digestRun(reportMax: Int) throws {
        var decoder = FrameDecoder(totalBytesMax: reportMax)
        var facts: [Fact] = []
        var isReportOpen = true
        /// - Returns: whether there may be more.
        func readReport() throws -> Bool {
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                unsafe count = max(0, read(report, buffer.baseAddress, buffer.count))
            }
            guard !bytes.isEmpty else { return false }
            let told = decoder.read(bytes)
            facts += told
            if told.contains(where: { $0.reason == "deadlock" }) { try note(DigestEvent.deadlock) }
            return true
        }
        while true {
            let ready = isReportOpen ? waitForEither() : (request: true, report: false)
            if ready.request { break }
            if ready.report { isReportOpen = try readReport() }
        }
        let parcel = try parcel()
        var files = [pollfd(fd: report, events: Int16(POLLIN), revents: 0)]
        for _ in 0..<lastReadsMax {
            guard isReportOpen, unsafe poll(&files, 1, 0) > 0 else { break }
            isReportOpen = try readReport()
        }
        try answer(to: parcel, decoder, facts)
    }

    private static func answer(
        to parcel: Parcel,
        _ decoder: FrameDecoder,
        _ facts: [Fact]
    ) throws {
        let task = try parcel.task(RunTask.self)
        let streams = Array(parcel.strings)
        let output = Report.Output(
            stdout: captured(streams[0], streams[1], dropped: task.dropped[0]),
            stderr: captured(streams[2], streams[3], dropped: task.dropped[1])
        )
        let built = RunBuilding(task, facts, decoder, output)
        var report = RunReport(built.record, built.digest)
        let digest = BoundedDigest(built.digest, bytesMax: task.bytesMax, run: report.run)
        report.digest = digest.digest
        let judgement =
            task.isOnly && task.spec.expect != nil
            ? Gate.judge(
                [report],
                outputs: [report.run: output],
                folders: [report.run: task.directory],
                of: task.spec
            ) : nil
        try answer(
            RunAnswer(
                reportState: report.reportState,
                times: report.times,
                findings: report.findings.count,
                hasFailed: Gate.hasFailed(report, output: output, of: task.spec),
                verdict: judgement?.verdict,
                conclusion: judgement?.conclusion.bounded
            ),
            [digest.bytes, try built.timeline.map { try JSONText().encode($0) } ?? []]
        )
    }
}

/// The report of a run put together from what the supervisor saw and what the program sent.
private struct RunBuilding {
    private(set) var record: RunRecord
    let digest: RunDigest
    let timeline: Timeline?

    init(_ task: RunTask, _ facts: [Fact], _ decoder: FrameDecoder, _ output: Report.Output) {
        record = task.record
        record.reportState = decoder.state
        let started = MonotonicTime(nanoseconds: task.startedAt)
        let ended = MonotonicTime(nanoseconds: task.endedAt)
        let bornAt = facts.first { $0.kind == .hello }.map { fact in
            MonotonicTime(nanoseconds: Int64(fact.born ?? fact.at))
        }
        // The program claims it; one that lies about it can't give times below zero.
        let born = bornAt.map { min(max($0, started), ended) }
        let length = (born ?? started).duration(to: ended)
        let builder = FindingsBuilder(spec: task.spec, run: record.run)
        timeline = builder.timeline(from: facts, mode: task.spec.debug.timeline, length: length)
        record.times.start = born.map { Seconds(started.duration(to: $0)) }
        record.times.run = Seconds(length)
        record.times = record.times.divided(by: timeline?.loops ?? [])
        let notes = SupervisorFindings.findings(
            record,
            wasEnded: task.wasEnded,
            timeline: timeline,
            at: Seconds(started.duration(to: ended))
        )
        let isStuck = record.outcome == .timedOut || record.outcome == .deadlocked
        digest = RunDigest(
            unseen: builder.unseen(from: facts),
            standing: isStuck ? builder.standing(from: facts, stacks: decoder.stacks) : nil,
            loops: timeline?.loops,
            findings: builder.findings(
                from: facts,
                stacks: decoder.stacks,
                stderr: output.stderr.bytes,
                hasCrashed: !task.wasEnded && record.signal != nil,
                notes: notes
            )
        )
    }
}
