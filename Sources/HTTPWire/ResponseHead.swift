// SPDX-License-Identifier: Apache-2.0

/// A response's first line and fields: facts and offsets, no text. What ``RequestHead`` says
/// about offsets is true here too.
public struct ResponseHead: Sendable {
    /// The version.
    public internal(set) var version = HTTPVersion.http11
    /// The status. 1xx is an interim response, a message of its own: the next one is awaited.
    public internal(set) var status = HTTPStatus.ok
    /// Where the reason phrase is; often empty.
    public internal(set) var reasonRange = 0..<0
    /// The fields.
    public internal(set) var fields = FieldTable()
    /// How the content's end is found. `none` for answers that have no content, whatever their
    /// fields announce.
    public internal(set) var framing = BodyFraming.none
    /// Whether the server means to read another request on this connection.
    public internal(set) var keepsAlive = true

    /// A head before anything was read.
    init() {}

    /// Reads `line`, whose first byte is the head's. A missing reason phrase may take the space
    /// before it along: some servers write it so.
    mutating func readStatusLine(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(WireError) {
        let origin = line.lowerBound
        let versionEnd = bytes.firstIndex(of: ASCII.space, in: line) ?? line.upperBound
        version = try HTTPVersion.parse(bytes, origin..<versionEnd)
        guard versionEnd + 4 <= line.upperBound else {
            throw .malformedStatusLine(bytes.excerpt(line))
        }
        var code = 0
        for index in versionEnd + 1..<versionEnd + 4 {
            guard ASCII.isDigit(bytes[index]) else {
                throw .malformedStatusLine(bytes.excerpt(line))
            }
            code = code * 10 + Int(bytes[index] - ASCII.zero)
        }
        let codeEnd = versionEnd + 4
        let hasReason = codeEnd < line.upperBound
        guard 100...599 ~= code, !hasReason || bytes[codeEnd] == ASCII.space else {
            throw .malformedStatusLine(bytes.excerpt(line))
        }
        status = HTTPStatus(code)
        let reasonStart = hasReason ? codeEnd + 1 : codeEnd
        reasonRange = reasonStart - origin..<line.upperBound - origin
    }
}
