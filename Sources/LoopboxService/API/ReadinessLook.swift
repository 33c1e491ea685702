// SPDX-License-Identifier: Apache-2.0

import Logging
import Loop
import LoopSystem

/// Whether a job could be run now, for whoever asks as often as they like.
///
/// Looking blocks, on a disk that is gone even without end. So it is done by a thread of its own, for
/// all who ask within a second, and nobody waits for it longer than ``timeMax``.
@ServiceActor
final class ReadinessLook {
    private let upkeep: Upkeep
    private let loop: EventLoop
    private let logger: Logger
    private let worker = ThreadPoolExecutor(name: "ready", threads: 1)
    private var last: (findings: [Upkeep.Finding], at: MonotonicTime)?
    private var underWay: Future<[Upkeep.Finding]>?
    private var told: [Upkeep.Finding] = []

    /// How long what was found counts for the truth.
    static let validity: Duration = .seconds(1)
    /// How long a look may take.
    static let timeMax: Duration = .seconds(2)

    init(_ upkeep: Upkeep, on loop: EventLoop, logger: Logger) {
        self.upkeep = upkeep
        self.loop = loop
        self.logger = logger
    }

    deinit { worker.shutDown() }

    /// What a job needs, and what is wrong with it.
    func look() async -> [Upkeep.Finding] {
        if let last, last.at.duration(to: .now) < Self.validity { return last.findings }
        let look: Future<[Upkeep.Finding]>
        if let underWay {
            look = underWay
        } else {
            look = worker.future(on: loop) { [upkeep] in upkeep.look() }
            underWay = look
            look.addDoneCallback { [weak self] done in
                guard let self else { return }
                self.underWay = nil
                if let findings = try? done.result() { self.note(findings) }
            }
        }
        _ = try? await loop.wait([look], timeout: Self.timeMax)
        guard look.isDone, let findings = try? look.result() else {
            return [
                Upkeep.Finding(
                    subject: "the disk",
                    problem: "did not answer within \(Self.timeMax.components.seconds) s"
                )
            ]
        }
        return findings
    }

    private func note(_ findings: [Upkeep.Finding]) {
        last = (findings, .now)
        let bad = findings.filter { $0.problem != nil }
        // Once for each change, however often somebody asks.
        if bad != told {
            for finding in bad where !told.contains(finding) {
                logger.error(
                    "not ready",
                    metadata: [
                        "what": "\(finding.subject)", "reason": "\(finding.problem ?? "")",
                        "path": "\(finding.path ?? "")",
                    ]
                )
            }
            told = bad
        }
    }
}
