// SPDX-License-Identifier: Apache-2.0

import HTTPWire

/// What a parser said about a connection's bytes, with pieces of content joined, so that two
/// transcripts are equal exactly when the messages were understood alike.
struct Transcript: Equatable, CustomStringConvertible {
    struct Message: Equatable {
        var line = ""
        var facts = ""
        var fields: [String] = []
        var body: [UInt8] = []
        var trailers: [String] = []
        var isEnded = false
    }

    var messages: [Message] = []
    var error: WireError?
    /// How many bytes were dropped in the end.
    var consumed = 0

    var description: String {
        let texts = messages.map { message in
            "[\(message.line) | \(message.facts) | \(message.fields) | "
                + "\(String(decoding: message.body, as: UTF8.self)) | \(message.trailers)"
                + (message.isEnded ? "]" : " ...")
        }
        return texts.joined(separator: "\n") + (error.map { "\nerror: \($0)" } ?? "")
            + "\nconsumed \(consumed)"
    }

    /// Reads requests from `bytes`, which come in pieces that end at `cuts` and at the end.
    ///
    /// - Parameter drops: whether consumed bytes are dropped after each piece, as a server does.
    static func requests(
        _ bytes: [UInt8],
        cuts: [Int] = [],
        limits: WireLimits = WireLimits(),
        drops: Bool = true
    ) -> Transcript {
        var result = Transcript()
        var parser = RequestParser(limits: limits)
        var buffer: [UInt8] = []
        var fed = 0
        for cut in cuts + [bytes.count] {
            buffer += bytes[fed..<cut]
            fed = cut
            while true {
                let before = parser.consumed
                do throws(WireError) {
                    let event = try parser.next(in: buffer.span)
                    precondition(parser.consumed <= buffer.count, "consumed what was not given")
                    precondition(parser.consumed >= before, "went back")
                    if event == .needMore { break }
                    if case .head(let range) = event {
                        precondition(parser.headRange == range)
                        result.messages.append(message(parser.head, Array(buffer[range])))
                    }
                    result.note(event, buffer)
                } catch {
                    precondition(parser.consumed <= buffer.count, "consumed what was not given")
                    result.error = error
                    return result
                }
            }
            if drops {
                let count = parser.consumed
                buffer.removeFirst(count)
                parser.drop(count)
                result.consumed += count
            }
        }
        if !drops { result.consumed = parser.consumed }
        return result
    }

    /// Reads responses from `bytes`, then the end of the connection.
    static func responses(
        _ bytes: [UInt8],
        cuts: [Int] = [],
        limits: WireLimits = WireLimits(),
        answersHEAD: Bool = false
    ) -> Transcript {
        var result = Transcript()
        var parser = ResponseParser(limits: limits)
        parser.answersHEAD = answersHEAD
        var buffer: [UInt8] = []
        var fed = 0
        do throws(WireError) {
            for cut in cuts + [bytes.count] {
                buffer += bytes[fed..<cut]
                fed = cut
                while true {
                    let event = try parser.next(in: buffer.span)
                    if event == .needMore { break }
                    if case .head(let range) = event {
                        result.messages.append(message(parser.head, Array(buffer[range])))
                    }
                    result.note(event, buffer)
                }
                let count = parser.consumed
                precondition(count <= buffer.count, "consumed what was not given")
                buffer.removeFirst(count)
                parser.drop(count)
                result.consumed += count
            }
            if try parser.finish() == .end { result.note(.end, buffer) }
        } catch {
            result.error = error
        }
        return result
    }

    private mutating func note(_ event: MessageEvent, _ buffer: [UInt8]) {
        let last = messages.count - 1
        switch event {
        case .needMore, .head: break
        case .body(let range):
            precondition(!range.isEmpty)
            messages[last].body += buffer[range]
        case .trailer(let name, let value):
            messages[last].trailers.append(text(buffer[name]) + "=" + text(buffer[value]))
        case .end: messages[last].isEnded = true
        }
    }

    private static func message(_ head: RequestHead, _ bytes: [UInt8]) -> Message {
        let span = bytes.span
        var facts = "\(head.method) \(head.version) \(head.targetForm) \(head.framing)"
        facts += head.keepsAlive ? " keep" : " close"
        if head.expectsContinue { facts += " expects" }
        facts += " path=\(head.path(in: span))"
        if let query = head.queryRange { facts += " query=\(text(bytes[query]))" }
        if let authority = head.authority(in: span) { facts += " at=\(authority)" }
        return Message(
            line: head.methodText(in: span) + " " + head.target(in: span),
            facts: facts,
            fields: fields(head.fields, span)
        )
    }

    private static func message(_ head: ResponseHead, _ bytes: [UInt8]) -> Message {
        Message(
            line: "\(head.status.code) " + text(bytes[head.reasonRange]),
            facts: "\(head.version) \(head.framing)" + (head.keepsAlive ? " keep" : " close"),
            fields: fields(head.fields, bytes.span)
        )
    }

    private static func fields(_ table: FieldTable, _ span: Span<UInt8>) -> [String] {
        var result: [String] = []
        for index in 0..<table.count {
            result.append(table.name(at: index, in: span) + "=" + table.value(at: index, in: span))
        }
        return result
    }
}

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
