extension ConnectlyError {
    /// The stable code of an error; `core/schema/errors.json` says when each is given.
    ///
    /// A later release may add codes, so this is not an enumeration: compare with the constants.
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The code in snake case, the same in every language.
        public let rawValue: String

        /// The code of this name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The code in snake case.
        public var description: String { rawValue }
    }
}

extension ConnectlyError.Code: CaseIterable {
    /// Every code that this release knows.
    public static let allCases: [ConnectlyError.Code] = [
        .missingAPIKey, .invalidAPIKey, .missingBusinessID, .invalidBusinessID, .invalidBaseURL,
        .insecureBaseURL, .invalidTimeout, .invalidRetryPolicy, .invalidConcurrency,
        .invalidOption, .invalidProxy, .invalidCABundle, .tlsSetupFailed, .clientClosed,
        .redirected, .invalidEvent, .invalidTracking, .unauthenticated, .forbidden, .notFound,
        .rejected, .tooEarly, .rateLimited, .unavailable, .serverError, .dnsFailed,
        .connectFailed, .tlsFailed, .connectionLost, .connectTimeout, .attemptTimeout,
        .deadlineExceeded, .requestTimeout, .notReceived, .unreadableResponse, .responseTooLarge,
        .unknownOutcome, .`internal`,
    ]

    /// No API key was given, nor is CONNECTLY_API_KEY set.
    public static let missingAPIKey = Self(rawValue: "missing_api_key")
    /// The API key cannot be a header's value.
    public static let invalidAPIKey = Self(rawValue: "invalid_api_key")
    /// No business id was given, nor is CONNECTLY_BUSINESS_ID set.
    public static let missingBusinessID = Self(rawValue: "missing_business_id")
    /// The business id is not a UUID.
    public static let invalidBusinessID = Self(rawValue: "invalid_business_id")
    /// The base URL cannot be used.
    public static let invalidBaseURL = Self(rawValue: "invalid_base_url")
    /// Plain http to a host that is not this machine.
    public static let insecureBaseURL = Self(rawValue: "insecure_base_url")
    /// A time-out that is zero, negative or not a number.
    public static let invalidTimeout = Self(rawValue: "invalid_timeout")
    /// A retry policy that cannot be followed.
    public static let invalidRetryPolicy = Self(rawValue: "invalid_retry_policy")
    /// A concurrency of zero.
    public static let invalidConcurrency = Self(rawValue: "invalid_concurrency")
    /// An option whose value is none of those it takes.
    public static let invalidOption = Self(rawValue: "invalid_option")
    /// The proxy's URL cannot be used.
    public static let invalidProxy = Self(rawValue: "invalid_proxy")
    /// The CA bundle cannot be read or holds no certificate.
    public static let invalidCABundle = Self(rawValue: "invalid_ca_bundle")
    /// TLS could not be set up on this machine.
    public static let tlsSetupFailed = Self(rawValue: "tls_setup_failed")
    /// The client was closed before.
    public static let clientClosed = Self(rawValue: "client_closed")
    /// The API answered with a redirect, which is never followed.
    public static let redirected = Self(rawValue: "redirected")
    /// The event breaks a rule; issues lists every problem.
    public static let invalidEvent = Self(rawValue: "invalid_event")
    /// The landing parameters break a rule; issues lists every problem.
    public static let invalidTracking = Self(rawValue: "invalid_tracking")
    /// 401.
    public static let unauthenticated = Self(rawValue: "unauthenticated")
    /// 403.
    public static let forbidden = Self(rawValue: "forbidden")
    /// 404.
    public static let notFound = Self(rawValue: "not_found")
    /// 400 or a 4xx without a meaning of its own.
    public static let rejected = Self(rawValue: "rejected")
    /// 425.
    public static let tooEarly = Self(rawValue: "too_early")
    /// 429.
    public static let rateLimited = Self(rawValue: "rate_limited")
    /// 503.
    public static let unavailable = Self(rawValue: "unavailable")
    /// Any other 5xx.
    public static let serverError = Self(rawValue: "server_error")
    /// The host's name has no address.
    public static let dnsFailed = Self(rawValue: "dns_failed")
    /// No connection; nothing was sent.
    public static let connectFailed = Self(rawValue: "connect_failed")
    /// The TLS handshake failed: certificate, host name or protocol; nothing was sent.
    public static let tlsFailed = Self(rawValue: "tls_failed")
    /// The connection broke after writing began.
    public static let connectionLost = Self(rawValue: "connection_lost")
    /// No connection in time; nothing was sent.
    public static let connectTimeout = Self(rawValue: "connect_timeout")
    /// No answer to one attempt in time.
    public static let attemptTimeout = Self(rawValue: "attempt_timeout")
    /// The whole call's deadline passed.
    public static let deadlineExceeded = Self(rawValue: "deadline_exceeded")
    /// 408.
    public static let requestTimeout = Self(rawValue: "request_timeout")
    /// A 2xx that says events_received 0.
    public static let notReceived = Self(rawValue: "not_received")
    /// A 2xx that cannot be understood.
    public static let unreadableResponse = Self(rawValue: "unreadable_response")
    /// An answer over 64 KiB.
    public static let responseTooLarge = Self(rawValue: "response_too_large")
    /// Ambiguous, and a resend could count the conversion twice.
    public static let unknownOutcome = Self(rawValue: "unknown_outcome")
    /// A defect in this library; please report it.
    public static let `internal` = Self(rawValue: "internal")
}
