// SPDX-License-Identifier: Apache-2.0

import LocalReceiver
import Loop
import LoopboxModel
import LoopboxWebhooks
import Testing

@Suite struct WebhookSignatureTests {
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let time: Int64 = 1_614_265_330
    static let body = Array(#"{"test": 2432232314}"#.utf8)
    static let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    let secret: WebhookSecret
    let now = Timestamp(milliseconds: time * 1000)

    init() throws { secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }

    @Test func `the example of the standard is signed as there`() {
        let signature = WebhookSignature.sign(
            id: Self.id,
            timestamp: Self.time,
            body: Self.body,
            with: [secret]
        )
        #expect(signature == Self.good)
    }

    @Test func `each secret of a rotation signs, and either one verifies`() throws {
        let next = WebhookSecret.generate()
        let signature = WebhookSignature.sign(
            id: Self.id,
            timestamp: Self.time,
            body: Self.body,
            with: [next, secret]
        )
        #expect(signature.split(separator: " ").count == 2)
        #expect(signature.hasSuffix(" \(Self.good)"))
        for secrets in [[secret], [next], [.generate(), secret]] {
            try WebhookSignature.verify(
                signature,
                id: Self.id,
                timestamp: Self.time,
                body: Self.body,
                with: secrets,
                now: now
            )
        }
    }

    @Test func `anything that is changed is noticed`() {
        func verify(
            _ header: String = Self.good,
            id: String = Self.id,
            time: Int64 = Self.time,
            body: [UInt8] = Self.body
        ) throws(WebhookError) {
            try WebhookSignature.verify(
                header,
                id: id,
                timestamp: time,
                body: body,
                with: [secret],
                now: now
            )
        }
        #expect(throws: Never.self) { try verify() }
        #expect(throws: WebhookError.signatureMismatch) { try verify(id: "msg_other") }
        #expect(throws: WebhookError.signatureMismatch) { try verify(time: Self.time + 1) }
        #expect(throws: WebhookError.signatureMismatch) { try verify(body: Self.body + [32]) }
        for header in ["", "v1,", "v1", "v1a,\(Self.good.dropFirst(3))", "v1,AAAA", "garbage"] {
            #expect(throws: WebhookError.signatureMismatch) { try verify(header) }
        }
    }

    @Test func `a message of five minutes ago is the last that counts`() throws {
        for (away, counts) in [(300, true), (-300, true), (301, false), (-301, false)] {
            let now = Timestamp(milliseconds: (Self.time + Int64(away)) * 1000)
            let verify = {
                try WebhookSignature.verify(
                    Self.good,
                    id: Self.id,
                    timestamp: Self.time,
                    body: Self.body,
                    with: [secret],
                    now: now
                )
            }
            if counts {
                try verify()
            } else {
                #expect(throws: WebhookError.timestampOutOfTolerance(seconds: Int64(away))) {
                    try verify()
                }
            }
        }
        #expect(throws: WebhookError.self) {
            try WebhookSignature.verify(
                Self.good,
                id: Self.id,
                timestamp: .min,
                body: Self.body,
                with: [secret],
                now: now
            )
        }
    }

    @Test func `two other programs verify what is delivered, and notice a change`() throws {
        try EventLoop.run { loop in
            let python = try await Self.environment(on: loop)
            let receiver = try LocalReceiver(on: loop) { _ in .status(204) }
            let outbox = MemoryOutbox(on: loop)
            let secret = WebhookSecret.generate()
            let old = WebhookSecret.generate()
            outbox.add(
                delivery(
                    to: receiver.url,
                    body: #"{"type":"job.completed","text":"üñí ✓"}"#,
                    secret: "\(secret.text) \(old.text)"
                )
            )
            let courier = Courier(on: loop, outbox: outbox)
            courier.start()
            try await outbox.wait { $0.allSatisfy { $0.state == .delivered } }
            await courier.drain()
            let message = try #require(receiver.messages.first)
            let directory = try temporaryDirectory()
            try write(String(decoding: message.body, as: UTF8.self), to: "\(directory)/body")
            let names = ["webhook-id", "webhook-timestamp", "webhook-signature"]
            let headers = try names.map { try #require(message.headers[$0]) }
            for secret in [secret, old] {
                let program = try Program(
                    on: loop,
                    python,
                    ["-c", Self.verifier, "\(directory)/body", secret.text] + headers
                )
                let (status, output) = try await program.finish()
                #expect(status == 0)
                #expect(
                    output == "standardwebhooks good, change noticed\nsvix good, change noticed\n"
                )
            }
            _ = try await Program(on: loop, "/bin/rm", ["-r", directory]).finish()
            receiver.close()
        }
    }

    private static let verifier = """
        import sys, standardwebhooks, svix.webhooks
        path, secret, *values = sys.argv[1:]
        body = open(path, "rb").read().decode()
        headers = dict(zip(["webhook-id", "webhook-timestamp", "webhook-signature"], values))
        for name, module, error in (
            ("standardwebhooks", standardwebhooks, standardwebhooks.webhooks.WebhookVerificationError),
            ("svix", svix.webhooks, svix.webhooks.WebhookVerificationError),
        ):
            module.Webhook(secret).verify(body, headers)
            try:
                module.Webhook(secret).verify(body + " ", headers)
            except error:
                print(name, "good, change noticed")
        """

    /// An interpreter that has the two libraries. Made once a machine: it takes a while.
    private static func environment(on loop: EventLoop) async throws -> String {
        let home = "/tmp/loopbox-test-webhook-libraries"
        let check = try? Program(
            on: loop,
            "\(home)/bin/python",
            ["-c", "import svix, standardwebhooks"]
        )
        if try await check?.finish().status == 0 { return "\(home)/bin/python" }
        let made = try temporaryDirectory()
        let new = try Program(on: loop, "/usr/bin/python3", ["-m", "venv", made])
        try #require(try await new.finish().status == 0)
        let install = try Program(
            on: loop,
            "\(made)/bin/python",
            ["-m", "pip", "install", "--quiet", "standardwebhooks==1.1.0", "svix==2.9.1"]
        )
        try #require(try await install.finish().status == 0)
        // Who comes second replaces what is as good.
        _ = try await Program(on: loop, "/bin/ln", ["-sfnT", made, home]).finish()
        return "\(made)/bin/python"
    }
}
