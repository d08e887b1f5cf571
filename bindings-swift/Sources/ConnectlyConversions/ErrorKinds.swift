// Generated from core/schema/surface.json by `make generate`.

extension ConnectlyError {
    /// The name of a case, the same in every language.
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
        case .configuration(let details),
            .validation(let details),
            .authentication(let details),
            .notFound(let details),
            .rejected(let details),
            .rateLimited(let details),
            .server(let details),
            .network(let details),
            .timeout(let details),
            .response(let details),
            .outbox(let details),
            .internal(let details):
            details
        }
    }

    init(_ kind: Kind, _ details: Details) {
        self =
            switch kind {
            case .configuration: .configuration(details)
            case .validation: .validation(details)
            case .authentication: .authentication(details)
            case .notFound: .notFound(details)
            case .rejected: .rejected(details)
            case .rateLimited: .rateLimited(details)
            case .server: .server(details)
            case .network: .network(details)
            case .timeout: .timeout(details)
            case .response: .response(details)
            case .outbox: .outbox(details)
            case .internal: .internal(details)
            }
    }
}
