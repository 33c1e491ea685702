// SPDX-License-Identifier: Apache-2.0

/// Thrown into the body of an ``AsyncGenerator`` where it yields, when the generator is closed.
///
/// The body cleans up and lets it pass, or returns. To yield after it is an error:
/// ``LoopError/generatorIgnoredExit``.
///
/// Source: `GeneratorExit`, "Built-in Exceptions" of Python.
public struct GeneratorExit: Error, Hashable, Sendable, CustomStringConvertible {
    /// A reason for a body to end.
    public init() {}

    /// Its name: there is no more to tell.
    public var description: String { "GeneratorExit" }
}
