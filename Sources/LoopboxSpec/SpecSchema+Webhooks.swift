// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecSchema {
    /// Targets of one job: more are a list to be kept on the receiver's side.
    static let webhooksMax = 5

    /// `webhooks`.
    static let webhooks = Codec<[JobSpec.WebhookTarget]>.list(
        of: webhook,
        count: 0...webhooksMax,
        noun: "webhooks"
    )

    private static let target = JobSpec.WebhookTarget(url: "")

    private static let webhook = Codec<JobSpec.WebhookTarget>.map(
        [
            Field(
                "url",
                url,
                \.url,
                defaults: nil,
                isRequired: true,
                examples: ["https://ci.example.com/hooks/loopbox"],
                summary: "Where messages are sent by POST."
            ),
            Field(
                "events",
                events,
                \.events,
                defaults: target,
                examples: [[.jobCompleted]],
                summary: "Of what is told."
            ),
            Field(
                "secret",
                secret,
                \.secret,
                defaults: nil,
                fallbackText: "one is made, and told once in the answer",
                summary: "What messages are signed with; never shown again."
            ),
            Field(
                "payload",
                .words(),
                \.payload,
                defaults: target,
                examples: [.thin],
                summary: "How much a message says."
            ),
        ],
        example: "{url: \"https://ci.example.com/hooks/loopbox\"}",
        start: { target }
    )

    private static let url = Codec<String>.text(
        .init(
            countMin: 1,
            countMax: WebhookURL.bytesMax,
            pattern: "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+",
            form: "https with a host, without credentials and fragment"
        ),
        example: "\"https://ci.example.com/hooks/loopbox\""
    ) { url, reading in WebhookURL.error(in: url, key: reading.key, context: reading.context) }

    private static let events = Codec<[WebhookEvent]>.list(
        of: .words(),
        count: 1...WebhookEvent.allCases.count,
        noun: "events",
        cureForNone: "remove the key to be told of job.completed",
        isUnique: true
    )

    private static let secret = Codec<String?>(
        shape: .text(
            .init(
                countMin: 38,
                countMax: 94,
                pattern: WebhookSecret.pattern,
                form: "`whsec_` and base64 of 24 to 64 bytes"
            )
        ),
        example: "whsec_…",
        read: { node, reading in
            guard
                let (text, _) = reading.scalar(
                    node,
                    expected: "text",
                    example: "whsec_…"
                )
            else { return nil }
            if let error = WebhookSecret.error(in: text, key: reading.key) {
                reading.fault(error, at: node.span)
                return nil
            }
            return .some(text)
        },
        write: { $0 == nil ? nil : .secret }
    )
}
