// SPDX-License-Identifier: Apache-2.0

import Crypto
import Glibc
public import Logging
import Loop
import LoopHTTP
public import LoopSystem
public import LoopboxModel
import LoopboxSandbox
import LoopboxSpec
import LoopboxStore
import LoopboxWebhooks

/// The server: all parts made, wired, started, and in the end drained.
@ServiceActor
public final class Service {
    /// Where it listens, with the port that it got.
    public nonisolated let address: SocketAddress
    /// The level at which programs run, and what was in force when it was tried.
    public nonisolated let attestation: Attestation
    private let loop: EventLoop
    private let configuration: ServiceConfiguration
    private let store: JobStore
    private let runner: JobRunner
    private let dispatcher: Dispatcher
    private let courier: Courier
    private let changes: JobChanges
    private let jobs: JobsAPI
    private let server: HTTPServer
    private let logger: Logger

    /// Starts a server. When this returns it takes requests, and what an earlier one of the same
    /// data directory had accepted goes on.
    ///
    /// - Throws: the error of the part that can't be made, with the cure.
    public init(_ given: ServiceConfiguration, logger: Logger) async throws {
        var configuration = given
        loop = ServiceActor.loop
        loop.debug = configuration.loopDebug
        self.logger = logger
        var settings = JobDatabase.Configuration(directory: configuration.dataDirectory)
        settings.queueMax = configuration.queueMax
        settings.logger = logger.part("store")
        let publicURL = configuration.publicURL
        settings.outbox = { job in Messages.owed(by: job, publicURL: publicURL) }
        for path in try Upkeep.repair(configuration.dataDirectory) {
            logger.warning("repaired: its owner could not use it", metadata: ["path": "\(path)"])
        }
        let opened = settings
        let database = try await loop.runInExecutor { () throws(StoreError) in
            try JobDatabase(opened)
        }
        store = JobStore(database, loop: loop)
        // After the database, whose lock says that no other server has this directory: the runner
        // ends whatever still runs there.
        runner = try await JobRunner(
            loop: loop,
            dataDirectory: configuration.dataDirectory,
            workDirectory: "\(configuration.dataDirectory)/work",
            runtimes: configuration.runtimes,
            isolation: configuration.isolation
        )
        attestation = runner.attestation
        for missing in runner.missing {
            logger.warning(
                "level not available",
                metadata: ["level": "\(missing.level.rawValue)", "reason": "\(missing.reason)"]
            )
        }
        for job in try await store.reclaimAll() {
            logger.notice(
                "job taken up again",
                metadata: ["job.id": "\(job.id)", "state": "\(job.state.rawValue)"]
            )
        }
        var courierSettings = Courier.Configuration(version: configuration.version)
        courierSettings.policy = configuration.webhookPolicy
        courierSettings.schedule = configuration.webhookSchedule
        courier = Courier(
            on: loop,
            outbox: StoreOutbox(store),
            configuration: courierSettings,
            logger: logger.part("webhook")
        )
        changes = JobChanges(loop: loop)
        let courier = courier
        dispatcher = Dispatcher(
            loop: loop,
            store: store,
            runner: runner,
            changes: changes,
            slots: configuration.slots,
            logger: logger.part("dispatcher"),
            messages: { [digester = runner.digester] job, digests in
                await Messages(digester, publicURL: publicURL).owed(by: job, digests)
            }
        ) { courier.noteNewDeliveries() }
        jobs = JobsAPI(
            loop: loop,
            store: store,
            dispatcher: dispatcher,
            changes: changes,
            digester: runner.digester,
            configuration: configuration,
            specContext: runner.catalog.specContext(configuration, level: runner.level)
        ) { courier.noteNewDeliveries() }
        let routes = RouterBox()
        server = HTTPServer(
            on: loop,
            configuration: Self.httpConfiguration(configuration),
            logger: logger.part("http")
        ) { exchange in routes.router?.handle(exchange) }
        address = try server.listen(at: configuration.listen)
        configuration.listen = address
        self.configuration = configuration
        routes.router = Router(
            loop: loop,
            gate: RequestGate(tokens: configuration.tokens, hosts: Self.hosts(configuration)),
            jobs: jobs,
            store: store,
            catalog: runner.catalog,
            level: runner.level,
            configuration: configuration,
            upkeep: runner.upkeep(dataDirectory: configuration.dataDirectory),
            logger: logger.part("http")
        )
        dispatcher.start()
        courier.start()
    }

    /// Ends the server: says that it is not ready, goes on for a while so that a balancer notices
    /// (not where a person waits for it at a terminal), takes no connection any more, and lets what
    /// runs end.
    public func drain(hasBalancer: Bool) async {
        jobs.isDraining = true
        logger.notice("draining", metadata: ["running": "\(dispatcher.runningCount)"])
        if hasBalancer { try? await loop.sleep(for: configuration.drainDelay) }
        changes.noteAll()
        await dispatcher.drain(within: configuration.drainTimeout)
        await server.drain(within: .seconds(2))
        await courier.drain()
        // What is left then, the next server removes.
        await runner.finishCleanUp(within: Self.cleanUpLimit)
        logger.notice("ended")
    }

    private nonisolated static func httpConfiguration(
        _ configuration: ServiceConfiguration
    ) -> HTTPServer.Configuration {
        var http = HTTPServer.Configuration()
        http.connectionsMax = configuration.connectionsMax
        return http
    }

    /// How long the end of the server waits for the removal of what runs left.
    private static let cleanUpLimit: Duration = .seconds(2)

    /// The names by which a server that listens on loopback is called. One that others can reach
    /// has names that it can't know; the token guards it.
    private static func hosts(_ configuration: ServiceConfiguration) -> Set<String> {
        guard configuration.listen.isLoopback, configuration.listen.port != nil else { return [] }
        var hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
        if let url = configuration.publicURL {
            hosts.insert(Courier.host(of: url).lowercased())
        }
        return hosts
    }
}

/// The router is made after the server, whose address it tells.
private final class RouterBox {
    var router: Router?
}

extension Logger {
    /// The logger of a part of the service.
    func part(_ name: String) -> Logger {
        var logger = Logger(label: "loopbox.\(name)")
        logger.logLevel = logLevel
        return logger
    }
}
