// SPDX-License-Identifier: Apache-2.0

/// Who made something: the place always, and in debug mode the calls that led there.
struct Origin: Sendable {
    let place: SourcePlace
    let stack: CallStack?

    /// The caller's, whose place is `line` of `fileID`.
    init(_ fileID: StaticString, _ line: UInt) {
        place = SourcePlace(fileID: fileID, line: line)
        stack = EventLoop.running?.debug ?? EventLoop.isDebugWanted ? .here() : nil
    }
}
