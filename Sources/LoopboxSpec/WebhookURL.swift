// SPDX-License-Identifier: Apache-2.0

/// What the URL of a webhook must be like. Where a name leads is looked at when it is called; an address
/// is looked at here as well, so that whoever sends it learns of it at once.
///
/// Source: RFC 3986 §3.
enum WebhookURL {
    /// Bytes; more than what servers take as a request line.
    static let bytesMax = 2048

    /// What is wrong with `url`; nil for a good one.
    static func error(in url: String, key: String, context: SpecContext) -> SpecError? {
        guard url.utf8.count <= bytesMax else {
            return .tooLong(key: key, count: url.utf8.count, limit: bytesMax, unit: "bytes")
        }
        guard !url.isEmpty else {
            return .nothingIn(key: key, cure: "for example https://ci.example.com/hooks/loopbox")
        }
        if let problem = problem(in: url) { return .url(key: key, problem) }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let isAllowed = context.webhookSchemes.contains { $0.rawValue == scheme }
        guard isAllowed else { return .schemeNotAllowed(key: key, scheme: scheme) }
        return context.webhookCheck?.refusal(url).map { .webhookRefused(key: key, reason: $0) }
    }

    private static func problem(in url: String) -> SpecError.URLProblem? {
        guard let end = url.firstRange(of: "://") else { return .noScheme }
        let scheme = url[..<end.lowerBound]
        guard scheme.utf8.allSatisfy({ $0.isLetterOfASCII || $0.isDigitOfASCII }), !scheme.isEmpty
        else { return .noScheme }
        guard SpecContext.WebhookScheme(rawValue: scheme.lowercased()) != nil else {
            return .scheme(String(scheme))
        }
        let rest = url[end.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        // Before all else, as what follows here would be told.
        if authority.contains("@") { return .credentials }
        if authority.utf8.contains(where: { $0 >= 0x80 }) { return .hostNotASCII }
        if let bad = url.unicodeScalars.first(where: { !isOfURL($0) }) { return .character(bad) }
        if rest.contains("#") { return .fragment }
        return problem(inAuthority: authority)
    }

    private static func problem(inAuthority authority: Substring) -> SpecError.URLProblem? {
        var host = authority
        var port: Substring?
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return .host }
            host = authority[...close]
            let address = host.dropFirst().dropLast()
            guard address.contains(":"), address.allSatisfy({ $0.isHexDigit || ":.".contains($0) })
            else { return .host }
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.first == ":" else { return .host }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        if host.isEmpty { return .noHost }
        if host.first != "[" {
            let isName = host.utf8.allSatisfy { byte in
                byte.isLetterOfASCII || byte.isDigitOfASCII || "-._".utf8.contains(byte)
            }
            guard isName, host.utf8.count <= 253, host.first != ".", !host.contains("..") else {
                return .host
            }
        }
        if let port {
            guard port.utf8.allSatisfy(\.isDigitOfASCII), let number = Int(port),
                (1...65535).contains(number)
            else { return .port }
        }
        return nil
    }

    private static func isOfURL(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x20 && scalar.value < 0x7F
            && !"\"<>\\^`{|}".unicodeScalars.contains(scalar)
    }
}

/// What the secret of a webhook must be like. Source: Standard Webhooks 1.0.0, "Secret".
enum WebhookSecret {
    /// What it starts with.
    static let prefix = "whsec_"
    /// Random bytes: fewer are too few for HMAC-SHA256, more are no safer.
    static let bytes = 24...64
    static let pattern = "^whsec_[A-Za-z0-9+/]{32,88}={0,2}$"

    /// What is wrong with `secret`; nil for a good one.
    static func error(in secret: String, key: String) -> SpecError? {
        guard secret.hasPrefix(prefix) else { return .secret(key: key, .prefix) }
        let rest = secret.dropFirst(prefix.count)
        guard !rest.contains(where: \.isWhitespace), let random = Base64.decode(String(rest)) else {
            return .secret(key: key, .notBase64)
        }
        guard bytes.contains(random.count) else {
            return .secret(key: key, .size(bytes: random.count))
        }
        return nil
    }
}
