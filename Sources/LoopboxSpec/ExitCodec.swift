// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// `expect.exit`: a status, several, `any`, or `signal:NAME`.
enum ExitCodec {
    private static let statuses = 0...255
    private static let signalPrefix = "signal:"

    static let codec = Codec<Expectations.Exit>(
        shape: .either([
            .integer(statuses),
            .text(
                .init(
                    countMin: 3,
                    countMax: 20,
                    pattern: "^(any|signal:(\(names.joined(separator: "|"))))$",
                    form: "`any`, or `signal:SIGTERM` and its like"
                )
            ),
            .list(.integer(statuses), count: 1...32, isUnique: true),
        ]),
        example: "0",
        read: { node, reading in
            switch node.content {
            case .list: return list.read(node, &reading).map { .statuses($0) }
            case .scalar("any", _): return .any
            case .scalar(let text, _) where text.first?.isLetter == true:
                if text.hasPrefix(signalPrefix) {
                    let name = String(text.dropFirst(signalPrefix.count))
                    if names.contains(name) { return .signal(name) }
                }
                reading.fault(
                    .exit(key: reading.key, found: text, suggestion: suggestion(for: text)),
                    at: node.span
                )
                return nil
            default:
                return Codec<Int>.integer(node, statuses, reading: &reading)
                    .map { .statuses([$0]) }
            }
        },
        write: { exit in
            switch exit {
            case .any: .word("any")
            case .signal(let name): .text(signalPrefix + name)
            case .statuses(let statuses):
                statuses.count == 1 ? .literal("\(statuses[0])") : list.write(statuses)
            }
        }
    )

    private static let list = Codec<[Int]>.list(
        of: .integer(statuses),
        count: 1...32,
        noun: "statuses",
        cureForNone: "write any where every status will do",
        isUnique: true
    )

    private static let names = SignalName.all.sorted { $0.key < $1.key }.map(\.value)

    /// `signal:SIGKILL` for `SIGKILL`, `signal:KILL`, `kill` and `signal:SIGKIL`.
    private static func suggestion(for text: String) -> String? {
        let upper = text.uppercased()
        let bare = upper.split(separator: ":").last.map(String.init) ?? upper
        let name = bare.hasPrefix("SIG") ? bare : "SIG\(bare)"
        if names.contains(name) { return signalPrefix + name }
        if NearestWord.suggestion(for: text, among: ["any"]) != nil { return "any" }
        return NearestWord.suggestion(for: name, among: names).map { signalPrefix + $0 }
    }
}
