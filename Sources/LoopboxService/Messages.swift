// SPDX-License-Identifier: Apache-2.0

import Loop
import LoopboxDigest
import LoopboxModel
import LoopboxWebhooks

/// The messages that webhooks are owed.
@ServiceActor
struct Messages {
    private let digester: Digester
    private let publicURL: String?

    /// Messages with links to `publicURL`; nil: without links.
    init(_ digester: Digester, publicURL: String?) {
        self.digester = digester
        self.publicURL = publicURL
    }

    /// Those that are owed now that `job` has ended, whose runs have these `digests`.
    ///
    /// One that can't be made as it was asked for is sent all the same, as little as there can be.
    func owed(by job: Job, _ digests: [[UInt8]]) async -> [Delivery] {
        var deliveries: [Delivery] = []
        let now = Timestamp.now
        for target in Self.targets(of: job) {
            let body =
                target.payload == .thin
                ? nil : await self.body(target.payload, of: job, digests, at: now)
            let delivery =
                body.map { Self.delivery(to: target, job, $0, at: now) }
                ?? Self.thin(job, to: target, publicURL, at: now)
            if let delivery { deliveries.append(delivery) }
        }
        return deliveries
    }

    private func body(
        _ level: JobSpec.Payload,
        of job: Job,
        _ digests: [[UInt8]],
        at now: Timestamp
    ) async -> [UInt8]? {
        let page = RenderTask.Page.message(
            Self.event(of: job),
            level,
            at: now,
            publicURL: publicURL
        )
        let task = RenderTask(page, of: job, version: "")
        guard let (file, count) = try? await digester.render(task, digests: digests) else {
            return nil
        }
        return try? await digester.bytes(of: file, count)
    }

    /// Those that are owed when `job`, which has no runs, is as it is.
    nonisolated static func owed(by job: Job, publicURL: String?) -> [Delivery] {
        let now = Timestamp.now
        return targets(of: job).compactMap { target in
            let payload = WebhookPayload(
                event(of: job),
                of: ReportedJob(job),
                at: now,
                publicURL: publicURL
            )
            guard let body = try? payload.body(target.payload) else {
                return thin(job, to: target, publicURL, at: now)
            }
            return delivery(to: target, job, body, at: now)
        }
    }

    private nonisolated static func thin(
        _ job: Job,
        to target: JobSpec.WebhookTarget,
        _ publicURL: String?,
        at now: Timestamp
    ) -> Delivery? {
        let payload = WebhookPayload(
            event(of: job),
            of: ReportedJob(job),
            at: now,
            publicURL: publicURL
        )
        return (try? payload.body(.thin)).flatMap { delivery(to: target, job, $0, at: now) }
    }

    private nonisolated static func event(of job: Job) -> WebhookEvent {
        job.state == .completed ? .jobCompleted : .jobStarted
    }

    private nonisolated static func targets(of job: Job) -> [JobSpec.WebhookTarget] {
        job.spec.webhooks.filter { $0.events.contains(event(of: job)) }
    }

    private nonisolated static func delivery(
        to target: JobSpec.WebhookTarget,
        _ job: Job,
        _ body: [UInt8],
        at now: Timestamp
    ) -> Delivery? {
        target.secret.map { secret in
            Delivery(
                id: DeliveryID(),
                job: job.id,
                event: event(of: job),
                url: target.url,
                secret: secret,
                body: body,
                nextAttemptAt: now,
                createdAt: now
            )
        }
    }
}
