// SPDX-License-Identifier: Apache-2.0

public import Loop
public import LoopSystem
public import LoopboxModel
import LoopboxSandbox

/// Has what programs wrote decoded, judged, and rendered in processes that can do no harm. On the
/// loop.
///
/// How this works. For each run a digest process is forked before the program starts. It reads the
/// program's report itself, so not one byte of it comes to the server, and draws it up when the run
/// has ended. What comes back are a few numbers and verdicts, and the digest and the timeline as JSON
/// that nobody here looks into: the store keeps the bytes, and whoever wants to see them has them
/// rendered by another such process. One that takes too long, needs too much memory, or dies costs
/// its run the findings and nothing else.
public final class Digester {
    private let loop: EventLoop
    private let host: DigestHost
    private let directory: String
    private let renders: Semaphore

    /// Renders at once: each may need as much memory as a run.
    private static let rendersMax = 4

    /// A digester with its answers in `directory`, which exists.
    public init(on loop: EventLoop, directory: String) {
        self.loop = loop
        self.directory = directory
        host = DigestHost(on: loop)
        renders = Semaphore(Self.rendersMax, on: loop)
    }

    /// Starts the host of the processes, so that no run has to wait for it.
    public func start() throws(DigestError) {
        do {
            try host.start()
        } catch {
            throw .host(error)
        }
    }

    /// The digest of a run under way.
    public final class Run {
        /// The end of a pipe to which the program reports. Give it to the program and let go of it
        /// with ``started()``.
        public let report: CInt
        private var writing: FileDescriptor?
        fileprivate let session: DigestSession

        fileprivate init(_ session: DigestSession, _ writing: consuming FileDescriptor) {
            self.session = session
            report = writing.number
            self.writing = consume writing
        }

        /// The program has the pipe.
        public func started() { writing = nil }

        /// There will be no digest.
        public func abandon() {
            writing = nil
            session.abandon()
        }
    }

    /// What came of a run's report.
    public struct DigestedRun: Sendable {
        /// Whether the report arrived whole.
        public var reportState: ReportState
        /// The times, with what the program reported of its event loops.
        public var times: RunTimes
        /// How many findings there are.
        public var findings: Int
        /// Whether the run fails.
        public var hasFailed: Bool
        /// The verdict on a job's only run, if something is expected of it.
        public var verdict: Verdict?
        /// Its reasons.
        public var conclusion: Conclusion
        /// The JSON of a ``RunDigest``.
        public var digest: [UInt8]
        /// The JSON of a ``Timeline``; nil if the program reported of no event loop.
        public var timeline: [UInt8]?
    }

    /// What several runs come to.
    public struct Judged: Sendable {
        /// Why the job ended.
        public var outcome: Outcome
        /// The gate's answer.
        public var verdict: Verdict?
        /// Reasons and differences.
        public var conclusion: Conclusion
        /// The JSON of the runs' digests.
        public var digests: [[UInt8]]
    }

    /// Starts to digest the report of a program of `job`, which is about to run.
    ///
    /// - Parameter onDeadlock: called when the program reports that nothing can ever wake it.
    public func begin(
        _ job: JobSpec,
        onDeadlock: @escaping () -> Void
    ) throws(DigestError) -> Run {
        do {
            let pipe = try FileDescriptor.pipe()
            let writing = try pipe.writing.duplicate()
            let session = try DigestSession(
                .run,
                argument: job.reportShare.bytes,
                by: host,
                on: loop,
                directory: directory,
                report: try pipe.reading.duplicate()
            ) { event in
                if event == DigestEvent.deadlock { onDeadlock() }
            }
            return Run(session, writing)
        } catch let error as DigestError {
            throw error
        } catch let error as SystemError {
            throw .file(error)
        } catch {
            throw .silent
        }
    }

    /// The digest of a run that has ended.
    public func finish(
        _ run: Run,
        _ task: RunTask,
        _ streams: [CapturedOutput]
    ) async throws -> DigestedRun {
        let (answer, file, lengths) = try await finish(
            run.session,
            task,
            streams.flatMap { [$0.head, $0.tail] },
            RunAnswer.self
        )
        let strings = try await strings(file, lengths)
        guard strings.count == 2 else { throw DigestError.silent }
        return DigestedRun(
            reportState: answer.reportState,
            times: answer.times,
            findings: answer.findings,
            hasFailed: answer.hasFailed,
            verdict: answer.verdict,
            conclusion: answer.conclusion ?? Conclusion(),
            digest: strings[0],
            timeline: strings[1].isEmpty ? nil : strings[1]
        )
    }

    /// What the runs of a job of `spec` come to.
    ///
    /// - Parameters:
    ///   - runs: record, digest and the two streams of each, in the order of their numbers.
    ///   - directories: where each ran.
    public func judge(
        _ runs: [(record: RunRecord, digest: [UInt8], streams: [CapturedOutput])],
        directories: [String],
        of spec: JobSpec,
        wasCancelled: Bool
    ) async throws -> Judged {
        var spec = spec
        spec.webhooks = []
        let task = JudgeTask(
            spec: spec,
            records: runs.map(\.record),
            directories: directories,
            dropped: runs.flatMap { $0.streams.map(\.dropped) },
            wasCancelled: wasCancelled
        )
        let (answer, file, lengths) = try await finish(
            try session(.judge),
            task,
            runs.flatMap { run in [run.digest] + run.streams.flatMap { [$0.head, $0.tail] } },
            JudgeAnswer.self
        )
        let digests = try await strings(file, lengths)
        guard digests.count == runs.count else { throw DigestError.silent }
        return Judged(
            outcome: answer.outcome,
            verdict: answer.verdict,
            conclusion: answer.conclusion,
            digests: digests
        )
    }

    /// The page of `task`: a file and its length.
    ///
    /// - Parameters:
    ///   - digests: of the job's runs.
    ///   - timelines: of the job's runs, empty for those that have none; nil: they are not needed.
    ///   - outputs: the two streams of each of the job's runs; nil: they are not needed.
    public func render(
        _ task: RenderTask,
        digests: [[UInt8]],
        timelines: [[UInt8]]? = nil,
        outputs: [[CapturedOutput]]? = nil
    ) async throws -> (file: AnswerFile, count: Int) {
        var task = task
        task.hasTimelines = timelines != nil
        task.dropped = outputs.map { $0.flatMap { $0.map(\.dropped) } }
        let outputs = outputs ?? []
        let strings =
            digests + (timelines ?? []) + outputs.flatMap { $0.flatMap { [$0.head, $0.tail] } }
        let complete = task
        return try await renders.withPermit {
            let (_, file, lengths) = try await finish(
                try session(.render),
                complete,
                strings,
                DigestProgram.RenderAnswer.self
            )
            guard lengths.count == 1 else { throw DigestError.silent }
            return (file, lengths[0])
        }
    }

    /// The first `count` bytes of `file`.
    public func bytes(of file: AnswerFile, _ count: Int) async throws(SystemError) -> [UInt8] {
        try await loop.runInExecutor { () throws(SystemError) in
            try file.bytes(from: 0, count: count)
        }
    }

    private func session(_ kind: DigestKind) throws(DigestError) -> DigestSession {
        try DigestSession(kind, by: host, on: loop, directory: directory)
    }

    private func finish<Task: Codable & Sendable, Answer: Codable & Sendable & SendableMetatype>(
        _ session: DigestSession,
        _ task: Task,
        _ strings: [[UInt8]],
        _ type: Answer.Type
    ) async throws -> (answer: Answer, file: AnswerFile, lengths: [Int]) {
        do {
            let request = try await loop.runInExecutor { try Parcel(task, strings).bytes }
            return try await session.finish(request, type)
        } catch {
            session.abandon()
            throw error
        }
    }

    /// The byte strings of an answer.
    private func strings(_ file: AnswerFile, _ lengths: [Int]) async throws -> [[UInt8]] {
        guard lengths.allSatisfy({ (0...DigestKind.answerMax).contains($0) }) else {
            throw DigestError.silent
        }
        return try await loop.runInExecutor { () throws(SystemError) in
            var offset = 0
            var strings: [[UInt8]] = []
            for length in lengths {
                strings.append(try file.bytes(from: offset, count: length))
                offset += length
            }
            return strings
        }
    }
}
