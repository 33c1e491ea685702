// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Logging
import LoopboxModel
import LoopboxStore
import Synchronization

/// A directory that goes with its object.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "/tmp/loopbox-store-\(UUIDv7().text)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Opens the store in here.
    func open(_ change: (inout JobDatabase.Configuration) -> Void = { _ in }) throws -> JobDatabase
    {
        var configuration = JobDatabase.Configuration(directory: path)
        configuration.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        change(&configuration)
        return try JobDatabase(configuration)
    }

    /// The names of the large outputs.
    var outputFiles: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path + "/outputs")) ?? []
    }
}

/// A wall clock that is moved by hand, and counts how often it was looked at.
final class TestClock: Sendable {
    private let state = Mutex((milliseconds: Int64(1_795_334_400_000), looks: 0))

    var now: Timestamp { state.withLock { Timestamp(milliseconds: $0.milliseconds) } }
    var looks: Int { state.withLock { $0.looks } }

    @Sendable func look() -> Timestamp {
        state.withLock {
            $0.looks += 1
            return Timestamp(milliseconds: $0.milliseconds)
        }
    }

    func advance(by duration: Duration) {
        state.withLock { $0.milliseconds += duration.milliseconds }
    }
}

let lease = Duration.seconds(30)

func spec(_ source: String = "pass", name: String = "", labels: [String: String] = [:]) -> JobSpec {
    var spec = JobSpec(
        program: JobSpec.Program(files: ["main.py": .text(source)], start: .entry("main.py"))
    )
    spec.name = name
    spec.labels = labels
    return spec
}

func newJob(
    _ spec: JobSpec = spec(),
    at time: Timestamp = Timestamp(milliseconds: 1_795_334_400_000),
    key: String? = nil,
    fingerprint: [UInt8] = [1]
) -> NewJob {
    NewJob(
        id: JobID(now: time),
        spec: spec,
        createdAt: time,
        idempotency: key.map { IdempotencyKey(key: $0, fingerprint: fingerprint) }
    )
}

/// One delivery about `job`, due at once.
@Sendable func oneDelivery(_ job: Job) -> [Delivery] {
    guard job.state == .completed else { return [] }
    let now = job.endedAt!
    return [
        Delivery(
            id: DeliveryID(now: now),
            job: job.id,
            event: .jobCompleted,
            url: "https://example.org/hook",
            secret: "whsec_AAAA",
            body: Array("\(job.outcome!.rawValue) \(job.version)".utf8),
            nextAttemptAt: now,
            createdAt: now
        )
    ]
}

func record(_ run: Int = 1, _ outcome: Outcome = .exited) -> RunRecord {
    RunRecord(
        run: run,
        runtime: "python3.13.0",
        outcome: outcome,
        exit: 0,
        signal: nil,
        ending: "exited with 0",
        times: RunTimes(
            setup: Seconds(.milliseconds(2)),
            start: nil,
            run: Seconds(.milliseconds(61)),
            total: Seconds(.milliseconds(87))
        ),
        usage: Usage(
            cpuUser: Seconds(.milliseconds(50)),
            cpuSystem: Seconds(.milliseconds(8)),
            maxRSS: .mebibytes(18)
        ),
        sandbox: Attestation(level: .none, layers: ["rlimits"]),
        stdout: OutputSummary(written: .kibibytes(1), kept: .kibibytes(1)),
        stderr: OutputSummary(written: .kibibytes(0), kept: .kibibytes(0)),
        reportState: .complete
    )
}

/// What the store keeps without a look: it need not even be JSON.
func digest(_ run: Int) -> [UInt8] { Array("digest \(run)".utf8) }

func finish(
    _ claim: Claim,
    runs: Int = 1,
    stdout: CapturedOutput = CapturedOutput(),
    stderr: CapturedOutput = CapturedOutput()
) -> Finish {
    Finish(
        claim: claim,
        outcome: .exited,
        verdict: .passed,
        runs: (1...runs).map {
            FinishedRun(record: record($0), digest: digest($0), stdout: stdout, stderr: stderr)
        }
    )
}

func attempt(_ number: Int, at time: Timestamp, status: Int? = 500) -> DeliveryAttempt {
    let times = DeliveryAttempt.Times(
        lookup: Seconds(.zero),
        connect: Seconds(.zero),
        tls: Seconds(.zero),
        firstByte: Seconds(.zero),
        total: Seconds(.milliseconds(12))
    )
    return DeliveryAttempt(
        attempt: number,
        at: time,
        status: status,
        error: nil,
        response: "no",
        remoteAddress: "192.0.2.1",
        times: times
    )
}

extension JobDatabase {
    /// Claims one job, which waits.
    func claimOne() throws -> Claim { try claim(worker: "w", max: 1, lease: lease)[0] }

    /// The job called `id`, which there is.
    func job(_ id: JobID) throws -> Job? {
        guard case .found(let job) = try get(id) else { return nil }
        return job
    }
}
