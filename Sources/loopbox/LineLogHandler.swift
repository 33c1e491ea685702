// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import LoopboxModel

/// Writes each event as one line to standard error: as JSON for machines, as text for people.
struct LineLogHandler: LogHandler {
    /// How a line looks.
    enum Format: String, CaseIterable { case json, text }

    let label: String
    let format: Format
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(label: String, format: Format) {
        self.label = label
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .map { (key: $0.key, value: "\($0.value)") }.sorted { $0.key < $1.key }
        let line = Line(
            ts: .now,
            level: event.level.rawValue,
            logger: label,
            msg: event.message.description,
            fields: fields
        )
        write(format == .json ? line.json : line.text, to: STDERR_FILENO)
    }

    private struct Line: Encodable {
        let ts: Timestamp
        let level: String
        let logger: String
        let msg: String
        let fields: [(key: String, value: String)]

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(ts, forKey: Key(stringValue: "ts"))
            try container.encode(level, forKey: Key(stringValue: "level"))
            try container.encode(logger, forKey: Key(stringValue: "logger"))
            try container.encode(msg, forKey: Key(stringValue: "msg"))
            for field in fields {
                try container.encode(field.value, forKey: Key(stringValue: field.key))
            }
        }

        var json: String {
            // Nothing in a line can fail to be JSON.
            String(decoding: (try? JSONText().encode(self)) ?? [], as: UTF8.self) + "\n"
        }

        var text: String {
            let fields = fields.map { " \($0.key)=\($0.value)" }.joined()
            let line = "\(ts) \(level) \(logger): \(msg)\(fields)"
            // One event stays one line, whatever is in it.
            return line.replacing("\n", with: "\\n") + "\n"
        }
    }
}
