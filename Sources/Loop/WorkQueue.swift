// SPDX-License-Identifier: Apache-2.0

import LoopSystem

/// What the threads of a pool share: the work, and who waits for their end. Any thread.
///
/// The threads keep the queue and not the pool, so that a pool nobody uses any more can go.
final class WorkQueue<Work: Sendable>: Sendable {
    private struct State {
        var work: [Work] = []
        var next = 0
        var idleCount = 0
        var threadCount = 0
        var isShutDown = false
        var endWaiters: [@Sendable () -> Void] = []
    }

    private enum Step { case queued, needsThread, refused }

    /// What its threads are called.
    let name: String
    private let threadsMax: Int
    // One of the few locks that the project allows; held for the length of an append.
    private let state = Locked(State())
    private let available = ThreadSemaphore()

    init(name: String, threadsMax: Int) {
        precondition(threadsMax > 0, "a pool has at least one thread")
        self.name = name
        self.threadsMax = threadsMax
    }

    var threadCount: Int { state.withLock { $0.threadCount } }

    /// Queues `work`. A new thread, where one is needed, calls `runThread`, which has to call
    /// ``takeWork(_:)``.
    func submit(
        _ work: Work,
        _ runThread: @escaping @Sendable () -> Void
    ) throws(LoopError) {
        let step: Step = state.withLock { state in
            guard !state.isShutDown else { return .refused }
            state.work.append(work)
            let waiting = state.work.count - state.next
            guard waiting > state.idleCount, state.threadCount < threadsMax else { return .queued }
            state.threadCount += 1
            return .needsThread
        }
        switch step {
        case .refused: throw .closed(call: "submit to executor \(name)")
        case .queued: break
        case .needsThread:
            do {
                try startThread(name: name, runThread)
            } catch {
                let isAlone = state.withLock { state in
                    state.threadCount -= 1
                    guard state.threadCount == 0 else { return false }
                    _ = state.work.popLast()
                    return true
                }
                // Others will come to it; only where there are none it would wait for ever.
                if isAlone { throw .system(error) }
            }
        }
        available.signal()
    }

    /// Takes no more work; what there is is still done, then the threads end.
    ///
    /// - Returns: how many threads there were; nil where it was shut down before.
    @discardableResult
    func shutDown() -> Int? {
        let count: Int? = state.withLock { state in
            defer { state.isShutDown = true }
            return state.isShutDown ? nil : state.threadCount
        }
        for _ in 0..<(count ?? 0) { available.signal() }
        return count
    }

    /// Calls `body` once the queue is shut down and its threads have ended, on the last of them; at
    /// once where that is so already.
    func whenEnded(_ body: @escaping @Sendable () -> Void) {
        let hasEnded = state.withLock { state in
            if state.isShutDown, state.threadCount == 0 { return true }
            state.endWaiters.append(body)
            return false
        }
        if hasEnded { body() }
    }

    /// Stands still until the threads have ended, at most for `timeout`.
    ///
    /// - Returns: whether they have.
    func waitUntilEnded(timeout: Duration?) -> Bool {
        let ended = ThreadSemaphore()
        whenEnded { ended.signal() }
        guard let timeout else {
            ended.wait()
            return true
        }
        return ended.wait(until: .now.advanced(by: timeout))
    }

    /// Hands each piece of work to `run` until there will be no more.
    func takeWork(_ run: (Work) -> Void) {
        while let work = nextWork() { run(work) }
        let waiters: [@Sendable () -> Void] = state.withLock { state in
            state.threadCount -= 1
            guard state.threadCount == 0 else { return [] }
            defer { state.endWaiters = [] }
            return state.endWaiters
        }
        for waiter in waiters { waiter() }
    }

    private func nextWork() -> Work? {
        state.withLock { $0.idleCount += 1 }
        available.wait()
        return state.withLock { state in
            state.idleCount -= 1
            guard state.next < state.work.count else { return nil }
            defer {
                state.next += 1
                // The done part is dropped when it is the larger one.
                if state.next > 64, state.next * 2 > state.work.count {
                    state.work.removeFirst(state.next)
                    state.next = 0
                }
            }
            return state.work[state.next]
        }
    }
}

extension Future {
    /// Gives it its result from another thread; no effect where it is done by then.
    func settle(with result: Result<Value, any Error>) {
        loop.callSoonThreadsafe {
            guard !self.isDone else { return }
            switch result {
            case .success(let value): try self.setResult(value)
            case .failure(let error): try self.setException(error)
            }
        }
    }

    /// A flag for other threads that is set once the future is cancelled.
    func cancellationFlag() -> Locked<Bool> {
        let flag = Locked(false)
        addDoneCallback { future in
            if future.isCancelled { flag.withLock { $0 = true } }
        }
        return flag
    }
}
