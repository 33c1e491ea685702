// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SARIFReport {
    mutating func location(of finding: Finding) -> JSONValue {
        if let location = finding.location, Self.uri(of: location.path) != nil {
            return self.location(location)
        }
        let uri = Self.percentEncoded(report.repositoryPath(report.entry))
        let index = artifactIndex(uri)
        return .members([
            "physicalLocation": .members([
                "artifactLocation": artifactLocation(uri, index),
                "region": .members(["startLine": 1]),
            ]),
            "message": .members(["text": "The program as a whole: no line of it is known."]),
        ])
    }

    /// A place; what is written on no file, such as `<string>`, has only a name.
    mutating func location(
        _ location: Location,
        id: Int? = nil,
        _ message: String? = nil
    ) -> JSONValue {
        var physical: JSONValue?
        switch Self.uri(of: location.path) {
        case .own(let path):
            let uri = Self.percentEncoded(report.repositoryPath(path))
            let index = artifactIndex(uri)
            physical = .members([
                "artifactLocation": artifactLocation(uri, index), "region": Self.region(location),
            ])
        case .foreign(let uri):
            physical = .members([
                "artifactLocation": .members(["uri": .string(uri)]),
                "region": Self.region(location),
            ])
        case nil: break
        }
        var logical: JSONValue?
        if !location.function.isEmpty {
            let isModule = location.function == "<module>"
            logical = .array([
                .members([
                    "name": .string(location.function),
                    "fullyQualifiedName": .string("\(location.path):\(location.function)"),
                    "kind": isModule ? "module" : "function",
                ])
            ])
        }
        return .members([
            "id": id.map { .integer($0) },
            "physicalLocation": physical,
            "logicalLocations": logical,
            "message": message.map { .members(["text": .string(Self.message($0))]) },
        ])
    }

    func artifactLocation(_ uri: String, _ index: Int) -> JSONValue {
        .members([
            "uri": .string(uri), "uriBaseId": "%SRCROOT%", "index": .integer(index),
        ])
    }

    private static func region(_ location: Location) -> JSONValue? {
        guard location.line >= 1 else { return nil }
        let start = location.column.flatMap { $0 >= 1 ? $0 : nil }
        let end = start.flatMap { start in
            location.endColumn.flatMap { $0 >= start ? $0 : nil }
        }
        return .members([
            "startLine": .integer(location.line),
            "startColumn": start.map { .integer($0) },
            "endLine": end.map { _ in .integer(location.line) },
            "endColumn": end.map { .integer($0) },
            "snippet": location.snippet.isEmpty
                ? nil : .members(["text": .string(location.snippet)]),
        ])
    }

    /// What a frame's path is.
    enum Target {
        case own(String)
        case foreign(String)
    }

    static func uri(of path: String) -> Target? {
        if path.isEmpty || path.hasPrefix("<") { return nil }
        return path.hasPrefix("/") ? .foreign("file://\(percentEncoded(path))") : .own(path)
    }

    /// `path` as the path of a URI: everything but slashes and unreserved characters is encoded.
    ///
    /// Source: RFC 3986 §2.3, §4.2.
    static func percentEncoded(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
