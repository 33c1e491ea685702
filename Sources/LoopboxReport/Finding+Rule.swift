// SPDX-License-Identifier: Apache-2.0

public import LoopboxModel

extension Finding {
    /// A finding that is no more than `message` about a whole run, as Loopbox itself has to say it.
    /// Severity, fix, and documentation are those of the rule `id`.
    ///
    /// - Parameter fingerprint: nil: made of the rule and the message.
    public init(
        _ id: String,
        _ message: String,
        run: Int,
        at: Seconds,
        fingerprint: String? = nil
    ) {
        let rule = Rule.named(id)
        self.init(
            id: "",
            rule: id,
            severity: rule?.severity ?? .note,
            run: run,
            count: 1,
            message: message,
            fix: rule?.remedy ?? "",
            location: nil,
            stack: [],
            creation: [],
            exception: nil,
            task: nil,
            seconds: nil,
            at: at,
            source: .supervisor,
            trust: .observed,
            raw: message,
            doc: rule?.doc ?? "",
            fingerprint: fingerprint
        )
        if fingerprint == nil { setFingerprint() }
    }
}
