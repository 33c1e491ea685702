// SPDX-License-Identifier: Apache-2.0

/// Something that went wrong where no caller could be told.
///
/// Source: `asyncio.loop.call_exception_handler`.
public struct ExceptionContext: Sendable {
    /// What went wrong, in asyncio's words where asyncio has the same.
    public var message: String
    /// The error, where there is one.
    public var error: (any Error)?
    /// The task or future in question, as it is shown.
    public var object: String?
    /// Who made or scheduled it.
    public var createdAt: SourcePlace?

    /// A context with all its parts.
    public init(
        message: String,
        error: (any Error)? = nil,
        object: String? = nil,
        createdAt: SourcePlace? = nil
    ) {
        self.message = message
        self.error = error
        self.object = object
        self.createdAt = createdAt
    }

    /// The lines that the default handler logs.
    public var description: String {
        var lines = [message]
        if let object { lines.append(object) }
        if let createdAt { lines.append("created at \(createdAt)") }
        if let error { lines.append("\(type(of: error)): \(error)") }
        return lines.joined(separator: "\n")
    }
}
