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
