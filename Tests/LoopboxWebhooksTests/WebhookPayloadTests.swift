// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import LoopboxWebhooks
import Testing

@Suite struct WebhookPayloadTests {
    static let moment = Timestamp(milliseconds: 1_795_334_400_123)

    static func finding(_ number: Int, message: String = "m") -> Finding {
        Finding(
            id: "f\(number)",
            rule: number % 2 == 0 ? "slow-callback" : "task-leak",
            severity: .warning,
            run: 1,
            count: 2,
            message: message,
            fix: "fix it",
            location: Location(
                path: "main.py",
                line: number,
                column: nil,
                endColumn: nil,
                function: "main",
                snippet: "x"
            ),
            stack: [],
            creation: [],
            exception: nil,
            task: nil,
            seconds: nil,
            at: Seconds(.seconds(1)),
            source: .log,
            trust: .reported,
            raw: message,
            doc: "d"
        )
    }

    static func run(_ number: Int, findings: [Finding]) -> RunReport {
        RunReport(
            run: number,
            runtime: "python3.13.0",
            outcome: .exited,
            exit: 0,
            signal: nil,
            ending: "exit 0",
            times: RunTimes(
                setup: Seconds(.zero),
                start: nil,
                run: Seconds(.seconds(1)),
                total: Seconds(.seconds(1))
            ),
            usage: Usage(
                cpuUser: Seconds(.zero),
                cpuSystem: Seconds(.zero),
                maxRSS: .mebibytes(10)
            ),
            sandbox: Attestation(level: .none, layers: []),
            stdout: OutputSummary(written: .kibibytes(1), kept: .kibibytes(1)),
            stderr: OutputSummary(written: .kibibytes(0), kept: .kibibytes(0)),
            reportState: .complete,
            findings: findings
        )
    }

    static func job(
        name: String = "nightly",
        labels: [String: String] = ["b": "2", "a": "1"],
        runs: [RunReport]
    ) -> ReportedJob {
        var spec = JobSpec(
            program: .init(files: ["main.py": .text("")], start: .entry("main.py"))
        )
        spec.name = name
        spec.labels = labels
        let job = Job(
            id: JobID(now: moment),
            spec: spec,
            state: .completed,
            outcome: .exited,
            verdict: .failed,
            version: 4,
            attempt: 1,
            createdAt: moment,
            startedAt: moment.advanced(by: .milliseconds(250)),
            endedAt: moment.advanced(by: .seconds(2))
        )
        return ReportedJob(job, runs: runs)
    }

    static func message(
        _ job: ReportedJob,
        _ level: JobSpec.Payload,
        url: String? = "https://box.example/"
    ) throws -> (bytes: [UInt8], object: [String: Any], data: [String: Any]) {
        let payload = WebhookPayload(.jobCompleted, of: job, at: moment, publicURL: url)
        let bytes = try payload.body(level)
        let parsed = try JSONSerialization.jsonObject(with: Data(bytes))
        let object = try #require(parsed as? [String: Any])
        return (bytes, object, try #require(object["data"] as? [String: Any]))
    }

    @Test func `a thin message has ids and links`() throws {
        let job = Self.job(runs: [])
        let payload = WebhookPayload(
            .jobCompleted,
            of: job,
            at: Self.moment,
            publicURL: "https://box.example/"
        )
        let text = String(decoding: try payload.body(.thin), as: UTF8.self)
        let link = "https://box.example/v1/jobs/\(job.id)"
        #expect(
            text
                == #"{"type":"job.completed","timestamp":"2026-11-22T08:00:00.123Z","data":{"id":"\#(job.id)","sequence":4,"payload":"thin","links":{"self":"\#(link)","findings":"\#(link)/findings","output":"\#(link)/output"}}}"#
        )
    }

    @Test func `a summary says how the job went`() throws {
        let findings = (1...12).map { Self.finding($0) }
        let job = Self.job(runs: [Self.run(1, findings: findings)])
        let (bytes, object, data) = try Self.message(job, .summary)
        #expect(bytes.count <= 20_000)
        #expect(object["type"] as? String == "job.completed")
        #expect(data["name"] as? String == "nightly")
        #expect(data["labels"] as? [String: String] == ["a": "1", "b": "2"])
        #expect(data["outcome"] as? String == "exited")
        #expect(data["verdict"] as? String == "failed")
        #expect(data["sequence"] as? Int == 4)
        #expect((data["times"] as? [String: Double]) == ["queued": 0.25, "total": 2])
        #expect(data["rules"] as? [String: Int] == ["slow-callback": 12, "task-leak": 12])
        #expect(data["finding_count"] as? Int == 12)
        #expect((data["findings"] as? [Any])?.count == 10)
        #expect(data["omitted"] as? [String] == [])
        let run = try #require((data["runs"] as? [[String: Any]])?.first)
        #expect(run["exit"] as? Int == 0)
        #expect(run["findings"] as? [String: Int] == ["error": 0, "warning": 12, "note": 0])
        #expect(String(decoding: bytes, as: UTF8.self).contains(#""labels":{"a":"1","b":"2"}"#))
    }

    @Test func `a verdict has its first reasons, in a few words`() throws {
        var job = Self.job(runs: [Self.run(1, findings: [])])
        let long = String(repeating: "y", count: 30_000)
        job.conclusion.failures = (1...12).map { number in
            GateFailure(
                expect: "stdout",
                detail: "\(number) \(long)",
                pointer: "/expect/stdout",
                runs: [number],
                diff: long
            )
        }
        job.conclusion.comparison = Comparison(planned: 12)
        let (bytes, _, data) = try Self.message(job, .summary)
        #expect(bytes.count <= WebhookPayload.summaryMax)
        let failures = try #require(data["failures"] as? [[String: Any]])
        #expect(failures.count == WebhookPayload.summaryFailuresMax)
        #expect(failures[1]["runs"] as? [Int] == [2])
        #expect((failures[0]["detail"] as? String)?.count == 401)
        #expect(failures[0]["diff"] == nil)
        #expect(data["comparison"] == nil)
        let full = try Self.message(job, .full).data["comparison"] as? [String: Any]
        #expect(full?["planned"] as? Int == 12)
        #expect(try Self.message(job, .thin).data["failures"] == nil)
    }

    @Test func `without a public address there are no links`() throws {
        for level in JobSpec.Payload.allCases {
            #expect(try Self.message(Self.job(runs: []), level, url: nil).data["links"] is NSNull)
        }
    }

    @Test func `long texts of a finding are cut in a summary`() throws {
        let long = String(repeating: "x", count: 30_000)
        let job = Self.job(runs: [Self.run(1, findings: [Self.finding(1, message: long)])])
        let findings = try Self.message(job, .summary).data["findings"] as? [[String: Any]]
        let message = try #require(findings?.first?["message"] as? String)
        #expect(message.count == 401)
        #expect(message.hasSuffix("x…"))
    }

    @Test func `a summary that is too large drops findings first, and says so`() throws {
        // Three bytes a character, so that the cut texts are still large.
        let wide = String(repeating: "✓", count: 1000)
        let labels = ["long": String(repeating: "l", count: 12_000)]
        let job = Self.job(
            labels: labels,
            runs: [Self.run(1, findings: (1...10).map { Self.finding($0, message: wide) })]
        )
        let (bytes, _, data) = try Self.message(job, .summary)
        #expect(bytes.count <= 20_000)
        #expect(data["omitted"] as? [String] == ["findings"])
        #expect(data["labels"] as? [String: String] == labels)
        let kept = try #require(data["findings"] as? [[String: Any]])
        #expect(kept.map { $0["id"] as? String } == (1...kept.count).map { "f\($0)" })
        #expect(bytes.count > 18_000)
    }

    @Test(arguments: [
        ("labels", 25_000, 1, 5), ("runs", 10, 200, 5), ("name", 10, 1, 25_000),
    ])
    func `then it drops what is largest until it fits`(
        part: String,
        labelSize: Int,
        runCount: Int,
        nameSize: Int
    ) throws {
        let job = Self.job(
            name: String(repeating: "n", count: nameSize),
            labels: ["x": String(repeating: "l", count: labelSize)],
            runs: (1...runCount).map { Self.run($0, findings: [Self.finding($0)]) }
        )
        let (bytes, _, data) = try Self.message(job, .summary)
        #expect(bytes.count <= 20_000)
        #expect(data["payload"] as? String == "summary")
        #expect(try #require(data["omitted"] as? [String]).contains(part))
        #expect(data[part] == nil)
        #expect(data["verdict"] as? String == "failed")
    }

    @Test func `a summary of exactly the limit is whole and one byte more is not`() throws {
        func size(_ nameSize: Int) throws -> (Int, [String]) {
            let (bytes, _, data) = try Self.message(
                Self.job(name: String(repeating: "n", count: nameSize), runs: []),
                .summary
            )
            return (bytes.count, try #require(data["omitted"] as? [String]))
        }
        let rest = WebhookPayload.summaryMax - (try size(1000).0 - 1000)
        let (whole, nothing) = try size(rest)
        #expect(whole == 20_000)
        #expect(nothing.isEmpty)
        let (cut, parts) = try size(rest + 1)
        #expect(cut <= 20_000)
        #expect(!parts.isEmpty)
    }

    @Test func `a full message holds the reports`() throws {
        let job = Self.job(runs: [Self.run(1, findings: [Self.finding(1), Self.finding(2)])])
        let (_, _, data) = try Self.message(job, .full)
        let run = try #require((data["runs"] as? [[String: Any]])?.first)
        let bytes = try JSONSerialization.data(withJSONObject: run)
        #expect(try JSONDecoder().decode(RunReport.self, from: bytes) == job.runs[0])
        #expect(data["omitted"] as? [String] == [])
        #expect(data["findings"] == nil)
    }

    @Test func `a full message that is too large drops the last findings`() throws {
        let long = String(repeating: "x", count: 50_000)
        let runs = (1...3).map { run in
            Self.run(run, findings: (1...10).map { Self.finding($0, message: long) })
        }
        let (bytes, _, data) = try Self.message(Self.job(runs: runs), .full)
        #expect(bytes.count <= 1 << 20)
        #expect(bytes.count > (1 << 20) - 110_000)
        #expect(data["payload"] as? String == "full")
        #expect(data["omitted"] as? [String] == ["findings"])
        let counts = try #require(data["runs"] as? [[String: Any]])
            .map { ($0["findings"] as? [Any])?.count }
        #expect(counts == [10, 0, 0])
        #expect(data["finding_count"] as? Int == 30)
    }

    @Test func `a full message of too many runs becomes a summary`() throws {
        let runs = (1...4000).map { Self.run($0, findings: []) }
        let (bytes, _, data) = try Self.message(Self.job(runs: runs), .full)
        #expect(bytes.count <= 20_000)
        #expect(data["payload"] as? String == "summary")
    }
}
