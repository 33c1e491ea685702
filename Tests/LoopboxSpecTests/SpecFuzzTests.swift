// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxSpec
import Testing

/// Good documents, broken at random: whatever comes of it keeps the promises of the decoder.
@Suite struct SpecFuzzTests {
    /// Source: S. Vigna, "splitmix64".
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            return bits ^ (bits >> 31)
        }
    }

    private static let pieces: [[UInt8]] =
        [
            ":", ": ", "- ", "{", "}", "[", "]", ",", "\"", "'", "\n", "\t", "\r\n", "|", ">",
            "&a ",
            "*a", "!!x ", "<<: ", "---\n", "...", "%", "#", "? ", "\\", "~", "null", "é", "日",
            "\u{2028}", "\u{85}", "\u{FEFF}", "\u{301}", "0", "s", "\0", "\u{1B}", "text: ",
            "secret: whsec_0123456789", "program", "time: 10", "//", "\\ud83d", "\\u0000",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x80], [0xF0, 0x9F]]

    private func mutate(_ document: [UInt8], _ dice: inout Dice) -> [UInt8] {
        var bytes = document
        for _ in 0..<Int.random(in: 1...4, using: &dice) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &dice)
            let end = min(bytes.count, place + Int.random(in: 1...12, using: &dice))
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: bytes.removeSubrange(place..<end)
            case 1:
                bytes.insert(
                    contentsOf: Self.pieces.randomElement(using: &dice) ?? [],
                    at: place
                )
            case 2: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
            case 3: bytes[place] = UInt8.random(in: 0...255, using: &dice)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    @Test(arguments: Golden.documents(in: "good"))
    func `a broken document is refused in good order, or read`(name: String) throws {
        let document = try Golden.document(name, in: "good")
        var dice = Dice(state: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        for _ in 0..<300 {
            let broken = mutate(document, &dice)
            for contentType in SpecContentType.allCases {
                try check(broken, contentType)
            }
        }
    }

    private func check(_ document: [UInt8], _ contentType: SpecContentType) throws {
        let spec: JobSpec
        do throws(SpecFailure) {
            spec = try SpecDecoder.decode(
                document,
                contentType: contentType,
                context: Golden.context
            )
        } catch {
            return check(error, document)
        }
        var bare = spec
        for place in bare.webhooks.indices { bare.webhooks[place].secret = nil }
        let text = SpecYAML.write(spec)
        let again = try? SpecDecoder.decode(
            Array(text.utf8),
            contentType: .yaml,
            context: Golden.context
        )
        #expect(again == bare, "\(text)")
    }

    private func check(_ failure: SpecFailure, _ document: [UInt8]) {
        let shown = String(decoding: document, as: UTF8.self)
        #expect((1...DocumentLimits.faultsShown).contains(failure.diagnostics.count))
        var last = (0, 0)
        for diagnostic in failure.diagnostics {
            #expect(diagnostic.line >= 1 && diagnostic.column >= 1, "\(shown)")
            #expect(diagnostic.endColumn > diagnostic.column, "\(shown)")
            #expect(last <= (diagnostic.line, diagnostic.column), "\(shown)")
            #expect(!diagnostic.detail.isEmpty && !diagnostic.code.isEmpty)
            last = (diagnostic.line, diagnostic.column)
        }
        let text = failure.render(file: "job.yaml", source: document, color: false)
        let isHarmless = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
        }
        #expect(isHarmless, "\(shown)")
        #expect(!text.contains("whsec_AAEC"), "\(shown)")
        #expect(!text.contains("whsec_0123"), "\(shown)")
    }
}
