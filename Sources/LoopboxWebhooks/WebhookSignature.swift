// SPDX-License-Identifier: Apache-2.0

import Crypto
import FoundationEssentials
public import LoopboxModel

/// The signature of a message: `v1,` and base 64 of HMAC-SHA256 over `id.timestamp.body`.
///
/// Source: Standard Webhooks 1.0.0, "Signature scheme".
public enum WebhookSignature {
    /// How many seconds a message's time may be away from now, so that one that was overheard
    /// can't be sent again later; the standard's reference libraries have five minutes.
    public static let tolerance: Int64 = 300

    /// The value of `webhook-signature`: one signature for each secret, with spaces between.
    ///
    /// - Parameters:
    ///   - id: the `webhook-id`, which holds no full stop.
    ///   - timestamp: the `webhook-timestamp`, in seconds since 1970.
    ///   - body: exactly the bytes that are sent.
    public static func sign(
        id: String,
        timestamp: Int64,
        body: [UInt8],
        with secrets: [WebhookSecret]
    ) -> String {
        let content = content(id, timestamp, body)
        return secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(for: content, using: secret.key)
            return "v1," + Data(code).base64EncodedString()
        }.joined(separator: " ")
    }

    /// Verifies what came in with a message, in a time that says nothing about the signature.
    ///
    /// - Throws: ``WebhookError/timestampOutOfTolerance(seconds:)``,
    ///   ``WebhookError/signatureMismatch``.
    public static func verify(
        _ header: String,
        id: String,
        timestamp: Int64,
        body: [UInt8],
        with secrets: [WebhookSecret],
        now: Timestamp = .now
    ) throws(WebhookError) {
        let away = now.seconds.subtractingReportingOverflow(timestamp)
        guard !away.overflow, away.partialValue.magnitude <= tolerance.magnitude else {
            throw .timestampOutOfTolerance(seconds: away.partialValue)
        }
        let content = content(id, timestamp, body)
        for signature in header.split(separator: " ") {
            let parts = signature.split(separator: ",", maxSplits: 1)
            guard parts.count == 2, parts[0] == "v1",
                let code = Data(base64Encoded: String(parts[1]))
            else { continue }
            for secret in secrets
            where HMAC<SHA256>.isValidAuthenticationCode(
                code,
                authenticating: content,
                using: secret.key
            ) { return }
        }
        throw .signatureMismatch
    }

    private static func content(_ id: String, _ timestamp: Int64, _ body: [UInt8]) -> [UInt8] {
        Array("\(id).\(timestamp).".utf8) + body
    }
}
