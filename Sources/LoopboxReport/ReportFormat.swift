// SPDX-License-Identifier: Apache-2.0

/// A form in which a report can be had. The raw value is its name in `?format=` and `--format`.
///
/// A new one is a case here and a file with its renderer.
public enum ReportFormat: String, Hashable, Sendable, Codable, CaseIterable {
    /// In the order of preference where a client takes several.
    case json, text, yaml, sarif, junit, github, jsonl, trace

    /// What writes it.
    var renderer: any ReportRenderer.Type {
        switch self {
        case .json: JSONReport.self
        case .text: PlainReport.self
        case .yaml: YAMLReport.self
        case .sarif: SARIFReport.self
        case .junit: JUnitReport.self
        case .github: GitHubReport.self
        case .jsonl: JSONLinesReport.self
        case .trace: TraceReport.self
        }
    }

    /// The media types that ask for it, in lower case; an answer has the first one.
    public var mediaTypes: [String] { renderer.mediaTypes }

    /// What an answer says of its content.
    public var contentType: String {
        let type = mediaTypes[0]
        return type.hasPrefix("text/") ? "\(type); charset=utf-8" : type
    }

    /// All names, as a sentence has them: `json, text, yaml`.
    public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// One form of a report.
protocol ReportRenderer {
    /// The media types that ask for it, in lower case; an answer has the first one.
    static var mediaTypes: [String] { get }

    /// The report in this form, in UTF-8.
    static func render(_ report: Report) -> [UInt8]
}
