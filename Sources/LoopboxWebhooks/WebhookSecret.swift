// SPDX-License-Identifier: Apache-2.0

import Crypto
import FoundationEssentials

/// What a receiver and we know, and nobody else.
///
/// Source: Standard Webhooks 1.0.0, "Signature scheme".
public struct WebhookSecret: Hashable, Sendable, CustomStringConvertible {
    /// The random bytes.
    let bytes: [UInt8]

    /// What its text begins with.
    public static let prefix = "whsec_"
    /// How many bytes it may have.
    public static let lengths = 24...64

    /// Reads `whsec_` and base 64 with its padding.
    public init(_ text: some StringProtocol) throws(WebhookError) {
        guard text.hasPrefix(Self.prefix) else { throw .secretWithoutPrefix }
        guard let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))) else {
            throw .secretNotBase64
        }
        guard Self.lengths.contains(data.count) else { throw .secretLength(bytes: data.count) }
        bytes = Array(data)
    }

    /// A new one of 32 random bytes.
    public static func generate() -> WebhookSecret {
        var random = SystemRandomNumberGenerator()
        return WebhookSecret(bytes: (0..<32).map { _ in random.next() })
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads the secrets of a delivery: one, or while it is being replaced several, with spaces
    /// between.
    public static func list(_ text: String) throws(WebhookError) -> [WebhookSecret] {
        var secrets: [WebhookSecret] = []
        for part in text.split(separator: " ") { secrets.append(try WebhookSecret(part)) }
        guard !secrets.isEmpty else { throw .secretWithoutPrefix }
        return secrets
    }

    /// The whole secret, `whsec_…`, for its owner.
    public var text: String { Self.prefix + Data(bytes).base64EncodedString() }

    /// Nothing that a log must not hold.
    public var description: String { "whsec_…" }

    var key: SymmetricKey { SymmetricKey(data: bytes) }
}
