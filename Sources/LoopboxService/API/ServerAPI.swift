// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxRuntimes
import LoopboxStore

/// What the server tells of itself.
struct InfoView: Encodable {
    var name = "loopbox"
    var version: String
    var sandbox: Sandbox
    var slots: Int
    var queueMax: Int
    var jobs: Jobs
    var limits: Limits
    var runtimes: [String]

    struct Sandbox: Encodable { var level: Attestation.Level }

    struct Jobs: Encodable {
        var queued: Int
        var running: Int
        var completed: Int
    }

    /// The most that a spec may ask for.
    struct Limits: Encodable {
        var time: Seconds
        var output: ByteCount
        var memory: ByteCount
        var disk: ByteCount
        var processes: Int
        /// Why no more.
        var processesReason: String?

        enum CodingKeys: String, CodingKey {
            case time, output, memory, disk, processes
            case processesReason = "processes_reason"
        }
    }

    enum CodingKeys: String, CodingKey {
        case name, version, sandbox, slots
        case queueMax = "queue_max"
        case jobs, limits, runtimes
    }

    init(
        _ configuration: ServiceConfiguration,
        level: Attestation.Level,
        counts: StoreCounts,
        runtimes: [String]
    ) {
        version = configuration.version
        sandbox = Sandbox(level: level)
        slots = configuration.slots
        queueMax = configuration.queueMax
        jobs = Jobs(queued: counts.queued, running: counts.running, completed: counts.completed)
        limits = Limits(
            time: Seconds(configuration.timeMax),
            output: configuration.outputMax,
            memory: configuration.memoryMax,
            disk: configuration.diskMax,
            processes: configuration.processesMax,
            processesReason: configuration.processesBound.map { bound in
                "\(bound.flag), \(bound.limit) for \(configuration.slots) slots"
            }
        )
        self.runtimes = runtimes
    }
}

/// The interpreters, and why others are none.
struct RuntimesView: Encodable {
    struct Runtime: Encodable {
        var name: String
        var version: String
        var isDefault: Bool
        /// The version that it has; left out: none, and `debug.loop: uvloop` is refused.
        var uvloop: String?

        enum CodingKeys: String, CodingKey {
            case name, version
            case isDefault = "default"
            case uvloop
        }
    }

    struct Skipped: Encodable {
        var executable: String
        var reason: String
    }

    var items: [Runtime]
    var skipped: [Skipped]

    @ServiceActor
    init(_ catalog: RuntimeCatalog) {
        let standard = catalog.runtime(named: "python")
        items = catalog.names.compactMap { name in
            catalog.runtime(named: name).map {
                Runtime(
                    name: name,
                    version: $0.version.description,
                    isDefault: $0 == standard,
                    uvloop: $0.uvloop
                )
            }
        }
        skipped = catalog.found.skipped.map {
            Skipped(executable: $0.executable, reason: $0.reason)
        }
    }
}

/// What each kind of problem means, for who follows the `type` of one.
enum ProblemCatalogue {
    /// The text for `slug`; nil where no problem is called so.
    static func text(_ slug: String) -> String? { texts[slug] }

    private static let texts = [
        "malformed-spec": "The body is no YAML or JSON that a spec could be. `errors` says where.",
        "invalid-spec":
            "The spec can be read, but something in it is not allowed. `errors` says what and where.",
        "not-found": "There is nothing at that path.",
        "deleted": "The job was there and was deleted.",
        "bad-request": "A part of the request's target or of its fields can't be understood.",
        "method-not-allowed":
            "The resource is there but has no such method; `Allow` lists those it has.",
        "unsupported-media-type": "A spec is YAML or JSON.",
        "not-acceptable":
            "`?format=` or `Accept` asks for a format that there is not; `detail` lists those that there are.",
        "queue-full":
            "As many jobs wait as the operator allows. Try again after `Retry-After` seconds.",
        "unauthorized": "The server asks for a token in `Authorization: Bearer`.",
        "unknown-host":
            "The request names a host that the server is not. This guards against pages that make a name lead to it.",
        "foreign-origin":
            "A page of another site sent the request. This guards against pages that use the server behind its user's back.",
        "draining": "The server is about to end and takes no new jobs.",
        "idempotency-conflict": "An Idempotency-Key stands for one request for a day.",
        "no-gate": "The spec has no `expect`, so there is no verdict to ask for.",
        "gate-failed":
            "Something is not as the spec's `expect` has it. `failures` says what and where.",
        "not-ended": "What was asked for is there once the job has ended.",
        "unrenderable":
            "Rendering the job's report took more time or memory than it may, or gave more bytes. Ask for a part of it.",
        "content-too-large": "The body is larger than a spec may be.",
        "storage":
            "The server's disk is full or can't be written. The operator has to act; nothing was accepted.",
        "internal": "The server failed. Its log says how; nothing was accepted.",
    ]
}
