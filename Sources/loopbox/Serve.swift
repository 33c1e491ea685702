// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Logging
import Loop
import LoopSystem
import LoopboxModel
import LoopboxSandbox
import LoopboxService
import LoopboxWebhooks

/// `loopbox serve`: the server.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes jobs over HTTP, runs them, and calls webhooks.",
        discussion: """
            loopbox serve
            curl -sS --data-binary @job.yaml 'localhost:8080/v1/jobs?wait=20s&format=text'

            Each flag can come from the environment, too: LOOPBOX_LISTEN for --listen.
            """
    )

    @Option(
        help: """
            HOST:PORT or unix:PATH; port 0 picks one. Anything but a loopback address asks for a \
            token: a program of a run could connect to a socket that is a file.
            """
    )
    var listen = "127.0.0.1:8080"

    @Option(help: "The directory for database, outputs and work directories.")
    var data = defaultDataDirectory

    @Option(help: "Jobs that run at once; default: the number of cores.")
    var slots: Int?

    @Option(help: "Jobs that may wait.")
    var queueMax = 10_000

    @Option(help: "The isolation: strict, standard, or none-i-know; default: the best there is.")
    var sandbox: String?

    @Option(help: "The least isolation: standard or strict. The server does not start with less.")
    var minLevel = "standard"

    @Option(help: "The largest memory limit that a spec may ask for, in MiB.")
    var maxMemory = 2048

    @Option(help: "The largest disk limit that a spec may ask for, in MiB.")
    var maxDisk = 1024

    @Option(help: "The most processes and threads that a spec may ask for.")
    var maxProcesses = 512

    @Option(help: "An interpreter beside those on PATH, as NAME=PATH; repeatable.")
    var runtime: [String] = []

    @Option(help: "How users reach the server, for links; default: as it listens.")
    var publicURL: String?

    @Option(help: "A file with the tokens that requests may bear, one a line.")
    var tokenFile: String?

    @Flag(help: "Listen beyond loopback addresses without asking for a token.")
    var insecureNoAuth = false

    @Flag(help: "Let webhooks go to http URLs.")
    var webhookAllowHTTP = false

    @Option(help: "Let webhooks go to these addresses although they are private; repeatable.")
    var webhookAllowCIDR: [String] = []

    @Option(help: "When a webhook is sent, and sent again, as 0s,5s,5m.")
    var webhookSchedule: String?

    @Option(help: "The longest time limit that a spec may ask for.")
    var maxTime = FlagDuration(.seconds(300))

    @Option(help: "The largest output limit that a spec may ask for, in MiB.")
    var maxOutput = 16

    @Option(help: "How long to go on serving after SIGTERM.")
    var drainDelay = FlagDuration(.seconds(3))

    @Option(help: "How long running jobs may take to end after that.")
    var drainTimeout = FlagDuration(.seconds(25))

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    @Option(help: "json or text; default: text on a terminal.")
    var logFormat: String?

    @Flag(help: "Put the server's own event loop in debug mode.")
    var loopDebug = false

    /// What has to be heard by who starts a server without isolation.
    static let warning = """
        programs are not isolated: whoever can send a job can do what the user that runs this can do
        """

    /// What has to be heard where programs have the server's own user and nothing bounds signals.
    static let scopeWarning = """
        this kernel does not keep programs from signalling each other and this server, as they have \
        the same user (Linux 6.12 does): run it as root, which gives each program a user of its own, \
        or use level strict
        """

    static var defaultDataDirectory: String {
        let home = environment("HOME") ?? "/tmp"
        return "\(environment("XDG_STATE_HOME") ?? "\(home)/.local/state")/loopbox"
    }

    func run() throws {
        let configuration = try self.configuration()
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError("--log-level \(logLevel) is not known")
        }
        let format = try format()
        LoggingSystem.bootstrap { label in
            var handler = LineLogHandler(label: label, format: format)
            handler.logLevel = level
            return handler
        }
        var logger = Logger(label: "loopbox")
        logger.logLevel = level
        let log = logger
        let loop = ServiceActor.loop
        let start = loop.createTask(name: "start") { @ServiceActor in
            try await Service(configuration, logger: log)
        }
        let service: Service
        do {
            service = try loop.runUntilComplete(start)
        } catch {
            complain("\(error)")
            throw ExitStatus.failure
        }
        for signal in [SIGTERM, SIGINT] {
            try loop.addSignalHandler(signal) {
                // The second one finds the default action, and ends us at once.
                loop.removeSignalHandler(SIGTERM)
                loop.removeSignalHandler(SIGINT)
                loop.createTask(name: "drain") { @ServiceActor in
                    await service.drain(hasBalancer: signal == SIGTERM)
                    loop.stop()
                }
            }
        }
        tellOfRoom(configuration, logger)
        announce(service.address, service.attestation, configuration)
        try loop.runForever()
    }

    /// What the machine does not have, and what follows from it.
    private func tellOfRoom(_ configuration: ServiceConfiguration, _ logger: Logger) {
        if let bound = configuration.processesBound {
            logger.notice(
                "runs may have fewer processes than --max-processes says",
                metadata: [
                    "processes": "\(configuration.processesMax)",
                    "reason": "\(bound.flag) is \(bound.limit)",
                ]
            )
        }
        let wanted = ServiceConfiguration(version: "", dataDirectory: "", slots: 1).connectionsMax
        if configuration.connectionsMax < wanted {
            logger.notice(
                "the limit of open files bounds how many connections there can be",
                metadata: ["connections": "\(configuration.connectionsMax)"]
            )
        }
    }

    private func announce(
        _ address: SocketAddress,
        _ attestation: Attestation,
        _ configuration: ServiceConfiguration
    ) {
        let level = attestation.level
        let token = configuration.tokens.first.map { " -H 'Authorization: Bearer \($0)'" } ?? ""
        let isShown = tokenFile == nil
        let isolation =
            level == .none ? "WITHOUT ISOLATION" : "with isolation level \(level.rawValue)"
        if level == .none {
            complain(Self.warning, "warning")
        }
        let hasScope = attestation.layers.contains(Layer.scope.rawValue)
        if level == .standard, !hasScope, geteuid() != 0 {
            complain(Self.scopeWarning, "warning")
        }
        let curl: String
        if case .unix(let path) = address {
            curl = "--unix-socket \(path) 'http://localhost/v1/jobs"
        } else {
            curl = "'http://\(address)/v1/jobs"
        }
        write(
            """
            loopbox \(Loopbox.version) serves at \(address) \(isolation); try: \
            curl -sS\(isShown ? token : "") --data-binary @job.yaml \(curl)?wait=20s&format=text'

            """
        )
    }

    private func format() throws -> LineLogHandler.Format {
        guard let logFormat else { return isatty(STDERR_FILENO) != 0 ? .text : .json }
        guard let format = LineLogHandler.Format(rawValue: logFormat) else {
            throw ValidationError("--log-format is json or text, not \(logFormat)")
        }
        return format
    }

    private func configuration() throws -> ServiceConfiguration {
        let isolation = try IsolationFlag.choice(sandbox: sandbox, minLevel: minLevel)
        guard let address = SocketAddress(listen) else {
            throw ValidationError(
                "--listen \(listen) is no address; write 127.0.0.1:8080, [::1]:8080 or unix:/path"
            )
        }
        let cores = Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))
        let slots = slots ?? max(1, cores)
        guard slots > 0 else { throw ValidationError("--slots is at least 1") }
        guard queueMax > 0 else { throw ValidationError("--queue-max is at least 1") }
        guard maxOutput > 0 else { throw ValidationError("--max-output is at least 1") }
        guard maxMemory >= 32 else { throw ValidationError("--max-memory is at least 32") }
        guard maxDisk > 0 else { throw ValidationError("--max-disk is at least 1") }
        guard (1...512).contains(maxProcesses) else {
            throw ValidationError("--max-processes is 1 to 512")
        }
        var configuration = ServiceConfiguration(
            version: Loopbox.version,
            dataDirectory: absolutePath(data),
            slots: slots
        )
        configuration.listen = address
        configuration.queueMax = queueMax
        configuration.isolation = isolation
        configuration.memoryMax = .mebibytes(maxMemory)
        configuration.diskMax = .mebibytes(maxDisk)
        configuration.processesMax = maxProcesses
        let room = MachineRoom.take()
        if let most = room.processes(ofEach: slots), most < maxProcesses {
            configuration.processesMax = most
            configuration.processesBound = room.processes
        }
        configuration.connectionsMax = room.connections(
            beside: slots,
            wanted: configuration.connectionsMax
        )
        configuration.publicURL = publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        configuration.timeMax = maxTime.duration
        configuration.outputMax = .mebibytes(maxOutput)
        configuration.drainDelay = drainDelay.duration
        configuration.drainTimeout = drainTimeout.duration
        configuration.loopDebug = loopDebug
        configuration.tokens = try tokens(address)
        for pair in runtime {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw ValidationError("--runtime \(pair): write NAME=PATH")
            }
            let path = String(pair[pair.index(after: equals)...])
            configuration.runtimes[String(pair[..<equals])] = path
        }
        configuration.webhookPolicy.allowsHTTP = webhookAllowHTTP
        for text in webhookAllowCIDR.flatMap({ $0.split(separator: ",") }) {
            do {
                configuration.webhookPolicy.allowed.append(try AddressRange(String(text)))
            } catch {
                throw ValidationError("--webhook-allow-cidr: \(error)")
            }
        }
        if let webhookSchedule {
            do {
                configuration.webhookSchedule = try RetrySchedule(parsing: webhookSchedule)
            } catch {
                throw ValidationError("--webhook-schedule: \(error)")
            }
        }
        return configuration
    }

    /// The tokens of the file; one that is made where others than this machine can reach us.
    private func tokens(_ address: SocketAddress) throws -> [String] {
        if let tokenFile {
            let bytes: [UInt8]
            do throws(SystemError) {
                bytes = try readWhole(tokenFile)
            } catch {
                complain("\(error)")
                throw ExitStatus.failure
            }
            let tokens = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
                .map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
            guard !tokens.isEmpty else { throw ValidationError("\(tokenFile) holds no token") }
            return tokens
        }
        // A socket that is a file is in reach of every program with the server's user, and where the
        // server is not root, that is what runs have.
        let isOpen = address.isLoopback && address.port != nil
        if isOpen || insecureNoAuth { return [] }
        return ["lbx_\(UUIDv7().text)\(UUIDv7().text)"]
    }
}

/// A span of time on the command line: `250ms`, `5s`, `2m`, `1h`.
struct FlagDuration: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) { self.init(argument) }

    /// Reads a whole number with its unit; nil where it is anything else.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number <= 1_000_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(number)
        case "s": duration = .seconds(number)
        case "m": duration = .seconds(number * 60)
        case "h": duration = .seconds(number * 3600)
        default: return nil
        }
    }

    var defaultValueDescription: String {
        let milliseconds = duration.milliseconds
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
