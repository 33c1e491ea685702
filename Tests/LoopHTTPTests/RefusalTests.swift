// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import Loop
import LoopHTTP
import Testing

/// What the server answers by itself.
@Suite struct RefusalTests {
    struct Refused: CustomTestStringConvertible, Sendable {
        var request: String
        var status: Int
        var testDescription: String { "\(status): \(request.prefix(40).debugDescription)" }

        init(_ status: Int, _ request: String) {
            self.request = request
            self.status = status
        }
    }

    private static let long = String(repeating: "x", count: 40_000)
    static let refused = [
        Refused(400, "GET / HTTP/1.1\r\n\r\n"),
        Refused(400, "GET / HTTP/1.1\nHost: x\r\n\r\n"),
        Refused(400, "GET / HTTP/1.1\r\nHost x\r\n\r\n"),
        Refused(400, "\u{16}\u{03}\u{01}"),
        Refused(413, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"),
        Refused(414, "GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n"),
        Refused(417, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n"),
        Refused(431, "GET / HTTP/1.1\r\nHost: x\r\nA: \(long)\r\n\r\n"),
        Refused(
            431,
            "GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: 101) + "\r\n"
        ),
        Refused(501, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        Refused(505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
        // Two programs might see two different requests in these.
        Refused(
            400,
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        ),
        Refused(
            400,
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n"
        ),
        Refused(400, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n"),
        Refused(400, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"),
        Refused(400, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\n"),
        Refused(400, "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n"),
        Refused(400, "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
    ]

    @Test(arguments: refused)
    func `it is answered with a problem document and the end`(refused: Refused) throws {
        try serve(handler: { $0.respond(.ok, [:], "first") }) { fixture in
            // A good request before it is answered first; whatever comes behind it never is.
            let good = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            let answers = try await fixture.answers(to: good + refused.request + good)
            #expect(answers.map(\.status) == [200, refused.status])
            let problem = try #require(answers.last)
            #expect(problem.fields["connection"] == "close")
            #expect(problem.fields["content-type"] == "application/problem+json")
            #expect(problem.fields["date"] != nil)
            let status = HTTPStatus(refused.status)
            #expect(
                problem.text.hasPrefix(
                    "{\"type\":\"about:blank\",\"title\":\"\(status.reason)\","
                        + "\"status\":\(status.code),\"detail\":\""
                )
            )
            #expect(fixture.log.all.first?.hasPrefix("debug: request refused: ") == true)
        }
    }

    @Test func `a refused HEAD gets no body`() throws {
        try serve(handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            try await client.send(
                "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
            )
            let answer = try await client.answer(toHEAD: true)
            #expect(answer.status == 413)
            #expect(try await client.isEnded())
            client.close()
        }
    }

    @Test func `the body of refusals can be replaced`() throws {
        try serve(
            { $0.errorBody = { ("text/plain", Array("no: \($0.status.code)".utf8)) } },
            handler: { $0.respond(.ok) }
        ) { fixture in
            let answers = try await fixture.answers(to: "GET / HTTP/1.1\r\n\r\n")
            #expect(answers.first?.text == "no: 400")
            #expect(answers.first?.fields["content-type"] == "text/plain")
        }
    }

    @Test func `a problem's detail is valid JSON whatever the client sent`() {
        let failure = HTTPFailure.wire(.invalidHost("a\"b\\c\u{01}"))
        #expect(
            String(decoding: failure.problem, as: UTF8.self)
                .contains("'a\\\"b\\\\c\\u0001' is not a host")
        )
    }

    @Test func `what comes behind a refusal is read only up to a limit`() throws {
        try serve({ $0.lingerBytesMax = 1 << 20 }, handler: { $0.respond(.ok) }) { fixture in
            let client = try await fixture.client()
            let sending = fixture.loop.createTask {
                try await client.send(
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n"
                )
                try await client.send([UInt8](repeating: 0, count: 99_999_999))
            }
            await #expect(throws: LoopError.self) { try await sending.value }
            try await fixture.until { fixture.server.connectionsOpen == 0 }
            client.close()
        }
    }
}
