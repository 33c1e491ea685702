// SPDX-License-Identifier: Apache-2.0

/// A response's status code (RFC 9110 §15).
public struct HTTPStatus: Hashable, Sendable, CustomStringConvertible {
    /// 100 to 599.
    public let code: Int

    /// A code from 100 to 599; anything else is a mistake of the program.
    public init(_ code: Int) {
        precondition(100...599 ~= code, "a status code is outside 100 to 599")
        self.code = code
    }

    private init(known code: Int) { self.code = code }

    /// 200
    public static var ok: HTTPStatus { HTTPStatus(known: 200) }
    /// 201
    public static var created: HTTPStatus { HTTPStatus(known: 201) }
    /// 202
    public static var accepted: HTTPStatus { HTTPStatus(known: 202) }
    /// 204
    public static var noContent: HTTPStatus { HTTPStatus(known: 204) }
    /// 206
    public static var partialContent: HTTPStatus { HTTPStatus(known: 206) }
    /// 304
    public static var notModified: HTTPStatus { HTTPStatus(known: 304) }
    /// 400
    public static var badRequest: HTTPStatus { HTTPStatus(known: 400) }
    /// 401
    public static var unauthorized: HTTPStatus { HTTPStatus(known: 401) }
    /// 403
    public static var forbidden: HTTPStatus { HTTPStatus(known: 403) }
    /// 404
    public static var notFound: HTTPStatus { HTTPStatus(known: 404) }
    /// 405
    public static var methodNotAllowed: HTTPStatus { HTTPStatus(known: 405) }
    /// 406
    public static var notAcceptable: HTTPStatus { HTTPStatus(known: 406) }
    /// 408
    public static var requestTimeout: HTTPStatus { HTTPStatus(known: 408) }
    /// 409
    public static var conflict: HTTPStatus { HTTPStatus(known: 409) }
    /// 412
    public static var preconditionFailed: HTTPStatus { HTTPStatus(known: 412) }
    /// 413
    public static var contentTooLarge: HTTPStatus { HTTPStatus(known: 413) }
    /// 414
    public static var uriTooLong: HTTPStatus { HTTPStatus(known: 414) }
    /// 415
    public static var unsupportedMediaType: HTTPStatus { HTTPStatus(known: 415) }
    /// 416
    public static var rangeNotSatisfiable: HTTPStatus { HTTPStatus(known: 416) }
    /// 417
    public static var expectationFailed: HTTPStatus { HTTPStatus(known: 417) }
    /// 422
    public static var unprocessableContent: HTTPStatus { HTTPStatus(known: 422) }
    /// 429
    public static var tooManyRequests: HTTPStatus { HTTPStatus(known: 429) }
    /// 431
    public static var requestHeaderFieldsTooLarge: HTTPStatus { HTTPStatus(known: 431) }
    /// 500
    public static var internalServerError: HTTPStatus { HTTPStatus(known: 500) }
    /// 501
    public static var notImplemented: HTTPStatus { HTTPStatus(known: 501) }
    /// 503
    public static var serviceUnavailable: HTTPStatus { HTTPStatus(known: 503) }
    /// 505
    public static var httpVersionNotSupported: HTTPStatus { HTTPStatus(known: 505) }

    /// Whether a response of this status never has content: 1xx, 204, 304 (RFC 9112 §6.3).
    public var isBodiless: Bool { code < 200 || code == 204 || code == 304 }

    /// The code and its phrase: `404 Not Found`.
    public var description: String { "\(code) \(reason)" }

    /// The phrase that goes with the code; empty for a code without a registered one.
    public var reason: StaticString {
        switch code {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 103: "Early Hints"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 203: "Non-Authoritative Information"
        case 204: "No Content"
        case 205: "Reset Content"
        case 206: "Partial Content"
        case 300: "Multiple Choices"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 425: "Too Early"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 451: "Unavailable For Legal Reasons"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 511: "Network Authentication Required"
        default: ""
        }
    }
}
