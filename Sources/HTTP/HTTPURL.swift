/// An http or https address, taken apart (RFC 3986). Its `description` is safe to print: it leaves out the query,
/// where signatures and tokens stand.
public struct HTTPURL: Sendable, Equatable, CustomStringConvertible {
    /// "http" or "https".
    public let scheme: String
    /// In lower case; an IPv6 address keeps its brackets.
    public let host: String
    /// The port, also where the text leaves it to the scheme.
    public let port: Int
    /// The path as it goes over the wire (percent-encoded), with its leading slash.
    public let path: String
    /// What follows the question mark, without it.
    public let query: String?

    /// - Throws: `HTTPError` of kind `.invalidURL` where it is no http or https address, or carries a user or password.
    public init(_ text: String) throws {
        func fail(_ reason: String) -> HTTPError { HTTPError(.invalidURL, url: scrubbedURL(text), reason) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw fail("it has characters that do not belong in an address")
        }
        guard let mark = text.firstRange(of: "://") else { throw fail("it does not begin with https:// or http://") }
        let scheme = text[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { throw fail("only https and http are spoken") }
        let withoutFragment = text[mark.upperBound...].prefix { $0 != "#" }
        let authority = withoutFragment.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw fail("a user name or password in the address is not accepted") }
        guard let (host, port) = Self.hostAndPort(authority) else { throw fail("its host or port is not valid") }
        self.scheme = scheme
        self.host = host
        self.port = port ?? (scheme == "https" ? 443 : 80)
        let rest = withoutFragment.dropFirst(authority.count)
        let path = rest.prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        query = rest.count > path.count ? String(rest.dropFirst(path.count + 1)) : nil
    }

    init(scheme: String, host: String, port: Int, path: String, query: String?) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.query = query
    }

    /// Scheme, host and port: what credentials belong to. A port that the scheme implies is left out.
    public var origin: String {
        port == (scheme == "https" ? 443 : 80) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
    }

    /// The whole address, query included. For the wire; print `description` instead.
    public var text: String { origin + path + (query.map { "?" + $0 } ?? "") }

    public var description: String { origin + path + (query == nil ? "" : "?...") }

    /// Whether the host is this machine: "localhost", 127.0.0.0/8 or [::1].
    public var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// This address with more path; the parts must be percent-encoded already.
    public func appending(path more: String) -> HTTPURL {
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        return HTTPURL(scheme: scheme, host: host, port: port, path: base + "/" + more, query: nil)
    }

    /// This address with another query.
    public func with(query: String) -> HTTPURL {
        HTTPURL(scheme: scheme, host: host, port: port, path: path, query: query)
    }

    /// Where a `Location` header leads from here (RFC 3986, section 5.2; dot segments are left to libcurl).
    public func resolving(_ location: String) throws -> HTTPURL {
        let location = Self.encodingForeign(location)
        if location.isEmpty { return self }
        if location.hasPrefix("//") { return try HTTPURL("\(scheme):\(location)") }
        if let colon = location.firstIndex(of: ":"), location[..<colon].allSatisfy({ $0.isLetter || $0.isNumber }) {
            return try HTTPURL(location)
        }
        if location.hasPrefix("/") { return try HTTPURL(origin + location) }
        if location.hasPrefix("?") { return try HTTPURL(origin + path + location) }
        if location.hasPrefix("#") { return self }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return try HTTPURL(origin + folder + location)
    }

    private static func hostAndPort(_ authority: Substring) -> (String, Int?)? {
        let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        let host = authority[..<(end ?? authority.firstIndex(of: ":") ?? authority.endIndex)]
        let rest = authority[host.endIndex...]
        let plain = host.utf8.allSatisfy {
            isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        let bracketed =
            host.hasPrefix("[") && host.hasSuffix("]")
            && host.dropFirst().dropLast().utf8.allSatisfy { isHexOrColon($0) }
        guard !host.isEmpty, end == nil ? plain : bracketed else { return nil }
        if rest.isEmpty || rest == ":" { return (host.lowercased(), nil) }
        guard rest.hasPrefix(":"), rest.dropFirst().utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let port = UInt16(rest.dropFirst()), port > 0
        else { return nil }
        return (host.lowercased(), Int(port))
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a
    }

    private static func isHexOrColon(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x3a || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66 || byte == UInt8(ascii: ".")
    }

    /// Servers put spaces and umlauts into `Location`; browsers encode them.
    private static func encodingForeign(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if byte > 0x20 && byte < 0x7f {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += percentEncoded(byte)
            }
        }
        return encoded
    }
}

/// `text` as one part of a path or query: everything but letters, digits and `-._~` percent-encoded, the slash too.
public func percentEncode(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
        let scalar = Unicode.Scalar(byte)
        if scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            || "-._~".unicodeScalars.contains(scalar)
        {
            encoded.unicodeScalars.append(scalar)
        } else {
            encoded += percentEncoded(byte)
        }
    }
    return encoded
}

private func percentEncoded(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "%0" + digits : "%" + digits
}

/// A text that should be an address, with whatever may be a credential in it left out: for messages about
/// addresses that could not be read.
func scrubbedURL(_ text: String) -> String {
    let beforeQuery = text.prefix { $0 != "?" && $0 != "#" }
    let start = beforeQuery.firstRange(of: "://")?.upperBound ?? beforeQuery.startIndex
    // Up to the last @ of all: a password may hold a slash that nobody encoded.
    let ending = beforeQuery.endIndex < text.endIndex ? "?..." : ""
    guard let at = beforeQuery[start...].lastIndex(of: "@") else { return printable(beforeQuery + ending) }
    return printable(beforeQuery[..<start] + "[secret]" + beforeQuery[at...] + ending)
}

/// Text of foreign origin made fit for one line of a log: control characters become spaces, runs of white space
/// one space, and what exceeds `limit` characters is cut.
public func printable(_ text: some StringProtocol, limit: Int = 300) -> String {
    let clean = String(text.prefix(limit * 8)).unicodeScalars.map { scalar -> Character in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: " "
        default: Character(scalar)
        }
    }
    let joined = clean.split(whereSeparator: \.isWhitespace).map { String($0) }.joined(separator: " ")
    return joined.count > limit ? joined.prefix(limit) + "..." : joined
}
