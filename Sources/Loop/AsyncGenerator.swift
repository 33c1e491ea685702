// SPDX-License-Identifier: Apache-2.0

/// A function that gives its elements one by one, and waits in between until it is asked.
///
/// ```swift
/// func numbers() -> AsyncGenerator<Int, Never> {
///     AsyncGenerator { out in
///         defer { print("cleaned up") }
///         for number in 1... { try await out.yield(number) }
///     }
/// }
///
/// try await withClosing(numbers()) { numbers in
///     for try await number in numbers where number > 3 { break }
/// }
/// ```
///
/// Nothing of the body runs before the first element is asked for. From then on body and consumer
/// take turns without a turn of the loop, as if the body were a function that the consumer calls:
/// who cancels the consumer's task cancels what the body waits for, and
/// ``EventLoop/currentTask`` is the consumer's in the body too.
///
/// **Close it.** A generator that is left half-way, by a `break` or an error, still has to clean
/// up. ``close()`` or ``withClosing(_:_:)`` does that there and then. One that is dropped is closed
/// by its loop in a task of its own, later, and in no order to rely on: an optimised program lets go
/// of a generator after its last use, which may be before the end of the loop over it.
///
/// It belongs to the loop that ran when it was first asked for something; from another thread each
/// call throws ``LoopError/wrongThread(call:loopThread:callingThread:)``. Where none ran, it works
/// in any Swift task, but nobody closes it in time: see ``Diagnostic/Kind/asyncGenerator``.
///
/// One consumer at a time: a call while another is under way throws
/// ``LoopError/generatorAlreadyRunning(call:)``.
///
/// Source: PEP 525; Objects/genobject.c of CPython 3.13.
public final class AsyncGenerator<Element: Sendable, Sent: Sendable>: Sendable,
    CustomStringConvertible
{
    let state: GeneratorExchange<Element, Sent>

    /// A generator that will run `body` as far as it is asked for elements.
    ///
    /// - Parameter name: what reports call it.
    public init(
        name: String = #function,
        fileID: StaticString = #fileID,
        line: UInt = #line,
        _ body: sending @escaping (Output) async throws -> Void
    ) {
        state = GeneratorExchange(name: name, place: SourcePlace(fileID: fileID, line: line))
        let output = Output(state: state)
        state.describe { try await body(output) }
    }

    deinit { state.drop() }

    /// Runs the body up to its next yield.
    ///
    /// - Returns: what was yielded; nil at the end and ever after.
    /// - Throws: what the body throws; ``LoopError/generatorAlreadyRunning(call:)``.
    ///
    /// Source: `agen.__anext__()`.
    public func next() async throws -> Element? {
        try await state.exchange(nil, "AsyncGenerator.next")
    }

    /// Lets the yield at which the body stands return `value`, and runs it up to the next one.
    ///
    /// - Returns: what was yielded; nil at the end and ever after.
    /// - Throws: what the body throws; ``LoopError/generatorNotStarted`` where it stands at no yield
    ///   yet; ``LoopError/generatorAlreadyRunning(call:)``.
    ///
    /// Source: `agen.asend(value)`.
    public func send(_ value: Sent) async throws -> Element? {
        try await state.exchange(value, "AsyncGenerator.send")
    }

    /// Throws `error` from the yield at which the body stands, and runs the body up to the next
    /// one. A body that has not begun never will.
    ///
    /// - Returns: what was yielded; nil at the end and ever after.
    /// - Throws: what the body throws, `error` for a start;
    ///   ``LoopError/generatorAlreadyRunning(call:)``.
    ///
    /// Source: `agen.athrow(error)`.
    @discardableResult
    public func raise(_ error: any Error) async throws -> Element? {
        try await state.raise(error)
    }

    /// Throws ``GeneratorExit`` from the yield at which the body stands, and waits for its end. No
    /// effect on one that has ended; a body that has not begun never will.
    ///
    /// - Throws: what the body throws, but for ``GeneratorExit``;
    ///   ``LoopError/generatorIgnoredExit`` where it yields again;
    ///   ``LoopError/generatorAlreadyRunning(call:)``.
    ///
    /// Source: `agen.aclose()`.
    public func close() async throws { try await state.close() }

    /// As reports show it.
    public var description: String { state.shown }
}

extension AsyncGenerator: AsyncSequence {
    /// Asks one generator for its elements; all iterators of a generator share them.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let generator: AsyncGenerator

        /// The same as the generator's ``AsyncGenerator/next()``.
        public func next() async throws -> Element? { try await generator.next() }

        /// The same, for a caller with an isolation of its own.
        public func next(
            isolation actor: isolated (any Actor)?
        ) async throws(any Error) -> Element? {
            try await generator.next()
        }
    }

    /// The elements that are still to come. Leaving the iteration leaves the generator as it is.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(generator: self) }
}
