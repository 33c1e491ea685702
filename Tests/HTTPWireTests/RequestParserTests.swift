// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct RequestParserTests {
    @Test(arguments: Corpus.requests)
    func `a request is understood alike however its bytes are cut`(request: String) {
        let bytes = Array(request.utf8)
        let whole = Transcript.requests(bytes)
        #expect(whole.error == nil)
        #expect(whole.messages.count == 1)
        #expect(whole.messages.last?.isEnded == true)
        #expect(whole.consumed == bytes.count)
        for cut in 1..<bytes.count {
            #expect(Transcript.requests(bytes, cuts: [cut]) == whole, "cut at \(cut)")
        }
        let everywhere = Array(1..<bytes.count)
        #expect(Transcript.requests(bytes, cuts: everywhere) == whole)
        #expect(Transcript.requests(bytes, cuts: everywhere, drops: false) == whole)
    }

    @Test func `a request's facts are those of its lines`() throws {
        let all = Transcript.requests(Array(Corpus.requests.joined().utf8))
        #expect(all.error == nil)
        let facts = all.messages.map(\.facts)
        try #require(facts.count == Corpus.requests.count)
        #expect(facts[0] == "get HTTP/1.1 origin none keep path=/ at=a")
        #expect(
            facts[1]
                == "get HTTP/1.1 origin none keep path=/v1/jobs query=format=text&limit=5"
                + " at=localhost:8080"
        )
        #expect(facts[2] == "post HTTP/1.1 origin length(11) keep path=/v1/jobs at=localhost:8080")
        #expect(
            facts[3]
                == "put HTTP/1.1 origin length(3) keep expects path=/v1/jobs at=localhost:8080"
        )
        #expect(
            facts[4] == "put HTTP/1.1 origin chunked keep expects path=/v1/jobs at=localhost:8080"
        )
        #expect(facts[5] == "post HTTP/1.1 origin chunked keep path=/ at=a")
        #expect(facts[6] == "post HTTP/1.1 origin length(0) keep path=/ at=a")
        #expect(facts[7] == "options HTTP/1.1 asterisk none keep path= at=a")
        #expect(facts[8] == "connect HTTP/1.1 authority none keep path= at=example.com:443")
        #expect(facts[9] == "get HTTP/1.1 absolute none keep path=/x query=y=z at=example.com:80")
        #expect(facts[10] == "get HTTP/1.1 absolute none keep path= at=[::1]:8080")
        #expect(facts[11] == "get HTTP/1.1 absolute none keep path= query=q at=example.com")
        #expect(facts[12] == "get HTTP/1.1 origin none keep path=/a{b}[c]|d\\e query=\"?<>^` at=a")
        #expect(facts[13] == "other HTTP/1.1 origin none keep path=/ at=a")
        #expect(facts[14] == "other HTTP/1.1 origin none keep path=/ at=a")
        #expect(facts[15] == "get HTTP/1.0 origin none close path=/")
        #expect(facts[16] == "get HTTP/1.0 origin none keep path=/ at=b")
        #expect(facts[17] == "get HTTP/1.1 origin none close path=/ at=a")
        #expect(facts[18] == "get HTTP/1.1 origin none close path=/ at=a")
        #expect(facts[19] == "post HTTP/1.0 origin length(1) close path=/")
        #expect(facts[20] == "get HTTP/1.1 origin none keep path=/ at=a")
        #expect(
            all.messages[21].fields
                == ["Host=a", "X=v \t w", "E=", "F=", "U=gr\u{FC}n \u{20AC}"]
        )
        #expect(all.messages[26].fields.count == 41)
        #expect(all.messages[26].fields.last == "Field-40=value 40")
        #expect(text(all.messages[4].body) == "hello world")
        #expect(text(all.messages[5].body) == "0123456789x")
        #expect(all.messages[5].trailers == ["Digest=sha-256=abc", "X-Empty="])
    }

    @Test(
        arguments: [
            ("GET", RequestMethod.get), ("HEAD", .head), ("POST", .post), ("PUT", .put),
            ("PATCH", .patch), ("DELETE", .delete), ("OPTIONS", .options), ("TRACE", .trace),
            ("Get", .other), ("POSS", .other), ("PATCX", .other), ("DELETF", .other),
            ("OPTIONZ", .other), ("A", .other), ("!#$%&'*+-.^_`|~09", .other),
        ])
    func `a method is told apart by its exact letters`(name: String, method: RequestMethod) {
        let transcript = Transcript.requests(Array("\(name) / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(transcript.messages.first?.facts.hasPrefix("\(method) ") == true)
        #expect(transcript.messages.first?.line == "\(name) /")
    }

    @Test func `sixteen requests in one buffer are read without dropping a byte`() throws {
        var bytes: [UInt8] = []
        for index in 0..<16 {
            let body = String(repeating: "x", count: index)
            bytes += Array(
                "POST /\(index) HTTP/1.1\r\nHost: a\r\nContent-Length: \(index)\r\n\r\n\(body)".utf8
            )
        }
        bytes += Array("GET /unfinished HTTP/1.1\r\nHo".utf8)
        var parser = RequestParser()
        var targets: [String] = []
        var bodies: [Int] = []
        loop: while true {
            switch try parser.next(in: bytes.span) {
            case .needMore: break loop
            case .head(let range):
                targets.append(parser.head.target(in: bytes.span.extracting(range)))
                bodies.append(0)
            case .body(let range): bodies[bodies.count - 1] += range.count
            case .trailer, .end: break
            }
        }
        #expect(targets == (0..<16).map { "/\($0)" })
        #expect(bodies == Array(0..<16))
        #expect(text(bytes[parser.consumed...]) == "GET /unfinished HTTP/1.1\r\nHo")
        #expect(parser.isBetweenRequests == false)

        bytes.removeFirst(parser.consumed)
        parser.drop(parser.consumed)
        bytes += Array("st: a\r\n\r\n".utf8)
        guard case .head(let range) = try parser.next(in: bytes.span) else {
            Issue.record("no head")
            return
        }
        #expect(range == 0..<bytes.count)
        #expect(parser.head.target(in: bytes.span) == "/unfinished")
        #expect(try parser.next(in: bytes.span) == .end)
        #expect(parser.isBetweenRequests == true)
        #expect(parser.headRange == range)
    }

    @Test func `a head stays readable from a copy after its bytes were dropped`() throws {
        var bytes = Array("GET /a HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        bytes += Array("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab".utf8)
        var parser = RequestParser()
        _ = try parser.next(in: bytes.span)
        #expect(try parser.next(in: bytes.span) == .end)
        guard case .head(let range) = try parser.next(in: bytes.span) else {
            Issue.record("no head")
            return
        }
        let copy = Array(bytes[range])
        _ = try parser.next(in: bytes.span)
        bytes.removeFirst(parser.consumed)
        parser.drop(parser.consumed)
        #expect(parser.headRange == nil)
        bytes += Array("cd".utf8)
        #expect(try parser.next(in: bytes.span) == .body(0..<2))
        #expect(try parser.next(in: bytes.span) == .end)
        #expect(parser.head.target(in: copy.span) == "/b")
        #expect(parser.head.fields.first("content-length", in: copy.span) == "4")
    }

    @Test func `an error stays the parser's answer`() {
        var parser = RequestParser()
        let bad = Array("GET / HTTP/1.1\nHost: a\r\n\r\n".utf8)
        #expect(throws: WireError.bareLineFeed(.requestLine)) { try parser.next(in: bad.span) }
        let good = Array(Corpus.requests[0].utf8)
        #expect(throws: WireError.bareLineFeed(.requestLine)) { try parser.next(in: good.span) }
        #expect(parser.isBetweenRequests == false)
    }

    @Test func `a head that is refused as a whole can still be read`() {
        for (field, error) in [
            (
                "Content-Length: 9999999999",
                WireError.bodyTooLarge(limit: 8 << 20, announced: 9_999_999_999)
            ),
            ("Expect: the unexpected", .unsupportedExpectation("the unexpected")),
        ] {
            var parser = RequestParser()
            let bytes = Array("\r\nPUT /up HTTP/1.1\r\n\(field)\r\nHost: a\r\n\r\n".utf8)
            #expect(throws: error) { try parser.next(in: bytes.span) }
            #expect(parser.headRange == 2..<bytes.count)
            if let range = parser.headRange {
                #expect(parser.head.target(in: bytes.span.extracting(range)) == "/up")
            }
        }
    }

    @Test func `a refused line does not leave the head of the request before it`() throws {
        var parser = RequestParser()
        let bytes = Array("GET /one HTTP/1.1\r\nHost: a\r\n\r\nbad\r\n".utf8)
        _ = try parser.next(in: bytes.span)
        #expect(try parser.next(in: bytes.span) == .end)
        #expect(throws: WireError.malformedRequestLine(.missingTarget)) {
            try parser.next(in: bytes.span)
        }
        #expect(parser.headRange == nil)
    }

    @Test func `fields are found by name in any case, in order, and joined`() throws {
        let bytes = Array(
            "GET / HTTP/1.1\r\nhOsT: a\r\nAccept: x\r\nACCEPT: y\r\nAccess: z\r\naccept:\r\n\r\n"
                .utf8
        )
        var parser = RequestParser()
        _ = try parser.next(in: bytes.span)
        let fields = parser.head.fields
        #expect(fields.first("host", in: bytes.span) == "a")
        #expect(fields.first("accept", in: bytes.span) == "x")
        #expect(fields.joined("accept", in: bytes.span) == "x, y, ")
        #expect(fields.first("accepu", in: bytes.span) == nil)
        #expect(fields.firstRange("content-type", in: bytes.span) == nil)
        #expect(fields.joined("etag", in: bytes.span) == nil)
    }

    @Test func `each byte is judged alike wherever it stands in a target`() {
        for position in 1..<20 {
            for byte in UInt8.min...UInt8.max {
                var target = [UInt8](repeating: UInt8(ascii: "x"), count: 20)
                target[0] = UInt8(ascii: "/")
                target[position] = byte
                let bytes = Array("GET ".utf8) + target + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
                let expected: WireError? =
                    switch byte {
                    case 0x0A: .bareLineFeed(.requestLine)
                    case 0x0D: .bareCarriageReturn(.requestLine)
                    case 0x09, 0x23, 0x80...: .invalidTarget(.byte(byte, offset: position))
                    case 0x20 where position == 19: .malformedRequestLine(.doubleSpace)
                    case 0x20: .malformedRequestLine(.extraPart)
                    case ..<0x20, 0x7F: .controlByte(byte, .requestLine)
                    default: nil
                    }
                #expect(Transcript.requests(bytes).error == expected, "\(byte) at \(position)")
            }
        }
    }

    @Test func `each byte is judged alike wherever it stands in a value and in a name`() {
        let token = Set("!#$%&'*+-.^_`|~0123456789".utf8)
        for position in 0..<20 {
            for byte in UInt8.min...UInt8.max {
                var part = [UInt8](repeating: UInt8(ascii: "x"), count: 20)
                part[position] = byte
                let control: WireError? =
                    switch byte {
                    case 0x0A: .bareLineFeed(.field(1))
                    case 0x0D: .bareCarriageReturn(.field(1))
                    case 0x09: nil
                    case ..<0x20, 0x7F: .controlByte(byte, .field(1))
                    default: nil
                    }
                let start = Array("GET / HTTP/1.0\r\n".utf8)
                let value = start + Array("A:".utf8) + part + Array("\r\n\r\n".utf8)
                #expect(Transcript.requests(value).error == control, "\(byte) at \(position)")

                let isLetter = Character(UnicodeScalar(byte)).isLetter && byte < 0x80
                let name = start + part + Array(": b\r\n\r\n".utf8)
                let expected: WireError? =
                    if let control {
                        control
                    } else if isLetter || token.contains(byte) || byte == 0x3A && position > 0 {
                        nil
                    } else if byte == 0x3A {
                        .emptyFieldName(.field(1))
                    } else if byte == 0x20 || byte == 0x09, position == 0 {
                        .foldedLine(.field(1))
                    } else if byte == 0x20 || byte == 0x09, position == 19 {
                        .spaceBeforeColon(.field(1))
                    } else {
                        .invalidFieldName(byte, .field(1))
                    }
                #expect(Transcript.requests(name).error == expected, "\(byte) at \(position)")
            }
        }
    }

    @Test func `a byte of an unfinished line is looked at once however slowly bytes come`() throws {
        let long = String(repeating: "y", count: 3000)
        let bytes = Array(
            ("POST /\(long) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX: \(long)\r\n\r\n"
                + "1;\(long)\r\nz\r\n0\r\nX: \(long)\r\n\r\n").utf8
        )
        var parser = RequestParser()
        var events: [MessageEvent] = []
        // What was given before is NUL when it is given again, until the line ends: a parser
        // that looks at it a second time refuses it.
        var poisoned: [UInt8] = []
        for count in 1...bytes.count {
            poisoned.append(bytes[count - 1])
            let isLineEnd = bytes[count - 1] == UInt8(ascii: "\n")
            let given = isLineEnd ? Array(bytes[..<count]) : poisoned
            while true {
                let event = try parser.next(in: given.span)
                if event == .needMore { break }
                events.append(event)
            }
            // A CR is looked at again, because only the next byte tells what it is.
            if bytes[count - 1] != UInt8(ascii: "\r") { poisoned[count - 1] = 0 }
        }
        #expect(events.count == 4)
        #expect(events.last == .end)
    }

    @Test func `a second request of many fields shows none of the first's`() throws {
        let request = { (letter: String) in
            // Lengths differ, so that an offset of another request shows.
            "GET / HTTP/1.1\r\nHost: a\r\n"
                + (1...30).map { "\(letter)\($0): \(letter)\($0 * 7)\r\n" }.joined() + "\r\n"
        }
        let bytes = Array((request("a") + request("bb") + request("ccc")).utf8)
        let messages = Transcript.requests(bytes).messages
        try #require(messages.count == 3)
        for (message, letter) in zip(messages, ["a", "bb", "ccc"]) {
            let expected = (1...30).map { "\(letter)\($0)=\(letter)\($0 * 7)" }
            #expect(message.fields == ["Host=a"] + expected)
        }
    }
}
