// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Loop
import LoopSystem
import LoopboxModel
import LoopboxSandbox
import LoopboxService

/// `loopbox doctor`: what this machine gives, and what to do about what it does not.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tries every isolation level here, and says what is missing and how to get it.",
        discussion: """
            loopbox doctor
            loopbox doctor --json
            loopbox doctor --attack

            Exit status: 0 at least level standard is there (and every attack was held), 1 not.
            """
    )

    @Flag(help: "Print what was found as JSON.")
    var json = false

    @Flag(help: "Try every attack of the suite at each level that is there.")
    var attack = false

    @Option(help: "The directory for what is kept between runs.")
    var data = Serve.defaultDataDirectory

    /// One level.
    private struct Level: Encodable {
        var level: JobSpec.Level
        var isAvailable: Bool
        var layers: [FoundLayer]
        var reason: String?
        var cure: String?
        var runtimes: [String] = []
        /// Those of them that have uvloop.
        var uvloop: [String] = []
        var attacks: Attacks?

        enum CodingKeys: String, CodingKey {
            case level
            case isAvailable = "available"
            case layers, reason, cure, runtimes, uvloop, attacks
        }
    }

    private struct FoundLayer: Encodable {
        var name: String
        var isInForce = true
        var gives: String?
        var cure: String?

        enum CodingKeys: String, CodingKey {
            case name
            case isInForce = "ok"
            case gives, cure
        }

        init(_ name: String) {
            self.name = name
            gives = Layer(rawValue: name)?.gives
        }

        init(missing layer: Layer, cure: String) {
            self.init(layer.rawValue)
            isInForce = false
            self.cure = cure
        }
    }

    private struct Attacks: Encodable {
        var tried: Int
        var broken: [String]
        var harm: String?
    }

    func run() throws {
        let loop = ServiceActor.loop
        let work = try Run.workDirectory()
        defer { unsafe _ = rmdir(work) }
        let data = absolutePath(data)
        let attack = attack
        let task = loop.createTask(name: "doctor") { @ServiceActor () async throws -> [Level] in
            var levels: [Level] = []
            for level in [JobSpec.Level.strict, .standard] {
                levels.append(
                    await Self.look(at: level, loop, data, "\(work)/\(level.rawValue)", attack)
                )
                unsafe _ = rmdir("\(work)/\(level.rawValue)/\(Remover.name)")
                unsafe _ = rmdir("\(work)/\(level.rawValue)")
            }
            return levels
        }
        unsafe _ = chmod(work, 0o711)
        let levels = try loop.runUntilComplete(task)
        if json {
            let bytes = try JSONText(isPretty: true).encode(["levels": levels])
            write(String(decoding: bytes, as: UTF8.self) + "\n")
        } else {
            write(Self.text(levels))
        }
        let isWell = levels.allSatisfy {
            $0.attacks.map { $0.broken.isEmpty && $0.harm == nil } ?? true
        }
        if !isWell || !levels.contains(where: \.isAvailable) { throw ExitStatus.gateFailed }
    }

    @ServiceActor
    private static func look(
        at level: JobSpec.Level,
        _ loop: EventLoop,
        _ data: String,
        _ work: String,
        _ attack: Bool
    ) async -> Level {
        do throws(JobRunnerError) {
            let runner = try await JobRunner(
                loop: loop,
                dataDirectory: data,
                workDirectory: work,
                runtimes: [:],
                isolation: .exactly(level)
            )
            var found = Level(
                level: level,
                isAvailable: true,
                layers: Self.layers(runner.attestation, level),
                runtimes: runner.catalog.names,
                uvloop: runner.catalog.uvloopNames
            )
            if attack { found.attacks = await Self.attacks(runner, level) }
            await runner.finishCleanUp()
            return found
        } catch {
            let missing: MissingLevel? =
                if case .isolation(let all) = error { all.first } else { nil }
            return Level(
                level: level,
                isAvailable: false,
                layers: [],
                reason: missing.map { "\($0.reason)" } ?? "\(error)",
                cure: missing?.cure
            )
        }
    }

    /// What is in force, and what is not although another machine would have it.
    private static func layers(_ attestation: Attestation, _ level: JobSpec.Level) -> [FoundLayer] {
        attestation.layers.map(FoundLayer.init)
            + Layer.optional(at: level).filter { !attestation.layers.contains($0.layer.rawValue) }
            .map { FoundLayer(missing: $0.layer, cure: $0.cure) }
    }

    @ServiceActor
    private static func attacks(_ runner: JobRunner, _ level: JobSpec.Level) async -> Attacks {
        do {
            let suite = runner.attackSuite()
            let victim = try await suite.makeVictim()
            var attacks = Attacks(tried: 0, broken: [])
            for one in try await suite.attacks(at: level, with: runner.attestation.layers) {
                let verdict = try await suite.run(one, at: level, on: victim)
                attacks.tried += 1
                if !verdict.isHeld { attacks.broken.append("\(verdict.name): \(verdict.words)") }
            }
            attacks.harm = try await victim.end()
            return attacks
        } catch {
            return Attacks(tried: 0, broken: [], harm: "the suite could not be run: \(error)")
        }
    }

    private static let nameWidth = Layer.allCases.map(\.rawValue.count).max() ?? 0

    private static func text(_ levels: [Level]) -> String {
        var text = ""
        for level in levels {
            text += "level \(level.level.rawValue): \(level.isAvailable ? "ok" : "missing")\n"
            for layer in level.layers {
                let name = layer.name.padding(toLength: nameWidth)
                text +=
                    "  \(layer.isInForce ? "ok     " : "missing")  \(name)  \(layer.gives ?? "")\n"
                if let cure = layer.cure { text += "           cure: \(cure)\n" }
            }
            if let reason = level.reason { text += "  why: \(reason)\n" }
            if let cure = level.cure { text += "  cure: \(cure)\n" }
            if !level.runtimes.isEmpty {
                text += "  interpreters: \(level.runtimes.joined(separator: ", "))\n"
                let uvloop = level.uvloop.isEmpty ? "none" : level.uvloop.joined(separator: ", ")
                text += "  with uvloop: \(uvloop)\n"
            }
            if let attacks = level.attacks {
                text += "  attacks: \(attacks.tried) tried, \(attacks.broken.count) not held\n"
                for one in attacks.broken { text += "  BROKEN  \(one)\n" }
                if let harm = attacks.harm { text += "  HARM  \(harm)\n" }
            }
        }
        return text
    }
}

extension String {
    fileprivate func padding(toLength length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
