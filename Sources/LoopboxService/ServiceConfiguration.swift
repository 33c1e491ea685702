// SPDX-License-Identifier: Apache-2.0

public import LoopSystem
public import LoopboxModel
public import LoopboxWebhooks

/// What an operator can set. Read once, at the edge; a value here is valid.
public struct ServiceConfiguration: Sendable {
    /// The version of the program, for clients.
    public var version: String
    /// Where it listens. Loopback, so that nobody else can reach it unless that was asked for.
    public var listen: SocketAddress = .loopback(port: 8080)
    /// Database, outputs, and the work directories of runs.
    public var dataDirectory: String
    /// Jobs that run at once. One a core: a job that waits for a core reports false slow callbacks.
    public var slots: Int
    /// Jobs that may wait.
    public var queueMax = 10_000
    /// Interpreters by name, beside those on PATH.
    public var runtimes: [String: String] = [:]
    /// How users reach the server, without a slash at the end; nil: as it listens.
    public var publicURL: String?
    /// Where links lead to.
    var address: String { publicURL ?? "http://\(listen)" }
    /// Where webhooks may go.
    public var webhookPolicy = AddressPolicy()
    /// When webhooks are sent again.
    public var webhookSchedule = RetrySchedule.standard
    /// The longest `limits.time` that a spec may ask for: a slot held longer keeps others waiting.
    public var timeMax: Duration = .seconds(300)
    /// The largest `limits.output`; two of these are kept in memory for each slot.
    public var outputMax: ByteCount = .mebibytes(16)
    /// The largest `limits.memory`; the slots together should fit into the machine.
    public var memoryMax: ByteCount = .gibibytes(2)
    /// The largest `limits.disk`.
    public var diskMax: ByteCount = .gibibytes(1)
    /// The largest `limits.processes`.
    public var processesMax = 512
    /// What keeps ``processesMax`` below what was asked for; nil: nothing does.
    public var processesBound: MachineRoom.ProcessesBound?
    /// Connections open at once.
    public var connectionsMax = 10_000
    /// How programs are isolated.
    public var isolation: IsolationChoice = .atLeast(.standard)
    /// How long it goes on serving after it was asked to end, so that a balancer notices.
    public var drainDelay: Duration = .seconds(3)
    /// How long running jobs may take to end then; less than the 30 s that Kubernetes gives.
    public var drainTimeout: Duration = .seconds(25)
    /// What a request must bear, where any is set.
    public var tokens: [String] = []
    /// Whether the server's own loop is in debug mode.
    public var loopDebug = false

    /// The defaults for a server of `version`.
    public init(version: String, dataDirectory: String, slots: Int) {
        self.version = version
        self.dataDirectory = dataDirectory
        self.slots = slots
    }
}
