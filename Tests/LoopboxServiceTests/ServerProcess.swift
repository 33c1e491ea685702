// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import LoopboxSandbox
import Testing

/// A real server: the `loopbox` that was built with the tests, as a child process with a data
/// directory of its own and none of our environment.
final class ServerProcess: Sendable {
    let process: ChildProcess
    /// `127.0.0.1:43210`
    let address: String
    /// What its user's home is; the data directory is in it.
    let home: TemporaryDirectory

    /// The program.
    static let loopbox = "\(folderOfTests)/loopbox"
    /// Debian's interpreter: the one that each machine has, and whose texts are the golden ones.
    static let reference = "/usr/bin/python3.11"

    /// Starts a server and waits until it says where it listens.
    ///
    /// - Parameters:
    ///   - arguments: of `serve`, on top of the address, the data directory and no isolation.
    ///   - environment: on top of the clean one.
    ///   - home: where another server was before, to go on from what it left.
    ///   - identity: as whom it runs.
    ///   - starter: a command that runs the one that follows it.
    init(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        home: TemporaryDirectory? = nil,
        as identity: Identity = .own,
        by starter: [String] = []
    ) throws {
        let home = try home ?? TemporaryDirectory()
        self.home = home
        if identity == .nobody { chown(home.path, Identity.nobodysID, Identity.nobodysID) }
        let command = starter + identity.command + [Self.loopbox] + Self.arguments(home) + arguments
        process = try ChildProcess(
            command[0],
            Array(command.dropFirst()),
            environment: Self.environment(home).merging(environment) { _, own in own }
        )
        let process = process
        address = try eventually("the server's address") {
            if process.ending != nil { throw DidNotStart(complaint: process.stderr) }
            let words = process.stdout.split(separator: " ", omittingEmptySubsequences: true)
            // With the line feed after it, the line is complete.
            guard process.stdout.contains("\n"), let place = words.firstIndex(of: "at") else {
                return nil
            }
            return String(words[place + 1])
        }
    }

    deinit {
        process.kill(SIGKILL)
        _ = process.wait(within: .seconds(10))
        for finding in loopFindings {
            Issue.record("the server's own loop reports: \(finding)")
        }
        for process in jobProcesses { kill(process, SIGKILL) }
    }

    /// What debug mode found in the server itself. Not that it was slow: these tests run on busy
    /// machines. Nor how long it waited, which is no finding.
    private var loopFindings: [Substring] {
        process.stderr.split(separator: "\n").filter { line in
            (line.contains("\"logger\":\"asyncio\"") && !line.contains("Executing <")
                && !line.contains("\"level\":\"info\""))
                || line.contains("RuntimeWarning: ") || line.contains("ResourceWarning: ")
        }
    }

    /// What a server in `home` is started with.
    static func arguments(_ home: TemporaryDirectory) -> [String] {
        [
            "serve", "--sandbox", "none-i-know", "--listen", "127.0.0.1:0", "--data", home("data"),
            "--drain-delay", "0s", "--loop-debug",
        ]
    }

    /// What programs of ours find around them, with their home in `home`.
    static func environment(_ home: TemporaryDirectory) -> [String: String] {
        cleanEnvironment.merging(["HOME": home.path, "TMPDIR": home.path]) { _, own in own }
    }

    /// Why a server could not be started.
    struct DidNotStart: Error, CustomStringConvertible {
        let complaint: String
        var description: String { "the server ended at once: \(complaint)" }
    }

    // MARK: asking

    /// Asks for `path` by the `curl` command.
    func curl(_ path: String, _ arguments: String..., input: String = "") throws -> Answer {
        try curl(path, arguments, input: input)
    }

    /// Asks for `path` by the `curl` command.
    func curl(_ path: String, _ arguments: [String], input: String = "") throws -> Answer {
        try Answer(
            arguments + ["http://\(address)\(path)"],
            input: input,
            environment: Self.environment(home)
        )
    }

    /// Submits `spec`; `query` such as `wait=30s`.
    func submit(_ spec: String, _ query: String = "", _ arguments: String...) throws -> Answer {
        try curl("/v1/jobs?\(query)", arguments + ["--data-binary", "@-"], input: spec)
    }

    /// The job `id` once `condition` holds for it.
    func job(
        _ id: String,
        within limit: Duration = .seconds(30),
        at location: SourceLocation = #_sourceLocation,
        until condition: (JSON) -> Bool
    ) throws -> JSON {
        try eventually("job \(id) as it is to be", within: limit, at: location) {
            let job = try curl("/v1/jobs/\(id)").json
            return condition(job) ? job : nil
        }
    }

    // MARK: ending

    /// Ends the server by SIGTERM, and fails the test where it doesn't leave everything tidy.
    func terminate(
        within limit: Duration = .seconds(30),
        at location: SourceLocation = #_sourceLocation
    ) {
        process.kill(SIGTERM)
        let ending = process.wait(within: limit)
        #expect(ending == .exited(0), "\(process.stderr)", sourceLocation: location)
        #expect(jobProcesses == [], sourceLocation: location)
        #expect(workDirectories == [], sourceLocation: location)
    }

    /// Ends the server as power loss would.
    func crash(at location: SourceLocation = #_sourceLocation) {
        process.kill(SIGKILL)
        let ending = process.wait(within: .seconds(10))
        #expect(ending == .signaled(SIGKILL), sourceLocation: location)
    }

    // MARK: what it has

    /// The directories of runs that are there, without those that wait to be removed.
    var workDirectories: [String] { entries(home("data/work")).filter { $0 != Remover.name } }

    /// The directories that runs have left and that wait to be removed, or what is in them.
    var leftovers: [String] { entries(home("data/work/\(Remover.name)")) }

    /// The processes of its jobs, and what those left behind: they bear its mark.
    var jobProcesses: [pid_t] {
        entries("/proc").compactMap { pid_t($0) }.filter { process in
            let environment = contents("/proc/\(process)/environ") ?? ""
            return environment.contains("LOOPBOX_RUN=\(home("data"))/")
        }
    }

    /// Its children without the host of its digest processes; ended ones that nobody has waited for
    /// as well.
    var children: [pid_t] { allChildren.filter { $0 != digestHost } }

    /// The process that forks its digest processes; nil while there is none.
    var digestHost: pid_t? {
        allChildren.first { contents("/proc/\($0)/cmdline")?.hasPrefix("loopbox-digest") == true }
    }

    /// The digest processes that are at work.
    var digestProcesses: [pid_t] {
        guard let host = digestHost else { return [] }
        let children = contents("/proc/\(host)/task/\(host)/children") ?? ""
        return children.split(separator: " ").compactMap { pid_t($0) }
    }

    private var allChildren: [pid_t] {
        entries("/proc/\(process.id)/task").flatMap { thread in
            (contents("/proc/\(process.id)/task/\(thread)/children") ?? "").split(separator: " ")
        }.compactMap { pid_t($0) }
    }

    /// How many descriptors it has open, without the files of its database, of which it opens
    /// more when several ask at once, and keeps them.
    var descriptors: Int {
        entries("/proc/\(process.id)/fd").count {
            let file = "/proc/\(process.id)/fd/\($0)"
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: file)
            return target?.hasPrefix("\(home.path)/") == false
        }
    }

    /// How much processor time it has used.
    ///
    /// Source: utime and stime in proc_pid_stat(5), a hundredth of a second each.
    var processorTime: Duration {
        let fields = (contents("/proc/\(process.id)/stat") ?? "").split(separator: " ")
        let ticks = fields.dropFirst(13).prefix(2).compactMap { Int($0) }.reduce(0, +)
        return .milliseconds(ticks * 10)
    }

    /// How much memory it holds, in bytes.
    ///
    /// Source: VmRSS in proc(5).
    var residentBytes: Int {
        let status = contents("/proc/\(process.id)/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) * 1024
    }
}

/// Where the build puts programs and the tests.
private let folderOfTests: String = {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count)
    let file = String(
        decoding: path.prefix(max(0, count)).map(UInt8.init(bitPattern:)),
        as: UTF8.self
    )
    return String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])
}()

/// A spec of the Python program `source`, and what else is to be in it.
func spec(_ source: String, _ more: String = "") -> String {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return "program:\n  source: |\n" + lines.map { "    \($0)\n" }.joined() + more
}
