// SPDX-License-Identifier: Apache-2.0

/// Why a message can't be read or written.
///
/// After an error from a parser the connection must close: where the next message begins is
/// not known. ``status`` is what to answer before that, `description` says what, where and how
/// to mend it. Texts in cases are the sender's and are at most 64 bytes long.
public enum WireError: Error, Hashable, Sendable {
    // 1. Any line.

    /// A CR that no LF follows (RFC 9112 §2.2).
    case bareCarriageReturn(Place)
    /// A LF that no CR precedes (RFC 9112 §2.2).
    case bareLineFeed(Place)
    /// A control character, NUL among them (RFC 9110 §5.5).
    case controlByte(UInt8, Place)

    // 2. Request line and status line.

    /// The first line is longer than ``WireLimits/requestLineBytes``.
    case firstLineTooLong(limit: Int)
    /// The request line is not `METHOD target HTTP/1.1` (RFC 9112 §3).
    case malformedRequestLine(RequestLineFault)
    /// The status line is not `HTTP/1.1 200 reason` (RFC 9112 §4).
    case malformedStatusLine(String)
    /// The version is not written `HTTP/` digit `.` digit.
    case malformedVersion(String)
    /// A version other than 1.x, or none, as in HTTP/0.9.
    case unsupportedVersion(String)
    /// The request's target is not of a form that RFC 9112 §3.2 permits, or can't be decoded.
    case invalidTarget(TargetFault)

    // 3. Field lines.

    /// The field lines are longer than ``WireLimits/headerBytes`` together.
    case headTooLarge(limit: Int)
    /// There are more field lines than ``WireLimits/fieldCount``.
    case tooManyFields(limit: Int)
    /// A line begins with white space: the folding that RFC 9112 §5.2 withdrew.
    case foldedLine(Place)
    /// A field line has no colon.
    case missingColon(Place)
    /// A field line begins with its colon.
    case emptyFieldName(Place)
    /// White space stands between a field's name and its colon (RFC 9112 §5.1).
    case spaceBeforeColon(Place)
    /// A field's name has a byte that no token may have.
    case invalidFieldName(UInt8, Place)

    // 4. Fields that decide where a message ends or whom it is for.

    /// HTTP/1.1 without Host (RFC 9112 §3.2).
    case missingHost
    /// More than one Host.
    case repeatedHost(Place)
    /// Host, or the target's authority in its stead, is no `host` or `host:port`.
    case invalidHost(String)
    /// Content-Length is not just digits, or more than an `Int` holds.
    case invalidContentLength(String, Place)
    /// A second Content-Length, be it the same number.
    case repeatedContentLength(Place)
    /// Content-Length and Transfer-Encoding together (RFC 9112 §6.3).
    case lengthAndTransferEncoding
    /// A coding before the final `chunked` that is not understood here.
    case unsupportedTransferCoding(String)
    /// The last transfer coding is not `chunked`, or `chunked` comes twice (RFC 9112 §6.1).
    case chunkedNotLast(String)
    /// A second Transfer-Encoding line.
    case repeatedTransferEncoding(Place)
    /// Transfer-Encoding in HTTP/1.0, which does not have it (RFC 9112 §6.1).
    case transferEncodingInHTTP10
    /// An expectation other than `100-continue` (RFC 9110 §10.1.1).
    case unsupportedExpectation(String)
    /// The content is larger than ``WireLimits/bodyBytes``; `announced` is Content-Length.
    case bodyTooLarge(limit: Int, announced: Int?)

    // 5. Chunks (RFC 9112 §7.1).

    /// A chunk's size is not just hexadecimal digits.
    case invalidChunkSize(String, chunk: Int)
    /// A chunk's size has more than 16 digits or is more than an `Int` holds.
    case chunkSizeOverflow(chunk: Int)
    /// A chunk's extension is not `;name` or `;name=value`, without white space.
    case invalidChunkExtension(chunk: Int)
    /// Chunk extensions are longer than ``WireLimits/chunkExtensionBytes`` together.
    case chunkExtensionsTooLong(limit: Int)
    /// No CR LF where a chunk's announced size ends.
    case chunkEndMissing(chunk: Int)
    /// Trailers are longer than ``WireLimits/trailerBytes`` together.
    case trailersTooLarge(limit: Int)
    /// A trailer that would change the framing or routing of a message already read.
    case forbiddenTrailer(String)

    // 6. The other end.

    /// The connection ended inside a message.
    case closedEarly

    // 7. What a program asks the encoder to write.

    /// The name is no token.
    case unsendableFieldName(String)
    /// The value has a control character: CR and LF in it would begin a field or a message
    /// of somebody else's making.
    case unsendableFieldValue(name: String, byte: UInt8)
    /// A field that the encoder writes by itself.
    case reservedField(String)
    /// More content than announced. Nothing of the piece was written.
    case bodyLongerThanAnnounced(announced: Int)
    /// Less content than announced. The connection must close.
    case bodyShorterThanAnnounced(missing: Int)

    /// Which line, counted from 1.
    public enum Place: Hashable, Sendable {
        /// The first line of a request.
        case requestLine
        /// The first line of a response.
        case statusLine
        /// A field line of the head.
        case field(Int)
        /// The line that begins a chunk.
        case chunk(Int)
        /// A field line after the last chunk.
        case trailer(Int)
    }

    /// What is wrong with a request line.
    public enum RequestLineFault: Hashable, Sendable {
        /// It is empty, and was not the first empty line.
        case empty
        /// It begins with a space.
        case missingMethod
        /// The method has a byte that no token may have; a tab for one.
        case methodByte(UInt8)
        /// There is no target.
        case missingTarget
        /// Two spaces in a row.
        case doubleSpace
        /// More than three parts.
        case extraPart
    }

    /// What is wrong with a target. Offsets count from the target's first byte.
    public enum TargetFault: Hashable, Sendable {
        /// A byte that must be percent-encoded.
        case byte(UInt8, offset: Int)
        /// It is neither `/path`, `http://host/path`, nor `*`.
        case form
        /// `*` with a method other than OPTIONS.
        case asterisk
        /// CONNECT with something other than `host:port`.
        case authority
        /// A user or a password in front of the host.
        case userInformation
        /// `%` and not two hexadecimal digits behind it.
        case percent(offset: Int)
        /// A part is no UTF-8 after decoding.
        case notUTF8(offset: Int)
        /// A part has a NUL after decoding.
        case nul(offset: Int)
        /// A segment is `.` or `..` after decoding.
        case dotSegment(offset: Int)
    }
}
