internal import ConnectlyFFI

/// One problem of an event or of a landing: where it is, what is wrong, and what to do.
///
/// The codes are the same in every language.
public struct Issue: Sendable, Hashable, Codable {
    /// Whether a problem refuses the event.
    public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
        /// The event or the landing is refused.
        case error
        /// The event goes out all the same.
        case warning
    }

    /// The stable code, such as `invalid_amount`.
    ///
    /// Compare it with the constants of ``Issue/Code``. A later release may add codes.
    public let code: Code
    /// Whether the problem refuses the event. It belongs to the code.
    public let severity: Severity
    /// Where: `payload.contents[1].quantity`. Empty for the document as a whole.
    public let path: String
    /// What is wrong, what was given, what to do.
    public let message: String
    /// The value that was meant, as text, where the library is sure of it.
    public let suggestion: String?

    init(code: Code, severity: Severity, path: String, message: String, suggestion: String?) {
        self.code = code
        self.severity = severity
        self.path = path
        self.message = message
        self.suggestion = suggestion
    }

    init(_ record: IssueRecord) {
        self.init(
            code: Code(rawValue: record.code),
            severity: Severity(rawValue: record.severity) ?? .error, path: record.path,
            message: record.message, suggestion: record.suggestion)
    }
}

extension Issue: CustomStringConvertible {
    /// The path and the message in one line.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        let hint = suggestion.map { " (suggestion: \($0))" } ?? ""
        return "\(place)\(message)\(hint)"
    }
}
