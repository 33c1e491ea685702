// SPDX-License-Identifier: Apache-2.0

/// Says that something was let go without having been closed: `ResourceWarning: unclosed transport
/// <...>`. Any thread; silent outside debug mode.
///
/// - Parameters:
///   - what: for example `transport <StreamTransport fd=7>`.
///   - origin: who made it.
///   - loop: whose debug mode counts and who reports; nil: the environment's, and stderr.
///
/// Source: `__del__` of the transports in Lib/asyncio/selector_events.py.
func warnUnclosed(_ what: String, _ origin: Origin, on loop: EventLoop? = nil) {
    let diagnostic = Diagnostic.unclosed(what, origin)
    guard let loop else {
        if EventLoop.isDebugWanted { report(diagnostic, to: DefaultDiagnosticSink()) }
        return
    }
    // Debug mode is the loop's own state: it is asked on the loop's thread only.
    guard loop.isOnLoop else {
        loop.callSoonThreadsafe {
            if loop.debug { report(diagnostic, to: loop.diagnosticSink) }
        }
        return
    }
    if loop.debug { report(diagnostic, to: loop.diagnosticSink) }
}

extension Diagnostic {
    /// What is said of something that was let go open.
    static func unclosed(_ what: String, _ origin: Origin) -> Diagnostic {
        var diagnostic = Diagnostic(
            .unclosedResource,
            .warning(category: "ResourceWarning"),
            "unclosed \(what)"
        )
        diagnostic.place = origin.place
        diagnostic.creationStack = origin.stack
        return diagnostic
    }
}
