// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

/// The same numbers in every run (SplitMix64).
private struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct MutationTests {
    /// Bytes that mean something to a parser, and some that mean nothing.
    private static let alphabet = Array("\r\n\0\t :;,=\"%/0159afgxX-+\u{7F}\u{E9}".utf8)

    private func mutate(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
            let index = Int.random(in: 0..<bytes.count, using: &numbers)
            let byte = Self.alphabet.randomElement(using: &numbers) ?? 0
            switch Int.random(in: 0..<5, using: &numbers) {
            case 0: bytes[index] = byte
            case 1: bytes.insert(byte, at: index)
            case 2 where bytes.count > 1: bytes.remove(at: index)
            case 3:
                let end = min(bytes.count, index + Int.random(in: 1...30, using: &numbers))
                bytes.insert(contentsOf: bytes[index..<end], at: index)
            default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            }
        }
        return bytes
    }

    private func cuts(_ count: Int, _ numbers: inout SeededNumbers) -> [Int] {
        (0..<Int.random(in: 1...12, using: &numbers))
            .map { _ in Int.random(in: 0...count, using: &numbers) }.sorted()
    }

    /// Small ones, so that mutated messages reach them.
    private let limits = WireLimits(
        requestLineBytes: 100,
        headerBytes: 500,
        fieldCount: 45,
        chunkExtensionBytes: 20,
        trailerBytes: 60,
        bodyBytes: 30
    )

    @Test(arguments: 0..<8)
    func `a mutated request never crashes and is understood alike however it is cut`(
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(state: seed)
        var refusals: Set<String> = []
        var accepted = 0
        for _ in 0..<1500 {
            let request = try #require(Corpus.requests.randomElement(using: &numbers))
            let next = try #require(Corpus.requests.randomElement(using: &numbers))
            let bytes = mutate(Array((request + next).utf8), &numbers)
            let whole = Transcript.requests(bytes, limits: limits)
            let parted = Transcript.requests(
                bytes,
                cuts: cuts(bytes.count, &numbers),
                limits: limits,
                drops: Bool.random(using: &numbers)
            )
            #expect(parted.error == whole.error, "\(text(bytes).debugDescription)")
            #expect(parted.messages == whole.messages, "\(text(bytes).debugDescription)")
            #expect(whole.consumed <= bytes.count)
            if let error = whole.error {
                refusals.insert(String(describing: error.status))
                #expect(!error.description.isEmpty)
            } else {
                accepted += 1
            }
        }
        // The mutations are worth something only when they reach both outcomes.
        #expect(refusals.count >= 4)
        #expect(accepted > 50)
    }

    @Test(arguments: 0..<4)
    func `a mutated response never crashes and is understood alike however it is cut`(
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(state: seed)
        for _ in 0..<1500 {
            let response = try #require(Corpus.responses.randomElement(using: &numbers))
            let bytes = mutate(Array(response.utf8), &numbers)
            let whole = Transcript.responses(bytes, limits: limits)
            let parted = Transcript.responses(
                bytes,
                cuts: cuts(bytes.count, &numbers),
                limits: limits
            )
            #expect(parted.error == whole.error, "\(text(bytes).debugDescription)")
            #expect(parted.messages == whole.messages, "\(text(bytes).debugDescription)")
        }
    }

    @Test(arguments: 0..<2)
    func `a mutated target is decoded or refused and never crashes`(seed: UInt64) throws {
        var numbers = SeededNumbers(state: seed)
        var decoded = 0
        for _ in 0..<2000 {
            let target = mutate(Array("/v1/a%2Fb/%e2%82%ac?x=%41+b&y&z=%7e".utf8), &numbers)
            let bytes = Array("GET ".utf8) + target + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            var parser = RequestParser()
            guard case .head(let range)? = try? parser.next(in: bytes.span) else { continue }
            let result = try? RequestTarget(parser.head, in: bytes.span.extracting(range))
            decoded += result == nil ? 0 : 1
        }
        #expect(decoded > 50)
    }
}
