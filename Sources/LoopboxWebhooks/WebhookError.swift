// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with a webhook's address, secret, signature or schedule.
public enum WebhookError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A secret does not begin with `whsec_`.
    case secretWithoutPrefix
    /// What stands behind `whsec_` is not base 64.
    case secretNotBase64
    /// A secret is shorter or longer than allowed.
    case secretLength(bytes: Int)
    /// libcurl can't read the URL, for the reason in its words.
    case urlMalformed(words: String)
    /// The scheme is not allowed.
    case schemeNotAllowed(String)
    /// The URL names a user or a password.
    case credentialsInURL
    /// The port belongs to some other service.
    case portNotAllowed(UInt16)
    /// The address is in a range that no stranger may have called.
    case addressDenied(address: String, holds: String?, kind: AddressPolicy.Kind, range: String)
    /// A text is no range of addresses.
    case rangeMalformed(String)
    /// A range's address has bits beyond its prefix; `range` is the one that has not.
    case rangeWithHostBits(String, range: String)
    /// An entry of a schedule is not a time.
    case scheduleEntry(String)
    /// A schedule has no entry, or too many.
    case scheduleCount(Int)
    /// A message's time is too far from now.
    case timestampOutOfTolerance(seconds: Int64)
    /// No signature of a message is good.
    case signatureMismatch
    /// A job holds something that JSON has no word for.
    case payloadNotEncodable(reason: String)

    /// What is wrong and, where there is one, the cure.
    public var description: String {
        switch self {
        case .secretWithoutPrefix: "a webhook secret begins with \(WebhookSecret.prefix)"
        case .secretNotBase64: "a webhook secret is \(WebhookSecret.prefix) and base 64"
        case .secretLength(let bytes):
            "a webhook secret has \(WebhookSecret.lengths.lowerBound) to "
                + "\(WebhookSecret.lengths.upperBound) bytes; this one has \(bytes)"
        case .urlMalformed(let words): "the webhook URL is malformed: \(words)"
        case .schemeNotAllowed("http"):
            "the scheme http is not allowed; an operator can allow it with --webhook-allow-http"
        case .schemeNotAllowed(let scheme): "the scheme \(scheme) is not allowed; use https"
        case .credentialsInURL:
            "a webhook URL holds no user and no password; the signature says who sent a message"
        case .portNotAllowed(let port):
            "port \(port) is not allowed; ports 443, 80 and 1024 up are"
        case .addressDenied(let address, let inner, let kind, let range):
            "address \(address) \(inner.map { "holds \($0), which " } ?? "")is \(kind.rawValue); "
                + "an operator can allow it with --webhook-allow-cidr \(range)"
        case .rangeMalformed(let text):
            "\(text.debugDescription) is no range of addresses such as 10.0.0.0/8 or fd00::/8"
        case .rangeWithHostBits(let text, let range):
            "\(text) has bits beyond its prefix; did you mean \(range)?"
        case .scheduleEntry(let text):
            "\(text.debugDescription) is no time from 0s to \(RetrySchedule.delayMaxText), "
                + "such as 5s, 30m or 2h"
        case .scheduleCount(let count):
            "a schedule has 1 to \(RetrySchedule.attemptsMax) times; this one has \(count)"
        case .timestampOutOfTolerance(let seconds):
            "the message's time is \(seconds) seconds away from now; at most "
                + "\(WebhookSignature.tolerance) are allowed"
        case .signatureMismatch: "no signature of the message matches the secret"
        case .payloadNotEncodable(let reason): "the message can't be written as JSON: \(reason)"
        }
    }
}
