// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Testing

@Suite struct ResponseParserTests {
    @Test(arguments: Corpus.responses)
    func `a response is understood alike however its bytes are cut`(response: String) {
        let bytes = Array(response.utf8)
        let whole = Transcript.responses(bytes)
        #expect(whole.error == nil)
        #expect(whole.messages.last?.isEnded == true)
        #expect(whole.consumed == bytes.count)
        for cut in 1..<bytes.count {
            #expect(Transcript.responses(bytes, cuts: [cut]) == whole, "cut at \(cut)")
        }
        #expect(Transcript.responses(bytes, cuts: Array(1..<bytes.count)) == whole)
    }

    @Test func `a response's facts are those of its lines`() {
        let facts = Corpus.responses.map { response in
            Transcript.responses(Array(response.utf8)).messages.map { $0.line + "|" + $0.facts }
        }
        #expect(facts[0] == ["200 OK|HTTP/1.1 length(5) keep"])
        #expect(facts[1] == ["200 |HTTP/1.1 length(0) keep"])
        #expect(facts[2] == ["200 |HTTP/1.1 chunked keep"])
        #expect(
            facts[3] == [
                "100 Continue|HTTP/1.1 none keep", "204 No Content|HTTP/1.1 none keep",
                "304 Not Modified|HTTP/1.1 none keep",
            ]
        )
        #expect(facts[4] == ["404 Not Found|HTTP/1.0 untilClose close"])
        #expect(facts[5] == ["599 Some thing odd|HTTP/1.1 untilClose close"])
        #expect(
            Transcript.responses(Array(Corpus.responses[4].utf8)).messages[0].body
                == Array("until the end".utf8)
        )
    }

    @Test func `the answer to HEAD has no content whatever it announces`() {
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".utf8)
        let transcript = Transcript.responses(bytes, answersHEAD: true)
        #expect(transcript.error == nil)
        #expect(transcript.messages.first?.isEnded == true)
    }

    @Test(
        arguments: [
            ("HTTP/1.1 20 OK\r\n", WireError.malformedStatusLine("HTTP/1.1 20 OK")),
            ("HTTP/1.1 2000 OK\r\n", .malformedStatusLine("HTTP/1.1 2000 OK")),
            ("HTTP/1.1 099 OK\r\n", .malformedStatusLine("HTTP/1.1 099 OK")),
            ("HTTP/1.1 600 OK\r\n", .malformedStatusLine("HTTP/1.1 600 OK")),
            ("HTTP/1.1  200 OK\r\n", .malformedStatusLine("HTTP/1.1  200 OK")),
            ("HTTP/1.1\r\n", .malformedStatusLine("HTTP/1.1")),
            ("HTTP/3.0 200 OK\r\n", .unsupportedVersion("HTTP/3.0")),
            ("ICY 200 OK\r\n", .malformedVersion("ICY")),
            ("\r\nHTTP/1.1 200 OK\r\n", .malformedVersion("")),
            ("HTTP/1.1 200 OK\n", .bareLineFeed(.statusLine)),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                .lengthAndTransferEncoding
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", .closedEarly),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", .closedEarly),
            ("HTTP/1.1 200 OK\r\nA: b\r\n", .closedEarly),
            ("HTTP/1.1 2", .closedEarly),
        ])
    func `a bad or cut response is refused`(response: String, error: WireError) {
        let bytes = Array(response.utf8)
        #expect(Transcript.responses(bytes).error == error)
        #expect(Transcript.responses(bytes, cuts: Array(1..<bytes.count)).error == error)
    }
}
