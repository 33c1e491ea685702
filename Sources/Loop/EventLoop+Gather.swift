// SPDX-License-Identifier: Apache-2.0

extension EventLoop {
    /// Runs all of `sources` at once and gives their results, in the order of `sources`.
    ///
    /// The first that fails makes the future fail, and the others go on. Cancelling the future, or
    /// the task that awaits it, cancels all of them. One that is cancelled otherwise counts as
    /// failed. One that is given twice runs once. On the loop.
    ///
    /// ```swift
    /// let (page, count) = try await loop.gather(fetch(), loop.createTask { 2 }).value
    /// ```
    ///
    /// Source: `asyncio.gather`, Lib/asyncio/tasks.py.
    public func gather<each Source: LoopAwaitable>(
        _ sources: repeat each Source,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Future<(repeat (each Source).Value)> {
        var gathering = Gathering(loop: self, fileID: fileID, line: line)
        let futures = (repeat gathering.add(each sources))
        return gathering.start(stopsAtFailure: true) {
            (repeat try (each futures).result())
        }
    }

    /// Runs all of `sources` at once and gives their results, in the order of `sources`, as the
    /// form for different types does.
    ///
    /// Source: `asyncio.gather`, Lib/asyncio/tasks.py.
    public func gather<Source: LoopAwaitable>(
        _ sources: [Source],
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Future<[Source.Value]> {
        var gathering = Gathering(loop: self, fileID: fileID, line: line)
        let futures = sources.map { gathering.add($0) }
        return gathering.start(stopsAtFailure: true) { try futures.map { try $0.result() } }
    }

    /// Runs all of `sources` at once, waits for each of them, and gives what became of them, in the
    /// order of `sources`.
    ///
    /// The future fails only where it is cancelled itself. On the loop.
    ///
    /// Source: `asyncio.gather(..., return_exceptions=True)`, Lib/asyncio/tasks.py.
    public func gatherResults<each Source: LoopAwaitable>(
        _ sources: repeat each Source,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Future<(repeat Result<(each Source).Value, any Error>)> {
        var gathering = Gathering(loop: self, fileID: fileID, line: line)
        let futures = (repeat gathering.add(each sources))
        return gathering.start(stopsAtFailure: false) {
            (repeat (each futures).outcome)
        }
    }

    /// Runs all of `sources` at once, waits for each of them, and gives what became of them, in the
    /// order of `sources`, as the form for different types does.
    ///
    /// Source: `asyncio.gather(..., return_exceptions=True)`, Lib/asyncio/tasks.py.
    public func gatherResults<Source: LoopAwaitable>(
        _ sources: [Source],
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Future<[Result<Source.Value, any Error>]> {
        var gathering = Gathering(loop: self, fileID: fileID, line: line)
        let futures = sources.map { gathering.add($0) }
        return gathering.start(stopsAtFailure: false) { futures.map(\.outcome) }
    }
}

extension Future {
    fileprivate var outcome: Result<Value, any Error> { Result { try result() } }
}

/// The futures of one call of `gather`, each of them once.
private struct Gathering {
    let loop: EventLoop
    let fileID: StaticString
    let line: UInt
    private var known: [ObjectIdentifier: any Awaitable] = [:]
    private var children: [any Awaitable] = []

    init(loop: EventLoop, fileID: StaticString, line: UInt) {
        self.loop = loop
        self.fileID = fileID
        self.line = line
    }

    mutating func add<Source: LoopAwaitable>(_ source: Source) -> Future<Source.Value> {
        if let future = known[ObjectIdentifier(source)] as? Future<Source.Value> { return future }
        let future = source.future(on: loop, fileID: fileID, line: line)
        known[ObjectIdentifier(source)] = future
        children.append(future)
        return future
    }

    func start<Value: Sendable>(
        stopsAtFailure: Bool,
        _ result: @escaping () throws -> Value
    ) -> Future<Value> {
        let outer = GatheringFuture(
            children,
            stopsAtFailure: stopsAtFailure,
            loop: loop,
            fileID: fileID,
            line: line,
            result
        )
        outer.start()
        return outer
    }
}

/// Done when all of its children are, or one has failed. Cancelling it cancels the children, and
/// it ends when they have.
private final class GatheringFuture<Value: Sendable>: Future<Value>, @unchecked Sendable {
    // Safety (@unchecked Sendable): as its superclass, touched on the loop only.

    private var children: [any Awaitable]
    private var pendingCount: Int
    private var isCancelRequested = false
    private let stopsAtFailure: Bool
    private var gathered: (() throws -> Value)?

    init(
        _ children: [any Awaitable],
        stopsAtFailure: Bool,
        loop: EventLoop,
        fileID: StaticString,
        line: UInt,
        _ result: @escaping () throws -> Value
    ) {
        self.children = children
        self.stopsAtFailure = stopsAtFailure
        pendingCount = children.count
        gathered = result
        super.init(on: loop, fileID: fileID, line: line)
    }

    func start() {
        if children.isEmpty { complete() }
        let doneAlready = children.filter { $0.isDone }
        for child in children where !child.isDone { child.whenDone { self.noteDone(child) } }
        for child in doneAlready { noteDone(child) }
    }

    override func cancel() -> Bool {
        loop.requireLoop("Future.cancel")
        guard !isDone else { return false }
        for child in children where child.cancel() { isCancelRequested = true }
        return isCancelRequested
    }

    private func noteDone(_ child: any Awaitable) {
        pendingCount -= 1
        let failure = child.readFailure()
        guard !isDone else { return }
        if stopsAtFailure, let failure = child.isCancelled ? CancellationError() : failure {
            end(with: .failure(failure))
        } else if pendingCount == 0 {
            complete()
        }
    }

    private func complete() {
        // A cancellation goes on to who awaits this, whatever the children made of it.
        guard !isCancelRequested, let gathered else {
            return end(with: .failure(CancellationError()))
        }
        end(with: Result { try gathered() })
    }

    private func end(with result: Result<Value, any Error>) {
        children = []
        gathered = nil
        do {
            switch result {
            case .success(let value): try setResult(value)
            case .failure(let error): try setException(error)
            }
        } catch {
            fatalError("a gathering future ended twice: \(error)")
        }
    }
}
