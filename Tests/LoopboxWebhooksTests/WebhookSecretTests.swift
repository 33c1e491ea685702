// SPDX-License-Identifier: Apache-2.0

import LoopboxWebhooks
import Testing

@Suite struct WebhookSecretTests {
    @Test func `a secret is read and written as the same text`() throws {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let secret = try WebhookSecret(text)
        #expect(secret.text == text)
        #expect("\(secret)" == "whsec_…")
    }

    @Test func `a generated secret has 32 bytes and is another each time`() throws {
        let secret = WebhookSecret.generate()
        #expect(secret.text.utf8.count == 6 + 44)
        #expect(try WebhookSecret(secret.text) == secret)
        #expect(WebhookSecret.generate() != secret)
    }

    @Test(arguments: [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", WebhookError.secretWithoutPrefix),
        ("", .secretWithoutPrefix),
        ("whsec_not base 64", .secretNotBase64),
        ("whsec_", .secretLength(bytes: 0)),
        ("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", .secretLength(bytes: 23)),
    ])
    func `what is no secret is refused with the reason`(text: String, error: WebhookError) {
        #expect(throws: error) { try WebhookSecret(text) }
    }

    @Test func `the longest secret has 64 bytes`() throws {
        let a = String(repeating: "A", count: 85)
        #expect(try WebhookSecret("whsec_\(a)A==").text.count == 6 + 88)
        #expect(throws: WebhookError.secretLength(bytes: 65)) {
            try WebhookSecret("whsec_\(a)AA=")
        }
    }

    @Test func `a list holds one secret or several`() throws {
        let (first, second) = (WebhookSecret.generate(), WebhookSecret.generate())
        #expect(try WebhookSecret.list(first.text) == [first])
        #expect(try WebhookSecret.list("\(first.text) \(second.text)") == [first, second])
        #expect(throws: WebhookError.secretWithoutPrefix) { try WebhookSecret.list("") }
    }
}
