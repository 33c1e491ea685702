// SPDX-License-Identifier: Apache-2.0

public import HTTPWire

/// Why a server answers by itself, without its handler.
public enum HTTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the client sent is not to be understood, or too large.
    case wire(WireError)
    /// The head did not come within ``HTTPServer/Configuration/headTimeout``.
    case headTimeout(Duration)
    /// Of the body less than ``HTTPServer/Configuration/bodyProgressBytes`` came within
    /// ``HTTPServer/Configuration/bodyTimeout``.
    case bodyTimeout(Duration)
    /// The handler let go of the exchange and had not answered it.
    case notAnswered
    /// The handler's answer has a field that can't be sent.
    case unsendable(WireError)

    /// What is answered.
    public var status: HTTPStatus {
        switch self {
        case .wire(let error): error.status
        case .headTimeout, .bodyTimeout: .requestTimeout
        case .notAnswered, .unsendable: .internalServerError
        }
    }

    /// Whether the fault is the program's that uses the server.
    var isServerFault: Bool {
        switch self {
        case .notAnswered, .unsendable: true
        case .wire, .headTimeout, .bodyTimeout: false
        }
    }

    /// A sentence for the client. Of the server's own faults it tells nothing.
    public var detail: String {
        switch self {
        case .wire(let error): error.description
        case .headTimeout(let limit):
            "the request's head did not arrive within \(limit): send it at once"
        case .bodyTimeout(let limit):
            "too little of the request's body arrived within \(limit): send it faster"
        case .notAnswered, .unsendable:
            "the server could not answer; the fault is its own and was logged"
        }
    }

    /// A sentence for the operator.
    public var description: String {
        switch self {
        case .notAnswered: "the handler let go of the exchange without an answer"
        case .unsendable(let error): "the handler's answer can't be sent: \(error)"
        default: detail
        }
    }

    /// A problem document (RFC 9457) with type, title, status and detail, as JSON.
    public var problem: [UInt8] {
        var text = "{\"type\":\"about:blank\",\"title\":\"\(status.reason)\","
        text += "\"status\":\(status.code),\"detail\":\""
        for scalar in detail.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                text += "\\"
                text.unicodeScalars.append(scalar)
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\"}\n"
        return Array(text.utf8)
    }
}
