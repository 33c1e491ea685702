// SPDX-License-Identifier: Apache-2.0

// Safety (@unchecked Sendable): as its superclass; both properties belong to the claim's holder.

/// What goes back and forth between a generator's body and its consumer.
final class GeneratorExchange<Element: Sendable, Sent: Sendable>: GeneratorState,
    @unchecked Sendable
{
    private var element: Element?
    private var sent: Sent?

    /// Source: `__anext__`, and `asend` where there is something to send.
    func exchange(_ sent: Sent?, _ call: StaticString) async throws -> Element? {
        try claim(call, "anext")
        defer { giveClaimBack() }
        if sent != nil, isUnstarted { throw LoopError.generatorNotStarted }
        self.sent = sent
        return try result(await goOn())
    }

    /// Source: `athrow`.
    func raise(_ error: any Error) async throws -> Element? {
        try claim("AsyncGenerator.raise", "athrow")
        defer { giveClaimBack() }
        return try result(await goOn(throwing: error))
    }

    private func result(_ reply: Reply) throws -> Element? {
        switch reply {
        case .element: return element.take()
        case .end: return nil
        case .error(let error): throw error
        }
    }

    /// The body's side of the exchange.
    func yield(_ element: Element) async throws -> Sent? {
        guard isCalledByBody else {
            throw LoopError.invalidState("yield was called outside of its generator's body")
        }
        self.element = element
        try await suspend()
        return sent.take()
    }
}
