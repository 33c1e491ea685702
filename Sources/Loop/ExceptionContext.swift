// SPDX-License-Identifier: Apache-2.0

import Logging

/// Something that went wrong where no caller could be told.
///
/// Source: `asyncio.loop.call_exception_handler`.
public struct ExceptionContext: Sendable {
    /// What went wrong, in asyncio's words where asyncio has the same.
    public var message: String
    /// The error, where there is one.
    public var error: (any Error)?
    /// The task in question.
    public var task: (any AnyLoopTask)?
    /// The task, future or handle in question, as it is shown.
    public var object: String?
    /// Who made or scheduled it.
    public var createdAt: SourcePlace?
    /// The calls that made it; in debug mode.
    public var creationStack: CallStack?
    var kind = Diagnostic.Kind.unhandledException

    /// A context with all its parts.
    public init(
        message: String,
        error: (any Error)? = nil,
        task: (any AnyLoopTask)? = nil,
        object: String? = nil,
        createdAt: SourcePlace? = nil,
        creationStack: CallStack? = nil
    ) {
        self.message = message
        self.error = error
        self.task = task
        self.object = object
        self.createdAt = createdAt
        self.creationStack = creationStack
    }

    /// As the default handler reports it.
    public var diagnostic: Diagnostic {
        var diagnostic = Diagnostic(kind, .log(.error), message)
        diagnostic.object = object
        diagnostic.error = error
        diagnostic.place = createdAt
        diagnostic.creationStack = creationStack
        return diagnostic
    }

    /// The lines that the default handler logs.
    public var description: String { diagnostic.text }
}
