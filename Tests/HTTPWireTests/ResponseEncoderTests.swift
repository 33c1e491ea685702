// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct ResponseEncoderTests {
    private let date = HTTPDate(unixSeconds: 784_111_777)
    private let keeping = ResponseEncoder(closes: false)

    @Test func `a response with a length is exactly these bytes`() throws {
        var out = Array("before".utf8)
        var encoder = keeping
        encoder.begin(.ok, date: date, into: &out)
        try encoder.field("Content-Type", "text/plain", into: &out)
        encoder.body("hello", into: &out)
        #expect(encoder.isEnded)
        #expect(
            text(out)
                == "beforeHTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
        )
    }

    @Test func `a response in chunks is exactly these bytes`() throws {
        var out: [UInt8] = []
        var encoder = keeping
        encoder.begin(.notFound, date: nil, into: &out)
        encoder.startBodyOfUnknownLength(into: &out)
        try encoder.piece(Array("hello".utf8).span, into: &out)
        try encoder.piece([UInt8]().span, into: &out)
        try encoder.piece([UInt8](repeating: 120, count: 171).span, into: &out)
        try encoder.end(into: &out)
        #expect(
            text(out)
                == "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nab\r\n"
                + String(repeating: "x", count: 171) + "\r\n0\r\n\r\n"
        )
    }

    @Test func `HEAD gets the head of GET and no content`() throws {
        for chunked in [false, true] {
            var out: [UInt8] = []
            var encoder = ResponseEncoder(answersHEAD: true, closes: false)
            encoder.begin(.ok, date: nil, into: &out)
            if chunked {
                encoder.startBodyOfUnknownLength(into: &out)
                try encoder.piece(Array("hello".utf8).span, into: &out)
                try encoder.end(into: &out)
            } else {
                encoder.body("hello", into: &out)
            }
            let announced = chunked ? "Transfer-Encoding: chunked" : "Content-Length: 5"
            #expect(text(out) == "HTTP/1.1 200 OK\r\n\(announced)\r\n\r\n")
        }
    }

    @Test(arguments: [204, 304])
    func `a status without content announces none`(code: Int) throws {
        for chunked in [false, true] {
            var out: [UInt8] = []
            var encoder = keeping
            encoder.begin(HTTPStatus(code), date: nil, into: &out)
            if chunked {
                encoder.startBodyOfUnknownLength(into: &out)
                try encoder.piece(Array("x".utf8).span, into: &out)
                try encoder.end(into: &out)
            } else {
                encoder.body("x", into: &out)
            }
            #expect(text(out) == "HTTP/1.1 \(HTTPStatus(code))\r\n\r\n")
        }
    }

    @Test func `what becomes of the connection is said where it is not the default`() throws {
        func tail(_ version: HTTPVersion, closes: Bool) -> String {
            var out: [UInt8] = []
            var encoder = ResponseEncoder(version: version, closes: closes)
            encoder.begin(.ok, date: nil, into: &out)
            encoder.body("", into: &out)
            return text(out.dropFirst("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".utf8.count))
        }
        #expect(tail(.http11, closes: false) == "\r\n")
        #expect(tail(.http11, closes: true) == "Connection: close\r\n\r\n")
        #expect(tail(.http10, closes: false) == "Connection: keep-alive\r\n\r\n")
        #expect(tail(.http10, closes: true) == "Connection: close\r\n\r\n")
    }

    @Test func `HTTP 1_0 gets content of unknown length up to the end of the connection`() throws {
        var out: [UInt8] = []
        var encoder = ResponseEncoder(version: .http10, closes: false)
        encoder.begin(.ok, date: nil, into: &out)
        encoder.startBodyOfUnknownLength(into: &out)
        try encoder.piece(Array("ab".utf8).span, into: &out)
        try encoder.end(into: &out)
        #expect(text(out) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab")
        #expect(encoder.closes)
    }

    @Test(arguments: ["a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\0b", "\u{1B}[0m", "a\u{7F}"])
    func `a value with a control character is refused and nothing of it is written`(
        value: String
    ) throws {
        var out: [UInt8] = []
        var encoder = keeping
        encoder.begin(.ok, date: nil, into: &out)
        let before = out
        let byte = value.utf8.first { $0 < 0x20 || $0 == 0x7F }
        let error = #expect(throws: WireError.self) {
            try encoder.field("X", value, into: &out)
        }
        #expect(error == byte.map { .unsendableFieldValue(name: "X", byte: $0) })
        #expect(error?.status.code == 500)
        #expect(out == before)
        #expect(throws: WireError.self) { try FieldBlock(["X": value]) }

        encoder.abandon(&out)
        #expect(out.isEmpty)
        encoder.begin(.internalServerError, date: nil, into: &out)
        try encoder.field("X", "tab\tand \u{20AC}", into: &out)
        encoder.body("", into: &out)
        #expect(
            text(out).hasPrefix("HTTP/1.1 500 Internal Server Error\r\nX: tab\tand \u{20AC}\r\n")
        )
    }

    @Test(arguments: ["", "a b", "a:", "a\r\n", "\u{E9}", "a\0"])
    func `a name that is no token is refused`(name: String) {
        var out: [UInt8] = []
        var encoder = keeping
        encoder.begin(.ok, date: nil, into: &out)
        #expect(throws: WireError.unsendableFieldName(name)) {
            try encoder.field(name, "x", into: &out)
        }
    }

    @Test(arguments: ["Content-Length", "transfer-encoding", "CONNECTION", "date"])
    func `a field that the encoder writes is refused`(name: String) {
        var out: [UInt8] = []
        var encoder = keeping
        encoder.begin(.ok, date: nil, into: &out)
        #expect(throws: WireError.reservedField(name)) {
            try encoder.field(name, "5", into: &out)
        }
    }

    @Test func `content must be as long as announced`() throws {
        var out: [UInt8] = []
        var encoder = keeping
        encoder.begin(.ok, date: nil, into: &out)
        encoder.startBody(length: 5, into: &out)
        try encoder.piece(Array("abc".utf8).span, into: &out)
        let before = out
        #expect(throws: WireError.bodyLongerThanAnnounced(announced: 5)) {
            try encoder.piece(Array("def".utf8).span, into: &out)
        }
        #expect(throws: WireError.bodyLongerThanAnnounced(announced: 5)) {
            try encoder.countSent(3)
        }
        #expect(out == before)
        #expect(try encoder.countSent(1))
        #expect(throws: WireError.bodyShorterThanAnnounced(missing: 1)) {
            try encoder.end(into: &out)
        }
        #expect(encoder.closes)
    }

    @Test func `what is written is read back`() throws {
        var out: [UInt8] = []
        out.append(contentsOf: ResponseEncoder.continueResponse.description.utf8)
        let block = try FieldBlock(["Content-Type": "text/plain", "X-Empty": ""])
        let content = String(repeating: "0123456789", count: 500)
        for size in [0, 1, 9, 10, 15, 16, 17, 255, 256, 4096, 5000] {
            for chunked in [false, true] {
                var encoder = keeping
                encoder.begin(HTTPStatus(200 + size % 3), date: date, into: &out)
                encoder.fields(block, into: &out)
                let bytes = Array(content.utf8.prefix(size))
                if chunked {
                    encoder.startBodyOfUnknownLength(into: &out)
                    for start in stride(from: 0, to: size, by: 300) {
                        let end = min(start + 300, size)
                        try encoder.piece(bytes.span.extracting(start..<end), into: &out)
                    }
                    try encoder.end(into: &out)
                } else {
                    encoder.body(bytes.span, into: &out)
                }
            }
        }
        let transcript = Transcript.responses(out)
        #expect(transcript.error == nil)
        #expect(transcript.messages.first?.line == "100 Continue")
        let sizes = transcript.messages.dropFirst().map(\.body.count)
        #expect(
            sizes == [0, 1, 9, 10, 15, 16, 17, 255, 256, 4096, 5000].flatMap { [$0, $0] }
        )
        for message in transcript.messages.dropFirst() {
            #expect(message.isEnded)
            #expect(message.body == Array(content.utf8.prefix(message.body.count)))
            #expect(
                message.fields.prefix(3) == [
                    "Date=Sun, 06 Nov 1994 08:49:37 GMT", "Content-Type=text/plain", "X-Empty=",
                ]
            )
        }
    }

    @Test func `the answer to a request follows its version, method and connection`() throws {
        var parser = RequestParser()
        let bytes = Array("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".utf8)
        _ = try parser.next(in: bytes.span)
        var out: [UInt8] = []
        var encoder = ResponseEncoder(answering: parser.head)
        encoder.begin(.ok, date: nil, into: &out)
        encoder.body("hello", into: &out)
        #expect(
            text(out)
                == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n"
        )
    }

    @Test func `statuses have their phrases`() {
        #expect(HTTPStatus(100).description == "100 Continue")
        #expect(HTTPStatus(413).description == "413 Content Too Large")
        #expect(HTTPStatus(505).description == "505 HTTP Version Not Supported")
        #expect(HTTPStatus(599).description == "599 ")
    }
}
