// SPDX-License-Identifier: Apache-2.0

import HTTPWire
import LoopboxDigest
import LoopboxModel
import LoopboxReport
import LoopboxSpec

/// A request as the routes see it: what is asked for, without its body.
struct APIRequest {
    var method: String
    /// Of the path, decoded.
    var segments: [String]
    var query: [(name: String, value: String)]
    /// The value of the first field of that name.
    var field: (FieldName) -> String?

    /// The path, for messages.
    var path: String { "/" + segments.joined(separator: "/") }

    /// The value of the first query item `name`.
    func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// How long an answer may be held back, in people's words or RFC 7240's; nil: not at all.
    ///
    /// - Throws: ``Problem`` for a span that is none.
    func wait() throws(Problem) -> Duration? {
        if let text = query("wait") {
            guard let span = Self.span(text) else {
                throw .badRequest("wait=\(text) is no span of time", hint: "write wait=20s")
            }
            return min(span, Self.waitMax)
        }
        for preference in (field("prefer") ?? "").split(separator: ",") {
            let parts = preference.split(separator: "=").map { $0.filter { $0 != " " } }
            guard parts.count == 2, parts[0].lowercased() == "wait" else { continue }
            guard let seconds = Int(parts[1]), seconds >= 0 else { continue }
            return min(.seconds(seconds), Self.waitMax)
        }
        return nil
    }

    /// Below the minute after which proxies give a silent connection up.
    static let waitMax: Duration = .seconds(60)

    /// What the query or, failing that, `Accept` asks for.
    ///
    /// - Throws: ``Problem`` for a format that is not known.
    func format() throws(Problem) -> ReportFormat {
        if let name = query("format") {
            guard let format = ReportFormat(rawValue: name) else { throw .notAcceptable(name) }
            return format
        }
        guard let accept = field("accept") else { return .json }
        guard let format = AcceptField(accept).format else { throw .notAcceptable(accept) }
        return format
    }

    /// What the body says it is; nil: nothing.
    ///
    /// - Throws: ``Problem`` for a type that no spec can be of.
    func specContentType() throws(Problem) -> SpecContentType {
        guard let field = field("content-type") else { return .sniffed }
        let type = field.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
        switch type ?? "" {
        case "": return .sniffed
        case "application/json": return .json
        case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain",
            "application/octet-stream":
            return .yaml
        case "application/x-www-form-urlencoded": return .form
        default: throw .unsupportedMediaType(field)
        }
    }

    private static func span(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), number <= 86_400_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "s", "": return .seconds(number)
        case "ms": return .milliseconds(number)
        case "m": return .seconds(number * 60)
        default: return nil
        }
    }
}

/// The answer of a route.
struct APIAnswer {
    /// What is sent behind the head.
    enum Body {
        case bytes([UInt8])
        /// The first so many bytes of a file.
        case file(AnswerFile, count: Int)
    }

    var status: Int
    var fields: [(String, String)]
    var contentType: String?
    var body: Body

    /// An answer with `body`.
    init(
        status: Int,
        fields: [(String, String)] = [],
        contentType: String? = nil,
        body: Body
    ) {
        self.status = status
        self.fields = fields
        self.contentType = contentType
        self.body = body
    }

    /// An answer with the bytes of `body`.
    init(
        status: Int,
        fields: [(String, String)] = [],
        contentType: String? = nil,
        body: [UInt8] = []
    ) {
        self.init(status: status, fields: fields, contentType: contentType, body: .bytes(body))
    }

    /// `value` as JSON that people can read, too.
    static func json(
        _ value: some Encodable,
        status: Int = 200,
        fields: [(String, String)] = []
    ) -> APIAnswer {
        do {
            let body = try JSONText(isPretty: true).encode(value) + [UInt8(ascii: "\n")]
            return APIAnswer(
                status: status,
                fields: fields,
                contentType: "application/json",
                body: body
            )
        } catch {
            fatalError("a view can always be written: \(error)")
        }
    }

    static func text(
        _ text: String,
        status: Int = 200,
        fields: [(String, String)] = []
    ) -> APIAnswer {
        APIAnswer(
            status: status,
            fields: fields,
            contentType: "text/plain; charset=utf-8",
            body: Array(text.utf8)
        )
    }

    static func problem(_ problem: Problem, _ format: ReportFormat) -> APIAnswer {
        var answer =
            format == .text
            ? text(problem.lines, status: problem.status)
            : json(problem, status: problem.status)
        if format != .text { answer.contentType = "application/problem+json" }
        answer.fields = problem.fields
        return answer
    }
}
