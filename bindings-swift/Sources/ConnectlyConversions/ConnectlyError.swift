import Foundation

/// Why a call did not do what it was asked. Its case is the kind: what a caller can act on.
///
/// ```swift
/// do {
///     let receipt = try await client.send(event)
/// } catch ConnectlyError.rejected(let details) {
///     logger.error("refused: \(details.message)")  // Connectly's or Meta's own words
/// } catch let error as ConnectlyError where error.retryable {
///     // the same event may be sent again later
/// }
/// ```
///
/// The API key is never part of an error.
@dynamicMemberLookup
public enum ConnectlyError: Error, Sendable, Hashable {
    /// The client is set up wrongly: key, business id, URL, limits, or an API that redirects.
    case configuration(Details)
    /// The event or the landing is invalid. Nothing was sent; ``Details/issues`` has every problem.
    case validation(Details)
    /// The API refused the key (401, 403).
    case authentication(Details)
    /// The business is unknown or has no WhatsApp Cloud channel (404).
    case notFound(Details)
    /// The API or Meta refused this event (400 and other 4xx), in their own words.
    case rejected(Details)
    /// The API asks to come later (425, 429).
    case rateLimited(Details)
    /// The API failed (5xx).
    case server(Details)
    /// The connection failed or broke.
    case network(Details)
    /// No answer came in time.
    case timeout(Details)
    /// A 2xx that does not say that the event was received.
    case response(Details)
    /// The durable queue failed.
    case outbox(Details)
    /// A defect in this library; please report it.
    case `internal`(Details)

    /// What every error has, whatever its kind.
    public struct Details: Sendable, Hashable {
        /// The stable code, such as `rate_limited`: narrower than the kind.
        public let code: Code
        /// What happened, in one line. For a refusal the API's own words.
        public let message: String
        /// The HTTP status, if an answer came.
        public let status: Int?
        /// Whether the same event may be sent again later without being counted twice.
        public let retryable: Bool
        /// How long the API asked to wait (`Retry-After`).
        public let retryAfter: Duration?
        /// How many requests were made. 0 where nothing was sent.
        public let attempts: Int
        /// Every problem of an invalid event or landing. Empty for other kinds.
        public let issues: [Issue]
        /// The answer's body as text, at most 64 KiB, if an answer came.
        public let rawBody: String?
    }

    /// The name of a case, as `core/schema/errors.json` has it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// See ``ConnectlyError/configuration(_:)``.
        case configuration
        /// See ``ConnectlyError/validation(_:)``.
        case validation
        /// See ``ConnectlyError/authentication(_:)``.
        case authentication
        /// See ``ConnectlyError/notFound(_:)``.
        case notFound = "not_found"
        /// See ``ConnectlyError/rejected(_:)``.
        case rejected
        /// See ``ConnectlyError/rateLimited(_:)``.
        case rateLimited = "rate_limited"
        /// See ``ConnectlyError/server(_:)``.
        case server
        /// See ``ConnectlyError/network(_:)``.
        case network
        /// See ``ConnectlyError/timeout(_:)``.
        case timeout
        /// See ``ConnectlyError/response(_:)``.
        case response
        /// See ``ConnectlyError/outbox(_:)``.
        case outbox
        /// See ``ConnectlyError/internal(_:)``.
        case `internal`
    }

    /// The kind without the details.
    public var kind: Kind {
        switch self {
        case .configuration: .configuration
        case .validation: .validation
        case .authentication: .authentication
        case .notFound: .notFound
        case .rejected: .rejected
        case .rateLimited: .rateLimited
        case .server: .server
        case .network: .network
        case .timeout: .timeout
        case .response: .response
        case .outbox: .outbox
        case .internal: .internal
        }
    }

    /// What every error has, whatever its kind.
    public var details: Details {
        switch self {
        case .configuration(let details), .validation(let details), .authentication(let details),
            .notFound(let details), .rejected(let details), .rateLimited(let details),
            .server(let details), .network(let details), .timeout(let details),
            .response(let details), .outbox(let details), .internal(let details):
            details
        }
    }

    /// A member of ``details``: `error.code`, `error.status`, `error.retryable`.
    public subscript<Value>(dynamicMember member: KeyPath<Details, Value>) -> Value {
        details[keyPath: member]
    }
}

extension ConnectlyError: LocalizedError, CustomStringConvertible {
    /// The code and the message in one line.
    public var description: String {
        "\(details.code): \(details.message)"
    }

    /// The code and the message in one line.
    public var errorDescription: String? { description }

    /// The message: for a refusal the API's own words.
    public var failureReason: String? { details.message }
}
