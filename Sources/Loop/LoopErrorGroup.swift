// SPDX-License-Identifier: Apache-2.0

/// Everything that went wrong in a ``LoopTaskGroup``, in the order in which it did.
///
/// Source: `ExceptionGroup`, PEP 654.
public struct LoopErrorGroup: Error, CustomStringConvertible {
    /// One or more; that of a nested group is a `LoopErrorGroup` itself.
    public let errors: [any Error]

    /// A group of `errors`.
    public init(_ errors: [any Error]) { self.errors = errors }

    /// The count, and each of the errors.
    public var description: String {
        let count = errors.count == 1 ? "1 sub-exception" : "\(errors.count) sub-exceptions"
        let list = errors.map { "\(type(of: $0)): \($0)" }.joined(separator: "; ")
        return "unhandled errors in a TaskGroup (\(count)): \(list)"
    }
}
