// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// What a spec is checked against that differs from server to server.
///
/// A plain value, so that the command line and the server check in the same way.
public struct SpecContext: Hashable, Sendable {
    /// A scheme that a webhook's URL can have.
    public enum WebhookScheme: String, Hashable, Sendable, CaseIterable {
        case https, http
    }

    /// The names of the runtimes that are installed, in the order in which they are listed; nil:
    /// not known, and any name is taken.
    public var runtimes: [String]?
    /// What `python` stands for; nil where there is no CPython.
    public var defaultRuntime: String?
    /// The names among ``runtimes`` of those that have uvloop; nil: not known, and any may.
    public var uvloopRuntimes: [String]?
    /// The most that a spec may ask for as `limits.time`; `--max-time`.
    public var maxTime = Duration.seconds(300)
    /// The most that a spec may ask for as `limits.output`; `--max-output`.
    public var maxOutput = ByteCount.mebibytes(16)
    /// The most that a spec may ask for as `limits.memory`; `--max-memory`.
    public var maxMemory = ByteCount.gibibytes(2)
    /// The most that a spec may ask for as `limits.disk`; `--max-disk`.
    public var maxDisk = ByteCount.gibibytes(1)
    /// The most that a spec may ask for as `limits.processes`; `--max-processes`.
    public var maxProcesses = 512
    /// By what the operator raises ``maxProcesses``: the flag, or where the server's container allows
    /// no more, its limit.
    public var maxProcessesFlag = "--max-processes"
    /// Looks at a webhook's URL as it will be looked at when it is called, as far as that can be done
    /// without resolving its name.
    public struct WebhookCheck: Hashable, Sendable {
        /// Why a URL is refused, with what an operator can do after a semicolon; nil: it is not.
        let refusal: @Sendable (_ url: String) -> String?

        /// A check by `refusal`.
        public init(_ refusal: @escaping @Sendable (_ url: String) -> String?) {
            self.refusal = refusal
        }

        // There is one in a process.
        public static func == (_: Self, _: Self) -> Bool { true }
        public func hash(into _: inout Hasher) {}
    }

    /// By what URLs of webhooks are looked at; nil: not known, and any good one is taken.
    public var webhookCheck: WebhookCheck?
    /// What webhooks may be called by; plain http only where the operator allows it.
    public var webhookSchemes: Set<WebhookScheme> = [.https]

    /// The level at which programs run; nil: not known, and whatever is asked for is taken.
    public var level: Attestation.Level?

    /// A server with the default ceilings and these runtimes.
    public init(runtimes: [String]? = nil, defaultRuntime: String? = nil) {
        self.runtimes = runtimes
        self.defaultRuntime = defaultRuntime
    }

    /// One that takes whatever any server takes: for values that were checked when they came.
    static let unbounded = {
        var context = SpecContext()
        context.maxTime = .seconds(Int64(Int32.max))
        context.maxOutput = ByteCount(bytes: .max)
        context.maxMemory = ByteCount(bytes: .max)
        context.maxDisk = ByteCount(bytes: .max)
        context.maxProcesses = .max
        return context
    }()
}
