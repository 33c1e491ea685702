// SPDX-License-Identifier: Apache-2.0

/// Messages that must be understood, each in its own shape.
enum Corpus {
    static let requests: [String] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/jobs?format=text&limit=5 HTTP/1.1\r\nHost: localhost:8080\r\n"
            + "User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n",
        // What `curl --data-binary` and `curl -T` send.
        "POST /v1/jobs HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.88.1\r\n"
            + "Accept: */*\r\nContent-Length: 11\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\n\r\na: 1\nb: |\n ",
        "PUT /v1/jobs HTTP/1.1\r\nHost: localhost:8080\r\nContent-Length: 3\r\n"
            + "Expect: 100-continue\r\n\r\nabc",
        "PUT /v1/jobs HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n"
            + "Expect: 100-Continue\r\n\r\n5\r\nhello\r\n6;x=1\r\n world\r\n0\r\n\r\n",
        // Chunks with extensions and trailers.
        "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: CHUNKED\r\n\r\n"
            + "00a;name;n=v;q=\"a;\\\"b\"\r\n0123456789\r\n1\r\nx\r\n000\r\n"
            + "Digest: sha-256=abc\r\nX-Empty:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        // The forms of a target.
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
        "GET http://example.com:80/x?y=z HTTP/1.1\r\nHost: other\r\n\r\n",
        "GET HTTPS://[::1]:8080 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://example.com?q HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a{b}[c]|d\\e?\"?<>^` HTTP/1.1\r\nHost: a\r\n\r\n",
        // Methods that nobody knows, and that look known.
        "M-SEARCH / HTTP/1.1\r\nHost: a\r\n\r\n",
        "get / HTTP/1.1\r\nHost: a\r\n\r\n",
        // Versions and what becomes of the connection.
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.7\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: , Upgrade ,\tClose\r\nConnection: keep-alive\r\n\r\n",
        "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
        // White space and odd bytes where they are permitted.
        "GET / HTTP/1.1\r\nHost:a\r\nX: \t v \t w \t \r\nE:\r\nF: \t\r\nU: gr\u{FC}n \u{20AC}\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        // Hosts.
        "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a%2Db_c.d~:65535\r\n\r\n",
        // More fields than fit inline.
        "GET / HTTP/1.1\r\nHost: a\r\n"
            + (1...40).map { "Field-\($0): value \($0)\r\n" }.joined() + "\r\n",
    ]

    static let responses: [String] = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
            + "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.0 404 Not Found\r\nConnection: close\r\n\r\nuntil the end",
        "HTTP/1.1 599 Some thing odd\r\nHost: not looked at\r\nHost: twice\r\n\r\n",
    ]
}
