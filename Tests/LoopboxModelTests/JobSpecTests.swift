// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@Suite struct JobSpecTests {
    /// A spec none of whose values is the default.
    private static let full: JobSpec = {
        var program = JobSpec.Program(
            files: ["main.py": .text("print(1)"), "data": .bytes([0, 255])],
            start: .module("main")
        )
        program.runtime = "python3.11"
        program.args = ["-v"]
        program.stdin = .text("ping\n")
        program.env = ["TZ": "UTC"]
        var spec = JobSpec(program: program)
        spec.version = 2
        spec.name = "nightly"
        spec.labels = ["branch": "main"]
        spec.debug.asyncio = false
        spec.debug.slowCallbackDuration = Seconds(.milliseconds(20))
        spec.debug.devMode = false
        spec.debug.warnings = ["error"]
        spec.debug.tracemalloc = 9
        spec.debug.malloc = .debug
        spec.debug.faulthandler = false
        spec.debug.logLevel = .debug
        spec.debug.loop = .poll
        spec.debug.blockingStack = false
        spec.debug.deadlock = false
        spec.debug.dumpTasksOnTimeout = false
        spec.debug.timeline = .callbacks
        spec.debug.hashSeed = 7
        spec.limits.time = Seconds(.seconds(3))
        spec.limits.cpu = Seconds(.seconds(2))
        spec.limits.memory = .mebibytes(33)
        spec.limits.processes = 9
        spec.limits.openFiles = 17
        spec.limits.disk = .mebibytes(2)
        spec.sandbox.network = JobSpec.Network.none
        spec.sandbox.level = .strict
        var expect = Expectations()
        expect.exit = .signal("SIGTERM")
        expect.timeout = true
        expect.findings.failOn = .error
        var allowed = Expectations.Allowed(rule: "slow-callback")
        allowed.max = 2
        expect.findings.allow = [allowed]
        var required = Expectations.Required(rule: "task")
        required.path = "main.py"
        required.line = 1
        expect.findings.require = [required]
        expect.duration = Seconds(.seconds(4))
        expect.cpu = Seconds(.seconds(1))
        expect.memory = .mebibytes(30)
        expect.stdout = .equals("a")
        expect.stderr = .matches("b+")
        spec.expect = expect
        spec.matrix.axes = [
            Matrix.Axis(key: "debug.tracemalloc", values: [.integer(0), .integer(5)]),
            Matrix.Axis(key: "debug.asyncio", values: [.boolean(true)]),
            Matrix.Axis(key: "program.args", values: [.list(["-v"]), .list([])]),
            Matrix.Axis(key: "program.runtime", values: [.text("python3.11")]),
        ]
        spec.matrix.exclude = [[Setting(key: "debug.tracemalloc", value: .integer(0))]]
        spec.repetition.count = 3
        spec.repetition.stopOnFailure = true
        spec.repetition.parallel = 2
        spec.artifacts = ["out/*"]
        spec.limits.output = .kibibytes(2)
        spec.limits.grace = Seconds(.zero)
        var webhook = JobSpec.WebhookTarget(url: "https://example.com/")
        webhook.events = [.jobStarted]
        webhook.secret = "whsec_AAAA"
        webhook.payload = .full
        spec.webhooks = [webhook]
        return spec
    }()

    private typealias Object = [String: Any]

    private static func object(_ spec: JobSpec) throws -> Object {
        let data = Data(try JSONText().encode(spec))
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    private static func spec(_ object: Object) throws -> JobSpec {
        let data = try JSONSerialization.data(withJSONObject: object)
        return try JSONDecoder().decode(JobSpec.self, from: data)
    }

    @Test func `a stored spec comes back with every value`() throws {
        #expect(try Self.spec(Self.object(Self.full)) == Self.full)
    }

    @Test func `of an old spec that has hardly a key the rest takes its default`() throws {
        let text =
            #"{"program": {"files": {"a.py": {"text": ""}}, "start": {"entry": {"_0": "a.py"}}}}"#
        let spec = try JSONDecoder().decode(JobSpec.self, from: Data(text.utf8))
        #expect(
            spec == JobSpec(program: .init(files: ["a.py": .text("")], start: .entry("a.py")))
        )
    }

    @Test func `each key that is missing takes its default, and leaves the others alone`() throws {
        let full = try Self.object(Self.full)
        let plain = try Self.object(
            JobSpec(program: .init(files: Self.full.program.files, start: Self.full.program.start))
        )
        var count = 0
        for part in ["", "program", "debug", "limits", "sandbox"] {
            let members = try #require(part.isEmpty ? full : full[part] as? Object)
            let defaults = try #require(part.isEmpty ? plain : plain[part] as? Object)
            for key in members.keys where !["program", "files", "start"].contains(key) {
                var without = members
                without[key] = nil
                var expected = members
                expected[key] = defaults[key]
                let found = try Self.spec(
                    part.isEmpty ? without : full.merging([part: without]) { $1 }
                )
                let wanted = try Self.spec(
                    part.isEmpty ? expected : full.merging([part: expected]) { $1 }
                )
                #expect(found == wanted, "\(part) \(key)")
                #expect(found != Self.full, "\(part) \(key)")
                count += 1
            }
        }
        #expect(count == 11 + 4 + 14 + 8 + 2)
    }

    @Test(arguments: ["events", "secret", "payload"])
    func `a webhook that lacks a key takes its default`(_ key: String) throws {
        var full = try Self.object(Self.full)
        var target = try #require((full["webhooks"] as? [Object])?.first)
        target[key] = nil
        full["webhooks"] = [target]
        let found = try #require(try Self.spec(full).webhooks.first)
        var wanted = try #require(Self.full.webhooks.first)
        switch key {
        case "events": wanted.events = [.jobCompleted]
        case "secret": wanted.secret = nil
        default: wanted.payload = .summary
        }
        #expect(found == wanted)
    }

    @Test(arguments: ["program", "files", "start", "url"])
    func `what has no default is demanded`(_ key: String) throws {
        var full = try Self.object(Self.full)
        full[key] = nil
        full["program"] = (full["program"] as? Object)?.filter { $0.key != key }
        full["webhooks"] = (full["webhooks"] as? [Object])?.map { $0.filter { $0.key != key } }
        #expect(throws: DecodingError.self) { try Self.spec(full) }
    }
}
