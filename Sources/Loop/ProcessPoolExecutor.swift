// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

// Safety (@unchecked Sendable): tasks of one loop share it; each way in stops the process where the
// caller is on another thread.

/// Processes of this same program that do calls for it. On the loop.
///
/// How this works. A worker is this program, run again with a mark in its environment and a socket.
/// The program's first act, ``main(_:)``, sees the mark and never returns. A call goes to a worker
/// that has nothing to do; workers are made when there is none, up to a maximum, and stay. A call
/// that crashes takes its worker along and nothing else. The workers end with the pool's thread.
///
/// ```swift
/// ProcessPoolExecutor.main([Hash.self])   // first in the program
/// ...
/// let pool = try ProcessPoolExecutor(on: loop, workers: 4)
/// let digest = try await pool.run(Hash.self, document)
/// ```
///
/// Source: `concurrent.futures.ProcessPoolExecutor` with the start method `spawn`.
public final class ProcessPoolExecutor: @unchecked Sendable {
    /// Says to a process that it is a worker, and which descriptor its socket is.
    static let mark = "LOOP_PROCESS_POOL_WORKER"
    private static let workerDescriptor: CInt = 3
    /// How long a new worker may take to reach ``main(_:)`` where nothing else is said: one that
    /// never does would be waited for without end.
    public static let startLimitDefault: Duration = .seconds(30)
    /// The most bytes of an argument with its task's name, and of a result: each side holds it whole.
    public static let messageBytesMax = PoolMessage.bytesMax

    private static let tasks = Locked<[String: any ProcessPoolTask.Type]>([:])

    private let loop: EventLoop
    private let workersMax: Int
    private let startLimit: Duration
    private let origin: Origin
    private var idle: [PoolWorker] = []
    /// Every worker whose process has not ended.
    private var workers: [pid_t: PoolWorker] = [:]
    /// Workers that serve or may yet be made for somebody who waits.
    private var slotsTaken = 0
    /// Who waits for a worker; nil: for the right to make one.
    private var waiters: [Future<PoolWorker?>] = []
    private var isClosed = false

    /// Makes the program one whose processes can be workers for `tasks`. Call it first in the
    /// program: in a worker it does calls and never returns, elsewhere it returns at once.
    public static func main(_ tasks: [any ProcessPoolTask.Type]) {
        let known = self.tasks.withLock { known in
            for task in tasks { known[task.name] = task }
            return known
        }
        guard let text = environmentValue(mark), let descriptor = CInt(text) else { return }
        // What the tasks start is no worker.
        unsafe unsetenv(mark)
        ProcessPoolWorker(descriptor: descriptor, tasks: known).serve()
    }

    /// A pool of at most `workers` processes, none of which there is yet.
    ///
    /// - Throws: ``ProcessPoolError/insideWorker`` where the process is a worker that should have
    ///   called ``main(_:)`` before: it would make workers of its own without end.
    public init(
        on loop: EventLoop,
        workers: Int,
        startLimit: Duration = ProcessPoolExecutor.startLimitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(ProcessPoolError) {
        precondition(workers > 0, "a pool has at least one worker")
        guard environmentValue(Self.mark) == nil else { throw .insideWorker }
        self.loop = loop
        workersMax = workers
        self.startLimit = startLimit
        origin = Origin(fileID, line)
    }

    deinit {
        guard !isClosed, !workers.isEmpty else { return }
        warnUnclosed("executor <ProcessPoolExecutor>", origin, on: loop)
    }

    /// The numbers of the workers' processes.
    public var workerIDs: [pid_t] { workers.keys.sorted() }

    /// Has a worker run `task` with `argument`.
    ///
    /// - Throws: ``WorkerDied`` where the worker ended meanwhile; ``ProcessPoolError``;
    ///   ``LoopError/spawn(_:)``; `CancellationError`: the worker is ended then, since nothing else
    ///   ends a computation.
    public func run<T: ProcessPoolTask>(
        _ task: T.Type,
        _ argument: T.Argument
    ) async throws -> T.Output {
        loop.requireLoop("ProcessPoolExecutor.run")
        guard Self.tasks.withLock({ $0[task.name] }) != nil else {
            throw ProcessPoolError.notRegistered(task: task.name)
        }
        var request: [UInt8] = []
        BinaryValue.putText(task.name, &request)
        request += try BinaryCoder.encode(argument)
        let frame = try PoolMessage.framed(request)
        let worker = try await takeWorker()
        let answer: [UInt8]
        do {
            answer = try await worker.call(frame)
        } catch is CancellationError {
            discard(worker)
            throw CancellationError()
        } catch {
            // The stream broke, so the process has ended or is about to.
            discard(worker)
            throw WorkerDied(task: task.name, ending: try await worker.process.wait().ending)
        }
        giveBack(worker)
        return try Self.output(of: task, answer)
    }

    /// Takes no more calls. Workers that have nothing to do end; a call that is under way is still
    /// answered, one that waits for a worker gets ``ProcessPoolError/closed``.
    public func close() {
        loop.requireLoop("ProcessPoolExecutor.close")
        guard !isClosed else { return }
        isClosed = true
        for worker in idle { worker.dismiss() }
        idle = []
        for waiter in waiters where !waiter.isDone {
            try? waiter.setException(ProcessPoolError.closed)
        }
        waiters = []
    }

    /// Takes no more calls and waits until every worker has ended.
    ///
    /// - Throws: `CancellationError`, with the pool closed.
    ///
    /// Source: `concurrent.futures.Executor.shutdown`.
    public func shutDown() async throws {
        close()
        for worker in workers.values { _ = try await worker.process.wait() }
        workers = [:]
    }

    private static func output<T: ProcessPoolTask>(
        of task: T.Type,
        _ answer: [UInt8]
    ) throws -> T.Output {
        var reader = BinaryReader(rest: answer[...])
        switch PoolMessage.Answer(rawValue: (try? reader.byte()) ?? .max) {
        case .result:
            do {
                return try BinaryCoder.decode(T.Output.self, from: reader.rest)
            } catch {
                throw ProcessPoolError.unreadable(
                    task: task.name,
                    reason: "the result can't be read: \(error)"
                )
            }
        case .failure:
            let type = (try? reader.text()) ?? ""
            let description = (try? reader.text()) ?? ""
            throw ProcessPoolError.taskFailed(
                task: task.name,
                type: type,
                description: description
            )
        case .tooLarge:
            throw ProcessPoolError.messageTooLarge(
                bytes: Int((try? reader.number(bytes: 4)) ?? 0),
                bytesMax: PoolMessage.bytesMax
            )
        case .unknownTask: throw ProcessPoolError.notRegistered(task: task.name)
        case .unreadable, nil:
            let reason = (try? reader.text()) ?? "the worker's answer makes no sense"
            throw ProcessPoolError.unreadable(task: task.name, reason: reason)
        }
    }

    // MARK: workers

    private func takeWorker() async throws -> PoolWorker {
        guard !isClosed else { throw ProcessPoolError.closed }
        while let worker = idle.popLast() {
            // One that was killed while it had nothing to do costs no call.
            if !worker.process.hasEnded { return worker }
            slotsTaken -= 1
        }
        if slotsTaken < workersMax {
            slotsTaken += 1
            return try await makeWorker()
        }
        let waiter = Future<PoolWorker?>(on: loop)
        waiters.append(waiter)
        do {
            if let worker = try await waiter.value { return worker }
        } catch {
            waiters.removeAll { $0 === waiter }
            // Given something and cancelled in the same moment: others want it.
            switch Result(catching: { try waiter.result() }) {
            case .success(let worker?): giveBack(worker)
            case .success(nil): giveSlotBack()
            case .failure: break
            }
            throw error
        }
        return try await makeWorker()
    }

    private func giveBack(_ worker: PoolWorker) {
        guard !isClosed else {
            worker.dismiss()
            return
        }
        if let waiter = nextWaiter() {
            try? waiter.setResult(worker)
        } else {
            idle.append(worker)
        }
    }

    private func discard(_ worker: PoolWorker) {
        worker.process.kill()
        worker.dismiss()
        giveSlotBack()
    }

    private func giveSlotBack() {
        if let waiter = nextWaiter() {
            try? waiter.setResult(nil)
        } else {
            slotsTaken -= 1
        }
    }

    private func nextWaiter() -> Future<PoolWorker?>? {
        while !waiters.isEmpty {
            let waiter = waiters.removeFirst()
            if !waiter.isDone { return waiter }
        }
        return nil
    }

    private func makeWorker() async throws -> PoolWorker {
        do {
            guard !isClosed else { throw ProcessPoolError.closed }
            let worker = try spawn()
            workers[worker.process.pid] = worker
            worker.process.exited.addDoneCallback { [weak self, pid = worker.process.pid] _ in
                self?.workers[pid] = nil
            }
            let limit = try loop.callLater(startLimit) {
                worker.isSilent = true
                worker.process.kill()
            }
            defer { limit.cancel() }
            do {
                guard try await worker.receive() == PoolMessage.greeting else {
                    throw ProcessPoolError.workerSilent(limit: startLimit)
                }
            } catch {
                worker.process.kill()
                worker.dismiss()
                if error is CancellationError { throw error }
                guard !worker.isSilent else {
                    throw ProcessPoolError.workerSilent(limit: startLimit)
                }
                throw WorkerDied(task: "main", ending: try await worker.process.wait().ending)
            }
            return worker
        } catch {
            giveSlotBack()
            throw error
        }
    }

    private func spawn() throws -> PoolWorker {
        var plan = ProcessPlan(
            path: "/proc/self/exe",
            arguments: [CommandLine.arguments.first ?? "worker"],
            environment: currentEnvironment() + ["\(Self.mark)=\(Self.workerDescriptor)"]
        )
        let null = try FileDescriptor.null()
        let (near, far) = try Socket.pair().split { ($0.release(), $1.release()) }
        let farEnd = FileDescriptor(owning: far)
        plan.descriptors = [0: null.number, 1: 1, 2: 2, Self.workerDescriptor: farEnd.number]
        // Ctrl-C is for the program, which then closes the pool; and nobody outlives it.
        plan.hasNewSession = true
        plan.deathSignal = SIGKILL
        let stream = try StreamTransport(
            on: loop,
            FileDescriptor(owning: near),
            kind: .socket,
            origin: nil
        )
        let process = try Subprocess(plan, on: loop)
        process.warnsWhenDropped = false
        return PoolWorker(process: process, stream: stream)
    }
}

/// One process of a pool. On the loop.
private final class PoolWorker: @unchecked Sendable {
    // Safety (@unchecked Sendable): known to its pool only, which stays on its loop.
    let process: Subprocess
    private let reader: StreamReader
    private let writer: StreamWriter
    var isSilent = false

    init(process: Subprocess, stream: StreamTransport) {
        self.process = process
        reader = StreamReader(stream, limit: StreamReader.limitDefault)
        writer = StreamWriter(stream)
    }

    func call(_ frame: [UInt8]) async throws -> [UInt8] {
        writer.write(frame)
        return try await receive()
    }

    func receive() async throws -> [UInt8] {
        let count = PoolMessage.count(try await reader.readExactly(4))
        guard count <= PoolMessage.bytesMax else {
            throw ProcessPoolError.messageTooLarge(bytes: count, bytesMax: PoolMessage.bytesMax)
        }
        return try await reader.readExactly(count)
    }

    /// Ends it, once it has nothing to do.
    func dismiss() { writer.abort() }
}
