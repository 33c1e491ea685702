// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxSpec
import Testing

@Suite struct GoodDocumentTests {
    private func decode(
        _ text: String,
        _ contentType: SpecContentType = .yaml,
        context: SpecContext = Golden.context
    ) throws(SpecFailure) -> JobSpec {
        try SpecDecoder.decode(Array(text.utf8), contentType: contentType, context: context)
    }

    @Test(arguments: Golden.documents(in: "good"))
    func `a good document decodes, and so does what is written of it`(name: String) throws {
        let document = try Golden.document(name, in: "good")
        let spec = try SpecDecoder.decode(
            document,
            contentType: Golden.contentType(of: name),
            context: Golden.context
        )
        let text = SpecYAML.write(spec)
        var again = try decode(text)
        for place in spec.webhooks.indices where spec.webhooks[place].secret != nil {
            #expect(again.webhooks[place].secret == nil)
            again.webhooks[place].secret = spec.webhooks[place].secret
        }
        #expect(again == spec)
        #expect(!text.contains("whsec_"))
    }

    @Test func `the smallest spec has every default`() throws {
        let spec = try decode("program: {source: \"print(1)\"}")
        let program = JobSpec.Program(
            files: ["main.py": .text("print(1)")],
            start: .entry("main.py")
        )
        #expect(spec == JobSpec(program: program))
    }

    @Test func `every key is decoded`() throws {
        let document = try Golden.document("everything.yaml", in: "good")
        let spec = try SpecDecoder.decode(document, context: Golden.context)
        #expect(spec.name == "nightly fetch, 3.10 & \"co\"")
        #expect(
            spec.labels == [
                "repo": "acme/fetcher", "branch": "main", "number": "3.10", "word": "no",
            ]
        )
        #expect(spec.program.runtime == "python3.11")
        #expect(spec.program.files["fetcher/core.py"] == .text("x = 1\n"))
        #expect(spec.program.files["data/blob.bin"] == .bytes([0, 1, 2, 3, 4]))
        #expect(spec.program.files.count == 4)
        #expect(spec.program.start == .entry("main.py"))
        #expect(spec.program.args == ["--fast", "3", "no", "12:30:45", "0x10"])
        #expect(spec.program.stdin == .bytes(Array("ping\n".utf8)))
        #expect(spec.program.env == ["TZ": "Europe/Berlin", "EMPTY": "", "N": "5", "ON": "on"])
        var debug = JobSpec.DebugOptions()
        debug.asyncio = false
        debug.slowCallbackDuration = Seconds(.milliseconds(50))
        debug.devMode = false
        debug.warnings = ["error::RuntimeWarning", "default"]
        debug.tracemalloc = 0
        debug.faulthandler = false
        debug.logLevel = .debug
        debug.loop = .poll
        debug.blockingStack = false
        debug.hashSeed = 42
        #expect(spec.debug == debug)
        #expect(spec.limits.time == Seconds(.seconds(90)))
        #expect(spec.limits.output == .kibibytes(512))
        #expect(spec.limits.grace == Seconds(.zero))
        #expect(spec.webhooks.count == 2)
        #expect(spec.webhooks[0].events == [.jobStarted, .jobCompleted])
        #expect(spec.webhooks[0].secret?.hasPrefix("whsec_AAEC") == true)
        #expect(spec.webhooks[0].payload == .full)
        #expect(spec.webhooks[1] == JobSpec.WebhookTarget(url: "https://[2001:db8::1]/x"))
    }

    @Test func `every key of the gate is decoded`() throws {
        let document = try Golden.document("gate.yaml", in: "good")
        let spec = try SpecDecoder.decode(document, context: Golden.context)
        let expect = try #require(spec.expect)
        #expect(expect.exit == .statuses([0, 3]))
        #expect(!expect.timeout)
        #expect(expect.findings.failOn == .note)
        #expect(expect.findings.allow.map(\.rule) == ["slow-callback", "resource"])
        #expect(expect.findings.allow[0].path == "lib/a.py")
        #expect(expect.findings.allow.map(\.max) == [2, nil])
        #expect(expect.findings.require.map(\.min) == [2, 1])
        #expect(expect.findings.require.map(\.line) == [3, nil])
        #expect(expect.findings.require[0].max == 4)
        #expect(expect.duration == Seconds(.seconds(5)))
        #expect(expect.cpu == Seconds(.milliseconds(250)))
        #expect(expect.memory == .mebibytes(64))
        #expect(expect.stdout == .equals("cleaned up\ncancelled\n"))
        #expect(expect.stderr == .matches("(?m)^WARNING .*$"))
        #expect(spec.repetition.count == 10)
        #expect(spec.repetition.stopOnFailure)
        #expect(spec.repetition.parallel == 8)
    }

    @Test func `a matrix is run in the order in which it is written, the last key fastest`() throws
    {
        let document = try Golden.document("gate.yaml", in: "good")
        let spec = try SpecDecoder.decode(document, context: Golden.context)
        // Two interpreters, three modes, two lists; of those twelve four are left out.
        let cells = spec.matrix.cells
        #expect(spec.runCount == 80)
        let shown = cells.map { cell in
            cell.prefix(3).map(\.value.description).joined(separator: " ")
        }
        #expect(
            shown == [
                "python3.11 fast []", "python3.11 fast [--verbose, 5]", "python3.11 no []",
                "python3.13 fast []", "python3.13 fast [--verbose, 5]", "python3.13 3 []",
                "python3.13 3 [--verbose, 5]", "python3.13 no []",
            ]
        )
        #expect(spec.cell(ofRun: 1) == cells[0])
        #expect(spec.cell(ofRun: 10) == cells[0])
        #expect(spec.cell(ofRun: 11) == cells[1])
        let last = try #require(SpecSchema.spec(spec, with: cells[7]))
        #expect(last.program.runtime == "python3.13")
        #expect(last.program.env["MODE"] == "no")
        #expect(last.program.args == [])
        #expect(last.debug.warnings == ["error"])
        let second = try #require(SpecSchema.spec(spec, with: cells[1]))
        #expect(second.program.args == ["--verbose", "5"])
    }

    @Test func `a matrix sets whatever a key of the spec can hold`() throws {
        let document = try Golden.document("gate-short.json", in: "good")
        let spec = try SpecDecoder.decode(document, context: Golden.context)
        let cells = spec.matrix.cells.compactMap { SpecSchema.spec(spec, with: $0) }
        #expect(cells.count == 8)
        #expect(cells.map(\.limits.time.value) == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(cells.map(\.debug.asyncio) == [true, true, false, false, true, true, false, false])
        #expect(cells.map(\.debug.tracemalloc) == [0, 25, 0, 25, 0, 25, 0, 25])
        #expect(spec.repetition == Repetition(count: 25))
    }

    @Test func `a program that is to be ended for its time may end as it likes`() throws {
        let spec = try decode("program: {source: x}\nexpect: {timeout: true}")
        #expect(spec.expect?.exit == .any)
        #expect(try decode("program: {source: x}\nexpect: {}").expect == Expectations())
    }

    @Test func `with many runs each keeps less, so that all of them fit`() throws {
        let few = try decode("program: {source: x}\nrepeat: 32")
        #expect(few.limits.output == .mebibytes(1))
        let many = try decode("program: {source: x}\nrepeat: 100")
        #expect(many.limits.output == .kibibytes(327))
        #expect(
            many.limits.output.bytes * 2 * many.runCount <= Repetition.outputsMax.bytes
        )
        #expect(many.artifactsShare.bytes * many.runCount <= JobSpec.artifactsMax.bytes)
    }

    @Test func `JSON has its escapes, and numbers keep their text`() throws {
        let document = try Golden.document("everything.json", in: "good")
        let spec = try SpecDecoder.decode(document, contentType: .json, context: Golden.context)
        #expect(spec.name == "é 😀 /")
        #expect(spec.program.args == ["1", "2.50", "true", "x"])
        #expect(spec.program.start == .module("app"))
        #expect(spec.program.stdin == .text("a\tb"))
        #expect(spec.debug.hashSeed == nil)
        #expect(spec.limits.time == Seconds(.milliseconds(250)))
    }

    @Test func `without a list of runtimes any name is taken`() throws {
        let spec = try decode(
            "program: {source: x, runtime: pypy3.11}",
            context: SpecContext()
        )
        #expect(spec.program.runtime == "pypy3.11")
    }

    @Test func `an operator's maximum is the bound, and lowers a default above it`() throws {
        var context = Golden.context
        context.maxTime = .seconds(5)
        context.maxOutput = .kibibytes(4)
        let spec = try decode("program: {source: x}", context: context)
        #expect(spec.limits.time == Seconds(.seconds(5)))
        #expect(spec.limits.output == .kibibytes(4))
        context.maxTime = .seconds(3600)
        let long = try decode("program: {source: x}\nlimits: {time: 1h}", context: context)
        #expect(long.limits.time == Seconds(.seconds(3600)))
    }

    @Test func `plain http is taken where the operator allows it`() throws {
        var context = Golden.context
        context.webhookSchemes = [.http, .https]
        let text = "program: {source: x}\nwebhooks: [{url: \"http://127.0.0.1:9/\"}]"
        let spec = try decode(text, context: context)
        #expect(spec.webhooks.map(\.url) == ["http://127.0.0.1:9/"])
    }
}
