// SPDX-License-Identifier: Apache-2.0

/// What a parser found next. Ranges are offsets into the bytes that were given to it.
///
/// A message is `head`, any number of `body`, any number of `trailer`, `end`. The next call
/// begins the next message.
public enum MessageEvent: Hashable, Sendable {
    /// Nothing more can be said until more bytes come.
    case needMore
    /// The head is whole and is in the parser's `head` property. The range covers its bytes,
    /// from the first of the first line to the empty line's end; all offsets in the head
    /// count from the range's beginning.
    case head(Range<Int>)
    /// A piece of the content, never empty.
    case body(Range<Int>)
    /// A trailer field (RFC 9112 §7.1.2). Trailers are never merged into the head.
    case trailer(name: Range<Int>, value: Range<Int>)
    /// The message is complete.
    case end
}
