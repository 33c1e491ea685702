// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import LoopboxModel
import LoopboxSandbox

/// What a digest process does. Whatever fails here ends the process, and the server sees that.
public enum DigestProgram {
    private static let input: CInt = 0
    private static let output: CInt = 1
    private static let file: CInt = 2
    static let report: CInt = 3

    /// The process that forks the others. Call it first of all from `main` in a process that is
    /// called ``DigestHostProcess/name``.
    public static func host() -> Never {
        DigestHostProcess.serve(prepare: warmUp) { kind, argument in
            do {
                try compute(kind, argument)
            } catch {
                exit(1)
            }
        }
    }

    private static func compute(_ kind: UInt64, _ argument: UInt64) throws {
        switch DigestKind(rawValue: kind) {
        case .run: try digestRun(reportMax: Int(argument))
        case .judge: try judge()
        case .render: try render()
        case nil: exit(1)
        }
    }

    /// Reads the request to its end.
    static func parcel() throws -> Parcel {
        guard let parcel = Parcel(try readToEnd(input)) else { exit(1) }
        return parcel
    }

    /// Writes the answer: what belongs to it first, so that the answer says that all is there.
    static func answer(_ answer: some Codable & Sendable, _ strings: [[UInt8]]) throws {
        for string in strings { try writeAll(string, to: file) }
        let head = DigestHead(lengths: strings.map(\.count), answer: answer)
        try writeAll([DigestEvent.answer] + JSONText().encode(head), to: output)
    }

    /// Says something before there is an answer.
    static func note(_ event: UInt8) throws { try writeAll([event], to: output) }

    /// What was kept of a stream.
    static func captured(_ head: [UInt8], _ tail: [UInt8], dropped: Int) -> CapturedOutput {
        CapturedOutput(head: head, tail: tail, dropped: dropped)
    }

    /// Waits until there is something to read of the report or of the request.
    ///
    /// - Returns: whether the request has begun to come.
    static func waitForEither() -> (request: Bool, report: Bool) {
        var files = [
            pollfd(fd: input, events: Int16(POLLIN), revents: 0),
            pollfd(fd: report, events: Int16(POLLIN), revents: 0),
        ]
        _ = unsafe poll(&files, 2, -1)
        return (files[0].revents != 0, files[1].revents != 0)
    }
}
