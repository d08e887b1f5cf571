import Foundation

extension ConnectlyError: Codable {
    /// Reads what ``encode(to:)`` wrote.
    ///
    /// - Throws: `DecodingError` where a member is missing or malformed.
    public init(from decoder: any Decoder) throws {
        let stored = try StoredObject(from: decoder)
        guard let kind = stored.string("kind").flatMap(Kind.init),
            let code = stored.string("code"), let message = stored.string("message")
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a stored error"))
        }
        self.init(
            kind,
            Details(
                code: Code(rawValue: code), message: message, status: stored.integer("status"),
                retryable: stored.members["retryable"] == .bool(true),
                retryAfter: stored.number("retry_after").map {
                    .seconds(NSDecimalNumber(decimal: $0).doubleValue)
                },
                attempts: stored.integer("attempts") ?? 0,
                issues: stored.objects("issues").compactMap(Issue.init),
                rawBody: stored.string("raw_body"), causes: stored.strings("causes")))
    }

    /// Writes every field, under the names that each language of this library has, `retry_after`
    /// in seconds: an error that a job queue carried keeps its kind and its code.
    public func encode(to encoder: any Encoder) throws {
        try StoredObject([
            "kind": .string(kind.rawValue),
            "code": .string(details.code.rawValue),
            "message": .string(details.message),
            "status": details.status.map { .number(Decimal($0)) } ?? .null,
            "retryable": .bool(details.retryable),
            "retry_after": details.retryAfter.map { .number(Decimal($0.inSeconds)) } ?? .null,
            "attempts": .number(Decimal(details.attempts)),
            "issues": .array(details.issues.map(\.stored)),
            "raw_body": details.rawBody.map(JSONValue.string) ?? .null,
            "causes": .array(details.causes.map(JSONValue.string)),
        ]).encode(to: encoder)
    }
}

extension Issue {
    fileprivate init?(_ stored: StoredObject) {
        guard let code = stored.string("code"), let path = stored.string("path"),
            let message = stored.string("message"),
            let severity = stored.string("severity").flatMap(Severity.init)
        else { return nil }
        self.init(
            code: Code(rawValue: code), severity: severity, path: path, message: message,
            suggestion: stored.string("suggestion"))
    }

    fileprivate var stored: JSONValue {
        .object([
            "code": .string(code.rawValue), "severity": .string(severity.rawValue),
            "path": .string(path), "message": .string(message),
            "suggestion": suggestion.map(JSONValue.string) ?? .null,
        ])
    }
}

extension StoredObject {
    fileprivate func string(_ name: String) -> String? {
        if case .string(let text)? = members[name] { text } else { nil }
    }

    fileprivate func number(_ name: String) -> Decimal? {
        if case .number(let number)? = members[name] { number } else { nil }
    }

    fileprivate func integer(_ name: String) -> Int? {
        number(name).flatMap { Int($0.description) }
    }

    fileprivate func strings(_ name: String) -> [String] {
        guard case .array(let values)? = members[name] else { return [] }
        return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    fileprivate func objects(_ name: String) -> [StoredObject] {
        guard case .array(let values)? = members[name] else { return [] }
        return values.compactMap { value in
            if case .object(let members) = value { StoredObject(members) } else { nil }
        }
    }
}
