// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopSystem
import Testing

/// `POST /v1/jobs` and what it is told in.
@Suite struct SubmissionTests {
    private let hello = spec("print('hello')")

    @Test func `a job is accepted at once, and says where it is`() throws {
        let server = try ServerProcess()
        let answer = try server.submit(hello)
        #expect(answer.status == 202)
        #expect(answer["location"] == "/v1/jobs/\(answer.job)")
        #expect(answer["retry-after"] == "1")
        #expect(answer["etag"] == "\"1\"")
        #expect(answer["content-type"] == "application/json")
        #expect(answer["cache-control"] == "no-cache")
        #expect(answer.json.state.string == "queued")
        #expect(answer.json.position.int == 1)
        #expect(answer.json.outcome.isNull)
        #expect(answer.json.links["self"].string == answer["location"])
        for link in answer.json.links.keys where link != "cancel" {
            // Of what there is not, a gate, there is no address.
            guard let path = answer.json.links[link].string else {
                #expect(link == "gate")
                continue
            }
            // This program has no event loop.
            let status = link == "timeline" ? 404 : 200
            #expect(try server.curl("\(path)?wait=30s").status == status, "\(link)")
        }
        server.terminate()
    }

    @Test func `a job that ends while its client waits is there at once`() throws {
        let server = try ServerProcess()
        let answer = try server.submit(hello, "wait=30s")
        #expect(answer.status == 201)
        #expect(answer["location"] == "/v1/jobs/\(answer.job)")
        #expect(answer["retry-after"] == nil)
        #expect(answer["preference-applied"] == nil)
        #expect(answer.json.state.string == "completed")
        #expect(answer.json.outcome.string == "exited")
        #expect(answer.json.runs[0].exit.int == 0)
        #expect(answer.json.runs[0].sandbox.level.string == "none")
        server.terminate()
    }

    @Test func `a wait that is over before the job is gives the job as it is`() throws {
        let server = try ServerProcess()
        let gate = try TemporaryDirectory()
        let answer = try server.submit(waitingProgram(gate), "wait=300ms")
        #expect(answer.status == 202)
        #expect(answer["retry-after"] == "1")
        #expect(["queued", "running"].contains(answer.json.state.string))
        try gate.write("", to: "go-on")
        server.terminate()
    }

    @Test func `the wait of RFC 7240 is honoured and said to be`() throws {
        let server = try ServerProcess()
        let answer = try server.submit(hello, "", "-H", "Prefer: respond-async, wait=30")
        #expect(answer.status == 201)
        #expect(answer["preference-applied"] == "wait=30")
        // Longer than the server lets anybody wait.
        let long = try server.submit(hello, "", "-H", "Prefer: wait=999")
        #expect(long["preference-applied"] == "wait=60")
        server.terminate()
    }

    @Test func `PUT, JSON and every type of YAML are the same`() throws {
        let server = try ServerProcess()
        let files = try TemporaryDirectory()
        let file = try files.write(hello, to: "job.yaml")
        let json = #"{"program": {"source": "print('hello')\n"}}"#
        let answers = [
            try server.curl("/v1/jobs?wait=30s", "-T", file),
            try server.curl("/v1/jobs?wait=30s", "--json", json),
            try server.submit(hello, "wait=30s", "-H", "Content-Type: application/yaml"),
            try server.submit(hello, "wait=30s", "-H", "Content-Type: text/plain"),
            try server.submit(hello, "wait=30s", "-H", "Content-Type:"),
            try server.submit(json, "wait=30s"),
            try server.submit(hello, "wait=30s", "-H", "Transfer-Encoding: chunked"),
        ]
        for (place, answer) in answers.enumerated() {
            #expect(answer.status == 201, "\(place): \(answer)")
            let output = try server.curl("/v1/jobs/\(answer.job)/output")
            #expect(output.text == "hello\n", "\(place)")
        }
        server.terminate()
    }

    @Test func `the same request under one key is one job`() throws {
        let server = try ServerProcess()
        let key = ["-H", "Idempotency-Key: \"8e03978e-40d5\""]
        func send(_ spec: String, _ query: String, _ key: [String]) throws -> Answer {
            try server.curl("/v1/jobs\(query)", key + ["--data-binary", "@-"], input: spec)
        }
        let first = try send(hello, "?wait=30s", key)
        #expect(first.status == 201)
        #expect(first["idempotency-replayed"] == nil)
        let again = try send(hello, "?wait=30s", key)
        #expect(again.status == 201)
        #expect(again["idempotency-replayed"] == "true")
        #expect(again.job == first.job)
        let bare = try send(hello, "?wait=30s", ["-H", "Idempotency-Key: 8e03978e-40d5"])
        #expect(bare.job == first.job)
        let other = try send(spec("print('other')"), "?wait=30s", key)
        #expect(other.status == 422)
        #expect(other.json.code.string == "idempotency-conflict")
        let otherKey = try send(hello, "?wait=30s", ["-H", "Idempotency-Key: another"])
        #expect(otherKey.status == 201)
        #expect(otherKey.job != first.job)
        #expect(try server.curl("/v1/jobs").json.items.array.count == 2)
        server.terminate()
    }

    @Test func `a request that is sent again while its job runs waits for it too`() throws {
        let server = try ServerProcess()
        let gate = try TemporaryDirectory()
        let key = ["-H", "Idempotency-Key: k", "--data-binary", "@-"]
        let body = waitingProgram(gate)
        let path = "/v1/jobs?wait=30s"
        // The client loses its connection, as it were.
        let lost = try server.curl(path, key + ["--max-time", "1"], input: body)
        #expect(lost.exit == 28)
        try eventually("the job runs") { gate.has("runs") }
        try gate.write("", to: "go-on")
        let again = try server.curl(path, key, input: body)
        #expect(again.status == 201, "\(again)")
        #expect(again["idempotency-replayed"] == "true")
        #expect(again.json.state.string == "completed")
        #expect(try server.curl("/v1/jobs").json.items.array.count == 1)
        server.terminate()
    }

    @Test func `a full queue is said to be, and takes jobs again`() throws {
        let server = try ServerProcess(["--slots", "1", "--queue-max", "2"])
        let gate = try TemporaryDirectory()
        _ = try server.submit(waitingProgram(gate))
        try eventually("the first job runs") { gate.has("runs") }
        #expect(try server.submit(hello).json.position.int == 1)
        let second = try server.submit(hello)
        #expect(second.json.position.int == 2)
        let refused = try server.submit(hello)
        #expect(refused.status == 503)
        #expect(refused["retry-after"] == "5")
        #expect(refused.json.code.string == "queue-full")
        try gate.write("", to: "go-on")
        #expect(try server.curl("/v1/jobs/\(second.job)?wait=30s").json.state.string == "completed")
        #expect(try server.submit(hello).status == 202)
        server.terminate()
    }
}
