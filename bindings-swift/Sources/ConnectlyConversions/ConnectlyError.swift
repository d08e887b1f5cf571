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
    // generated: kinds (core/schema/surface.json; make generate)
    /// A setting or an argument cannot be used, the client is closed, or the API redirects. Correct
    /// the setting. Sending again changes nothing.
    case configuration(Details)
    /// The event or the landing breaks a rule. Nothing was sent; `issues` lists every problem.
    /// Correct what `issues` names.
    case validation(Details)
    /// The API refused the key (401, 403). Correct the key, then send again.
    case authentication(Details)
    /// The API does not know the business, or it has no WhatsApp Cloud channel (404). Check the
    /// business id and the base URL, then send again.
    case notFound(Details)
    /// The API or Meta refused this event (400 and every 4xx without a kind of its own). The
    /// message is their own words. Read the message. The same event would be refused again.
    case rejected(Details)
    /// The API asks to come later (425, 429). Send the same event again, after `retryAfter` where
    /// it is given.
    case rateLimited(Details)
    /// The API failed (5xx). Send the same event again later if `retryable` says so.
    case server(Details)
    /// There was no connection, or it broke. Send the same event again later if `retryable` says
    /// so.
    case network(Details)
    /// No answer came in time. Send the same event again later if `retryable` says so.
    case timeout(Details)
    /// The API answered 2xx, but the answer does not say that the event was received. Look at
    /// `rawBody`. Send the same event again only if `retryable` says so.
    case response(Details)
    /// The durable queue failed. Look at the message and at the database.
    case outbox(Details)
    /// A defect in this library. Please report it with the message.
    case `internal`(Details)
    // generated: end; by hand from here

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
        /// What lies beneath, outermost first: of a failed connection the system's own words.
        public let causes: [String]
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
