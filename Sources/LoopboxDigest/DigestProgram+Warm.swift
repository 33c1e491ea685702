// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxReport
import LoopboxRuntimes

extension DigestProgram {
    /// Digests and renders a small run of nobody's, so that all that is made at first use (rules, tables
    /// of the decoder, the time zone) is there in the host, and every process that it forks has it.
    static func warmUp() {
        let spec = JobSpec(
            program: .init(files: ["main.py": .text("f()\n")], start: .entry("main.py"))
        )
        let fact = #"""
            {"k": "uncaught", "seq": 1, "at": 1, "exception": {"type": "E", "id": 1, "message": "m",
            "frames": [["main.py", 1, "f"]]}}
            """#
        let bytes = Array(fact.utf8)
        let length = (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (24 - 8 * $0)) }
        var decoder = FrameDecoder()
        let findings = FindingsBuilder(spec: spec, run: 1).findings(
            from: decoder.read(length + bytes)
        )
        let digest = BoundedDigest(
            RunDigest(findings: findings),
            bytesMax: RunDigest.bytesMax,
            run: 1
        )
        let job = Job(
            id: JobID(),
            spec: spec,
            state: .completed,
            createdAt: .now,
            startedAt: .now,
            endedAt: .now,
            runs: [record]
        )
        for format in ReportFormat.allCases {
            let task = RenderTask(.report(format), of: job, version: "")
            guard let parcel = try? Parcel(task, [digest.bytes]) else { return }
            _ = try? Parcel(parcel.bytes).map { try page(of: $0) }
        }
    }

    private static let record = RunRecord(
        run: 1,
        runtime: "python3.13.0",
        outcome: .exited,
        exit: 1,
        signal: nil,
        ending: "exited with status 1",
        times: RunTimes(
            setup: Seconds(.zero),
            start: nil,
            run: Seconds(.zero),
            total: Seconds(.zero)
        ),
        usage: Usage(
            cpuUser: Seconds(.zero),
            cpuSystem: Seconds(.zero),
            maxRSS: ByteCount(bytes: 0)
        ),
        sandbox: Attestation(level: .none, layers: []),
        stdout: OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0)),
        stderr: OutputSummary(written: ByteCount(bytes: 0), kept: ByteCount(bytes: 0)),
        reportState: .complete
    )
}
