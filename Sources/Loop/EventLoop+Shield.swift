// SPDX-License-Identifier: Apache-2.0

extension EventLoop {
    /// A future with the result of `source` that can be cancelled without cancelling `source`.
    ///
    /// Who awaits it and is cancelled gets `CancellationError`, and `source` goes on. Where
    /// `source` itself is cancelled, so is the future. On the loop.
    ///
    /// Source: `asyncio.shield`, Lib/asyncio/tasks.py.
    public func shield<Source: LoopAwaitable>(
        _ source: Source,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Future<Source.Value> {
        let inner = source.future(on: self, fileID: fileID, line: line)
        guard !inner.isDone else { return inner }
        let outer = Future<Source.Value>(on: self, fileID: fileID, line: line)
        let callback = inner.addDoneCallback { inner in
            guard !outer.isDone else {
                _ = inner.readFailure()
                return
            }
            do {
                try outer.setResult(inner.result())
            } catch is CancellationError where inner.isCancelled {
                outer.cancel()
            } catch {
                try? outer.setException(error)
            }
        }
        outer.addDoneCallback { _ in
            if !inner.isDone { inner.removeDoneCallback(callback) }
        }
        return outer
    }
}
