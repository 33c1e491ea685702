// SPDX-License-Identifier: Apache-2.0

extension WireError {
    /// What a server answers before it closes the connection. An error of the encoder is the
    /// server's own fault: 500.
    public var status: HTTPStatus {
        switch self {
        case .bodyTooLarge, .chunkExtensionsTooLong: .contentTooLarge
        case .firstLineTooLong: .uriTooLong
        case .unsupportedExpectation: .expectationFailed
        case .headTooLarge, .tooManyFields, .trailersTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedTransferCoding: .notImplemented
        case .unsupportedVersion: .httpVersionNotSupported
        case .unsendableFieldName, .unsendableFieldValue, .reservedField,
            .bodyLongerThanAnnounced, .bodyShorterThanAnnounced:
            .internalServerError
        default: .badRequest
        }
    }
}

extension WireError: CustomStringConvertible {
    /// A sentence for the person who sent it: what, where, and how to mend it.
    public var description: String {
        switch self {
        case .bareCarriageReturn(let place):
            "\(place) has a CR without LF: end each line with CR LF and have neither inside one"
        case .bareLineFeed(let place):
            "\(place) ends in LF alone: end each line with CR LF"
        case .controlByte(let byte, let place):
            "\(place) has the control character \(hex(byte)): take it out; "
                + "a TLS client must use a port that speaks TLS"
        case .firstLineTooLong(let limit):
            "the first line is longer than \(limit) bytes: send long parameters in the body"
        case .malformedRequestLine(let fault): "the request line \(fault)"
        case .malformedStatusLine(let text):
            "the status line '\(text)' is not like 'HTTP/1.1 200 OK'"
        case .malformedVersion(let text):
            "the version '\(text)' is not HTTP/1.1: "
                + "percent-encode spaces in the target, and end the line with HTTP/1.1"
        case .unsupportedVersion(let text):
            "\(text) is not spoken here: use HTTP/1.1"
        case .invalidTarget(let fault): "the request's target \(fault)"
        case .headTooLarge(let limit):
            "the header fields are longer than \(limit) bytes together: send fewer or shorter ones"
        case .tooManyFields(let limit): "there are more than \(limit) field lines: send fewer"
        case .foldedLine(let place):
            "\(place) begins with white space: write each field on one line"
        case .missingColon(let place): "\(place) has no colon: write it 'Name: value'"
        case .emptyFieldName(let place): "\(place) has no name: write it 'Name: value'"
        case .spaceBeforeColon(let place):
            "\(place) has white space before its colon: write it 'Name: value'"
        case .invalidFieldName(let byte, let place):
            "\(place) has \(hex(byte)) in its name: use letters, digits and hyphens"
        case .missingHost: "there is no Host field: HTTP/1.1 requires exactly one"
        case .repeatedHost(let place): "\(place) is a second Host: send exactly one"
        case .invalidHost(let text): "'\(text)' is not a host: write it 'name' or 'name:port'"
        case .invalidContentLength(let text, let place):
            "\(place) has the Content-Length '\(text)': send one decimal number"
        case .repeatedContentLength(let place):
            "\(place) is a second Content-Length: send exactly one"
        case .lengthAndTransferEncoding:
            "Content-Length and Transfer-Encoding are both there: send one of them"
        case .unsupportedTransferCoding(let text):
            "the Transfer-Encoding '\(text)' is not understood here: send 'chunked' alone"
        case .chunkedNotLast(let text):
            "the Transfer-Encoding '\(text)' does not end in one 'chunked': send 'chunked' alone"
        case .repeatedTransferEncoding(let place):
            "\(place) is a second Transfer-Encoding: send 'chunked' once"
        case .transferEncodingInHTTP10:
            "HTTP/1.0 has no Transfer-Encoding: send Content-Length, or use HTTP/1.1"
        case .unsupportedExpectation(let text):
            "the expectation '\(text)' can't be met: send 'Expect: 100-continue' or none"
        case .bodyTooLarge(let limit, let announced?):
            "the body of \(announced) bytes is above the limit of \(limit): send a smaller one"
        case .bodyTooLarge(let limit, nil):
            "the body is above the limit of \(limit) bytes: send a smaller one"
        case .invalidChunkSize(let text, let chunk):
            "chunk \(chunk) has the size '\(text)': write hexadecimal digits alone"
        case .chunkSizeOverflow(let chunk):
            "chunk \(chunk) has a size of more than 63 bits: send smaller chunks"
        case .invalidChunkExtension(let chunk):
            "chunk \(chunk) has a malformed extension: send ';name=value' without white space, "
                + "or none"
        case .chunkExtensionsTooLong(let limit):
            "the chunk extensions are longer than \(limit) bytes together: send none"
        case .chunkEndMissing(let chunk):
            "no CR LF follows the data of chunk \(chunk): its size must be that of its data"
        case .trailersTooLarge(let limit):
            "the trailers are longer than \(limit) bytes together: send fewer or shorter ones"
        case .forbiddenTrailer(let name):
            "\(name) may not be a trailer: send it in the head"
        case .closedEarly: "the connection ended inside a message"
        case .unsendableFieldName(let name): "the field name '\(name)' is no token"
        case .unsendableFieldValue(let name, let byte):
            "the value of the field \(name) has the control character \(hex(byte)): "
                + "escape it, or take it out"
        case .reservedField(let name):
            "the field \(name) is written by the encoder: don't set it"
        case .bodyLongerThanAnnounced(let announced):
            "the body is longer than the \(announced) bytes that were announced"
        case .bodyShorterThanAnnounced(let missing):
            "the body ended \(missing) bytes before the announced length"
        }
    }
}

extension WireError.Place: CustomStringConvertible {
    /// How a sentence names it: `field line 3`.
    public var description: String {
        switch self {
        case .requestLine: "the request line"
        case .statusLine: "the status line"
        case .field(let line): "field line \(line)"
        case .chunk(let chunk): "the size line of chunk \(chunk)"
        case .trailer(let line): "trailer line \(line)"
        }
    }
}

extension WireError.RequestLineFault: CustomStringConvertible {
    /// The rest of a sentence that begins with `the request line`.
    public var description: String {
        switch self {
        case .empty: "is empty: write it 'GET /path HTTP/1.1'"
        case .missingMethod: "begins with a space: begin with the method"
        case .methodByte(let byte): "has \(hex(byte)) in its method: use letters"
        case .missingTarget: "has no target: write it 'GET /path HTTP/1.1'"
        case .doubleSpace: "has two spaces in a row: put one between its parts"
        case .extraPart: "has more than three parts: percent-encode spaces in the target as %20"
        }
    }
}

extension WireError.TargetFault: CustomStringConvertible {
    /// The rest of a sentence that begins with `the request's target`.
    public var description: String {
        switch self {
        case .byte(let byte, let offset):
            "has the byte \(hex(byte)) at offset \(offset): percent-encode it"
        case .form: "is neither '/path' nor 'http://host/path': begin it with a slash"
        case .asterisk: "is '*', which only OPTIONS may have: use a path"
        case .authority: "is not 'host:port', which CONNECT needs"
        case .userInformation: "has a user in front of the host: use the Authorization field"
        case .percent(let offset):
            "has a '%' at offset \(offset) without two hexadecimal digits: write '%25' for '%'"
        case .notUTF8(let offset):
            "has a part at offset \(offset) that is no UTF-8 when decoded: encode it as UTF-8"
        case .nul(let offset): "has a NUL in the part at offset \(offset): take it out"
        case .dotSegment(let offset):
            "has the segment '.' or '..' at offset \(offset): write the path without it"
        }
    }
}

/// A byte as people look it up: `0x0A`.
private func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + (byte < 16 ? "0" : "") + digits
}
