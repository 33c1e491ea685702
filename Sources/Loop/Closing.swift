// SPDX-License-Identifier: Apache-2.0

/// Runs `body` and then closes `generator`, however `body` ended.
///
/// ```swift
/// try await withClosing(rows()) { rows in
///     for try await row in rows { break }
/// }
/// // Whatever rows() has to clean up is done here.
/// ```
///
/// - Throws: what `body` throws; what closing throws, which comes first where both do.
///
/// Source: `contextlib.aclosing`.
public func withClosing<Element, Sent, Result>(
    _ generator: AsyncGenerator<Element, Sent>,
    _ body: (AsyncGenerator<Element, Sent>) async throws -> Result
) async throws -> Result {
    let result: Result
    do {
        result = try await body(generator)
    } catch {
        try await generator.close()
        throw error
    }
    try await generator.close()
    return result
}
