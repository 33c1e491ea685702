// SPDX-License-Identifier: Apache-2.0

import LoopCurl
import LoopSystem
import LoopboxModel

/// One attempt to deliver a message, from the request to what follows from its end.
struct Attempt {
    private let delivery: Delivery
    private let configuration: Courier.Configuration
    private let number: Int

    /// What an attempt came to.
    struct Ending {
        var log: DeliveryAttempt
        var state: Delivery.State
        var next: Timestamp?
        var sign: HostTable.Sign
    }

    init(_ delivery: Delivery, _ configuration: Courier.Configuration) {
        self.delivery = delivery
        self.configuration = configuration
        number = delivery.attempts.count + 1
    }

    func make(_ client: CurlClient) async -> Ending {
        let start = configuration.clock()
        do throws(WebhookError) {
            let request = try request(at: start)
            return ending(await client.perform(request), start)
        } catch {
            // No later attempt can do better: the message itself is at fault.
            return Ending(
                log: log(CurlResult(), start, error: error.description),
                state: .failed,
                next: nil,
                sign: .none
            )
        }
    }

    private func request(at start: Timestamp) throws(WebhookError) -> CurlRequest {
        let policy = configuration.policy
        _ = try policy.checkSpelling(delivery.url)
        let secrets = try WebhookSecret.list(delivery.secret)
        let id = delivery.id.description
        let attemptsMax = max(number, configuration.schedule.delays.count)
        var request = CurlRequest(
            .post,
            delivery.url,
            headers: [
                ("Content-Type", "application/json"),
                ("User-Agent", "Loopbox/\(configuration.version)"),
                ("webhook-id", id),
                ("webhook-timestamp", "\(start.seconds)"),
                (
                    "webhook-signature",
                    WebhookSignature.sign(
                        id: id,
                        timestamp: start.seconds,
                        body: delivery.body,
                        with: secrets
                    )
                ),
                ("webhook-attempt", "\(number)/\(attemptsMax)"),
            ],
            body: delivery.body
        )
        request.connectTimeout = configuration.connectTimeout
        request.totalTimeout = configuration.totalTimeout
        request.schemes = policy.allowsHTTP ? [.http, .https] : [.https]
        request.addressCheck = { policy.check($0)?.description }
        request.certificateAuthorities = configuration.certificateAuthorities
        return request
    }

    private func ending(_ result: CurlResult, _ start: Timestamp) -> Ending {
        let now = configuration.clock()
        let log = log(result, start, error: Self.reason(result))
        if result.error == .cancelled || result.error == .closed {
            // Our doing and not the receiver's: it does not count against the message.
            return Ending(log: log, state: .pending, next: now, sign: .none)
        }
        guard log.error != nil else {
            return Ending(log: log, state: .delivered, next: nil, sign: .alive)
        }
        var next: Timestamp?
        if result.status != 410 {
            var random = SystemRandomNumberGenerator()
            next = configuration.schedule.nextAttempt(
                after: number,
                failedAt: now,
                retryAfter: result.retryAfter,
                using: &random
            )
        }
        return Ending(
            log: log,
            state: next == nil ? .failed : .pending,
            next: next,
            sign: Self.sign(result)
        )
    }

    /// Why the result is no success; nil where it is one.
    private static func reason(_ result: CurlResult) -> String? {
        if let error = result.error { return error.description }
        switch result.status {
        case .some(200..<300): return nil
        case .some(300..<400): return "status \(result.status ?? 0): a redirect is not followed"
        case .some(410): return "status 410: the receiver is gone"
        case .some(let status): return "status \(status)"
        case nil: return "no answer"
        }
    }

    private static func sign(_ result: CurlResult) -> HostTable.Sign {
        if case .refused = result.error { return .none }
        if result.error != nil { return .troubled }
        return [429, 502, 503, 504].contains(result.status ?? 0) ? .troubled : .alive
    }

    private func log(_ result: CurlResult, _ start: Timestamp, error: String?) -> DeliveryAttempt {
        DeliveryAttempt(
            attempt: number,
            at: start,
            status: result.status,
            error: error,
            response: String(
                decoding: result.body.prefix(Courier.responseMax),
                as: UTF8.self
            ),
            remoteAddress: result.remoteAddress?.description,
            times: DeliveryAttempt.Times(
                lookup: Seconds(result.times.lookup),
                connect: Seconds(result.times.connect),
                tls: Seconds(result.times.tls),
                firstByte: Seconds(result.times.firstByte),
                total: Seconds(result.times.total)
            )
        )
    }
}
