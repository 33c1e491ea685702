// SPDX-License-Identifier: Apache-2.0

extension AsyncGenerator {
    /// Where the body of a generator puts its elements.
    public struct Output: Sendable {
        let state: GeneratorExchange<Element, Sent>

        /// Gives `element` to who asked for it, and waits until the next one is asked for.
        ///
        /// - Returns: what ``AsyncGenerator/send(_:)`` brought; nil where the consumer merely asks
        ///   for the next element.
        /// - Throws: ``GeneratorExit`` where the generator is closed, and what
        ///   ``AsyncGenerator/raise(_:)`` brought: clean up, and let it pass.
        ///   ``LoopError/invalidState(_:)`` outside of the body, or in a child task of it.
        ///
        /// Source: the yield expression of Python.
        @discardableResult
        public func yield(_ element: Element) async throws -> Sent? {
            try await state.yield(element)
        }
    }
}
