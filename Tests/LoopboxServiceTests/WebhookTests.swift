// SPDX-License-Identifier: Apache-2.0

import LoopSystem
import Testing

/// What a job's webhooks are told, over real connections.
@Suite struct WebhookTests {
    private let secret = "whsec_bG9vcGJveCBlbmQgdG8gZW5kIHNlY3JldCAx"

    private func spec(_ url: String, _ more: String = "") -> String {
        LoopboxServiceTests.spec("print('done')", "webhooks:\n  - url: \(url)\n\(more)")
    }

    /// The one delivery of `job`, once it is in `state`.
    private func delivery(_ server: ServerProcess, _ job: String, _ state: String) throws -> JSON {
        try eventually("a delivery of \(job) that is \(state)") {
            let delivery = try server.curl("/v1/jobs/\(job)/deliveries").json.items[0]
            return delivery.state.string == state ? delivery : nil
        }
    }

    private func verify(_ receiver: Receiver, _ secret: String) throws -> Finished {
        try Finished(
            try interpreterWithStandardWebhooks(),
            [pythonFile("verify.py"), receiver.log, secret]
        )
    }

    @Test func `a message comes again, under one id, until the receiver takes it`() throws {
        let receiver = try Receiver(answering: 500, 500, 204)
        let server = try ServerProcess(Receiver.flags)
        let job = try server.submit(
            spec(receiver.url, "    secret: \(secret)\n"),
            "wait=30s"
        )
        #expect(job.status == 201, "\(job)")
        #expect(job.json.webhook_secrets.isNull)
        let delivery = try delivery(server, job.job, "delivered")
        #expect(delivery.event.string == "job.completed")
        #expect(delivery.url.string == receiver.url)
        #expect(delivery.next_attempt_at.isNull)
        #expect(delivery.attempts.array.map(\.attempt.int) == [1, 2, 3])
        #expect(delivery.attempts.array.map(\.status.int) == [500, 500, 204])
        #expect(delivery.attempts.array.map(\.error.string) == ["status 500", "status 500", nil])
        #expect(
            delivery.attempts.array.map(\.response.string) == ["attempt 1", "attempt 2", ""]
        )
        let requests = receiver.requests
        #expect(
            requests.map(\.headers["webhook-id"].string) == [
                delivery.id.string, delivery.id.string, delivery.id.string,
            ]
        )
        #expect(requests.map(\.headers["webhook-attempt"].string) == ["1/4", "2/4", "3/4"])
        #expect(Set(requests.map(\.body.string)).count == 1)
        let message = requests[0].json
        #expect(message.type.string == "job.completed")
        #expect(message.data.id.string == job.job)
        #expect(message.data.outcome.string == "exited")
        let verified = try verify(receiver, secret)
        #expect(
            verified.stdout == String(repeating: "verified job.completed \(job.job)\n", count: 3)
        )
        #expect(verified.status == .exited(0), "\(verified.stderr)")
        server.terminate()
    }

    @Test func `a secret that was made is told once, and signs`() throws {
        let receiver = try Receiver(answering: 200)
        let server = try ServerProcess(Receiver.flags)
        let job = try server.submit(spec(receiver.url), "wait=30s")
        let made = try #require(job.json.webhook_secrets[receiver.url].string)
        _ = try delivery(server, job.job, "delivered")
        #expect(try verify(receiver, made).status == .exited(0))
        // Another secret must not do, or the check above says nothing.
        let forged = try verify(receiver, secret)
        #expect(forged.status == .exited(1))
        #expect(forged.stderr.contains("No matching signature found"))
        let seen = try server.curl("/v1/jobs/\(job.job)")
        #expect(!seen.text.contains(made))
        #expect(try !server.curl("/v1/jobs/\(job.job)/deliveries").text.contains(made))
        #expect(!server.process.stderr.contains(made))
        server.terminate()
    }

    @Test func `who wants to know of the start is told of it and of the end`() throws {
        let receiver = try Receiver(answering: 200)
        let server = try ServerProcess(Receiver.flags)
        let job = try server.submit(
            spec(receiver.url, "    events: [job.started, job.completed]\n"),
            "wait=30s"
        )
        try eventually("both messages") { receiver.requests.count == 2 }
        let messages = receiver.requests.map(\.json)
        #expect(Set(messages.map(\.type.string)) == ["job.started", "job.completed"])
        #expect(Set(messages.map(\.data.id.string)) == [job.job])
        let started = try #require(messages.first { $0.type.string == "job.started" })
        #expect(started.data.state.string == "running")
        server.terminate()
    }

    @Test func `thin says which job, full says everything`() throws {
        let receiver = try Receiver(answering: 200)
        let server = try ServerProcess(Receiver.flags)
        let thin = try server.submit(spec(receiver.url, "    payload: thin\n"), "wait=30s")
        let full = try server.submit(spec(receiver.url, "    payload: full\n"), "wait=30s")
        try eventually("both messages") { receiver.requests.count == 2 }
        let messages = receiver.requests.map(\.json.data)
        let short = try #require(messages.first { $0.id.string == thin.job })
        let long = try #require(messages.first { $0.id.string == full.job })
        #expect(short.outcome.isNull)
        #expect(long.outcome.string == "exited")
        #expect(long.runs[0].runtime.string?.hasPrefix("python3.") == true)
        server.terminate()
    }

    @Test func `a receiver that is gone is not asked again`() throws {
        let receiver = try Receiver(answering: 410)
        let server = try ServerProcess(Receiver.flags)
        let job = try server.submit(spec(receiver.url), "wait=30s")
        let delivery = try delivery(server, job.job, "failed")
        #expect(delivery.attempts.array.map(\.error.string) == ["status 410: the receiver is gone"])
        #expect(receiver.requests.count == 1)
        server.terminate()
    }

    @Test func `when every attempt has failed the delivery has, and the job has not`() throws {
        let receiver = try Receiver(answering: 500)
        let server = try ServerProcess(Receiver.flags)
        let job = try server.submit(spec(receiver.url), "wait=30s")
        let delivery = try delivery(server, job.job, "failed")
        #expect(delivery.attempts.array.count == 4)
        #expect(try server.curl("/v1/jobs/\(job.job)").json.outcome.string == "exited")
        server.terminate()
    }

    @Test func `an address of this machine is not called unless the operator allows it`() throws {
        let receiver = try Receiver(answering: 200)
        let server = try ServerProcess(["--webhook-allow-http", "--webhook-schedule", "0s"])
        // A name that leads there, which is seen only when it is called.
        let url = receiver.url.replacing("127.0.0.1", with: "name.localhost")
        let job = try server.submit(spec(url), "wait=30s")
        #expect(job.status == 201, "\(job)")
        let delivery = try delivery(server, job.job, "failed")
        let error = delivery.attempts[0].error.string
        // It leads to two addresses; which one is tried last is libcurl's choice.
        #expect(error?.hasPrefix("refused: address ") == true, "\(delivery)")
        #expect(
            error?.contains(" is loopback; an operator can allow it with --webhook-allow-cidr ")
                == true
        )
        #expect(delivery.attempts[0].status.isNull)
        #expect(receiver.requests.isEmpty)
        server.terminate()
    }

    @Test(arguments: [
        "127.0.0.1", "0x7f.1", "2130706433", "127.1", "017700000001", "[::ffff:127.0.0.1]",
        "[::1]", "localhost", "169.254.169.254", "168.63.129.16", "[fec0::1]", "[4000::1]",
        "[2002:a00:5::]",
    ])
    func `a job whose webhook has a denied address is refused when it is sent`(
        host: String
    ) throws {
        let server = try ServerProcess(["--webhook-allow-http"])
        let answer = try server.submit(spec("http://\(host):9999/"), "format=text")
        #expect(answer.status == 422)
        #expect(
            answer.text.contains("job.yaml:5:10: error: webhooks[0].url: address "),
            "\(answer)"
        )
        #expect(answer.text.contains("--webhook-allow-cidr "), "\(answer)")
        #expect(try server.curl("/v1/jobs").json.items.array.isEmpty)
        server.terminate()
    }

    @Test func `a URL without encryption is refused unless the operator allows it`() throws {
        let server = try ServerProcess()
        let answer = try server.submit(spec("http://127.0.0.1:9999/"), "format=text")
        #expect(answer.status == 422)
        #expect(answer.text.contains("job.yaml:5:10: error: "), "\(answer)")
        #expect(answer.text.contains("--webhook-allow-http"), "\(answer)")
        server.terminate()
    }
}
