// Generated from core/schema/surface.json by `make generate`.

extension ConnectlyError {
    /// The stable code of an error.
    ///
    /// A later release may add codes, so this is not an enumeration: compare with the constants.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
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
        .missingAPIKey,
        .invalidAPIKey,
        .missingBusinessID,
        .invalidBusinessID,
        .invalidBaseURL,
        .insecureBaseURL,
        .sandboxActive,
        .invalidTimeout,
        .invalidRetryPolicy,
        .invalidConcurrency,
        .invalidOption,
        .invalidProxy,
        .invalidCABundle,
        .tlsSetupFailed,
        .clientClosed,
        .redirected,
        .invalidEvent,
        .invalidTracking,
        .unauthenticated,
        .forbidden,
        .notFound,
        .rejected,
        .tooEarly,
        .rateLimited,
        .unavailable,
        .serverError,
        .dnsFailed,
        .connectFailed,
        .tlsFailed,
        .connectionLost,
        .connectTimeout,
        .attemptTimeout,
        .deadlineExceeded,
        .requestTimeout,
        .notReceived,
        .unreadableResponse,
        .responseTooLarge,
        .invalidOutboxURL,
        .wrongBusiness,
        .outboxTimeout,
        .outboxFull,
        .outboxDiskFull,
        .outboxBusy,
        .outboxUnavailable,
        .outboxCorrupt,
        .outboxForeign,
        .outboxTooNew,
        .outboxNetworkDisk,
        .outboxFailed,
        .unknownOutcome,
        .`internal`,
    ]

    /// No API key was given and `CONNECTLY_API_KEY` is not set. Give `apiKey` or set
    /// `CONNECTLY_API_KEY`.
    public static let missingAPIKey = Self(rawValue: "missing_api_key")
    /// The API key has blanks around it, or characters that an HTTP header cannot carry. Copy the
    /// key again from the Connectly inbox (Settings, General, API Key).
    public static let invalidAPIKey = Self(rawValue: "invalid_api_key")
    /// No business id was given and `CONNECTLY_BUSINESS_ID` is not set. Give `businessID` or set
    /// `CONNECTLY_BUSINESS_ID`.
    public static let missingBusinessID = Self(rawValue: "missing_business_id")
    /// The business id is not a UUID. Give the UUID of the business at Connectly. It is not the API
    /// key.
    public static let invalidBusinessID = Self(rawValue: "invalid_business_id")
    /// The base URL cannot be used. Give an https URL without user, query and fragment, or leave it
    /// out.
    public static let invalidBaseURL = Self(rawValue: "invalid_base_url")
    /// The base URL is plain `http` to another machine: the API key could be read on the way. Use
    /// https. In tests with several containers, set `allowInsecureHTTPForTests`.
    public static let insecureBaseURL = Self(rawValue: "insecure_base_url")
    /// A test's sandbox is active in this process, and this client would send to another machine.
    /// Nothing was sent. Make the client inside the test, so that it reads the sandbox's address,
    /// or give it the sandbox's URL as `baseURL`.
    public static let sandboxActive = Self(rawValue: "sandbox_active")
    /// A time limit is zero, negative, infinite or not a number. Give a number greater than 0.
    public static let invalidTimeout = Self(rawValue: "invalid_timeout")
    /// A number of the retry policy is negative, infinite or not a number. Give numbers of 0 or
    /// more.
    public static let invalidRetryPolicy = Self(rawValue: "invalid_retry_policy")
    /// The concurrency is not a whole number of 1 or more. Give a whole number of 1 or more.
    public static let invalidConcurrency = Self(rawValue: "invalid_concurrency")
    /// An option or an argument is unknown, or its value cannot be used. The message names the
    /// option and what it takes.
    public static let invalidOption = Self(rawValue: "invalid_option")
    /// The proxy's URL cannot be used. Give a URL such as `http://host:port`.
    public static let invalidProxy = Self(rawValue: "invalid_proxy")
    /// The file of certificates cannot be read or holds none. Give the path of a PEM file with at
    /// least one certificate.
    public static let invalidCABundle = Self(rawValue: "invalid_ca_bundle")
    /// TLS could not be set up on this machine. Look at the cause; install the system's
    /// certificates.
    public static let tlsSetupFailed = Self(rawValue: "tls_setup_failed")
    /// The client was closed. If requests were cut off by it, their events may have arrived. Send
    /// with a client that is open. What was cut off may be sent again if `retryable` says so.
    public static let clientClosed = Self(rawValue: "client_closed")
    /// The API answered with a redirect (3xx), which is never followed. Check the base URL.
    public static let redirected = Self(rawValue: "redirected")
    /// The event breaks a rule. Correct what `issues` names; it lists every problem.
    public static let invalidEvent = Self(rawValue: "invalid_event")
    /// The landing parameters break a rule. Look at `issues`, which lists every problem. A broken
    /// link must not break the page.
    public static let invalidTracking = Self(rawValue: "invalid_tracking")
    /// The API does not accept the key (401). Check the API key.
    public static let unauthenticated = Self(rawValue: "unauthenticated")
    /// The key may not report for this business (403). Check that the key and the business id
    /// belong together.
    public static let forbidden = Self(rawValue: "forbidden")
    /// The API does not know the business or the path (404). Check the business id and the base
    /// URL, and that the business has a WhatsApp Cloud channel.
    public static let notFound = Self(rawValue: "not_found")
    /// The API or Meta refused the event (400 and every 4xx without a code of its own). Read the
    /// message. The same event would be refused again.
    public static let rejected = Self(rawValue: "rejected")
    /// The API asks to come later (425). Send the same event again later.
    public static let tooEarly = Self(rawValue: "too_early")
    /// There were too many requests (429). Send the same event again, after `retryAfter` where it
    /// is given.
    public static let rateLimited = Self(rawValue: "rate_limited")
    /// The API is not available at the moment (503). Send the same event again later.
    public static let unavailable = Self(rawValue: "unavailable")
    /// The API failed (every other 5xx). The event may have been recorded. Send the same event
    /// again later if `retryable` says so.
    public static let serverError = Self(rawValue: "server_error")
    /// The name of the host has no address. Nothing was sent. Check the base URL, the proxy and the
    /// DNS; then send again.
    public static let dnsFailed = Self(rawValue: "dns_failed")
    /// No connection could be made. Nothing was sent. Check the network, the firewall and the
    /// proxy; then send again.
    public static let connectFailed = Self(rawValue: "connect_failed")
    /// The TLS handshake failed: certificate, host name or protocol. Nothing was sent. Check the
    /// base URL and `caBundle`; then send again.
    public static let tlsFailed = Self(rawValue: "tls_failed")
    /// The connection broke after sending began. The event may have been recorded. Send the same
    /// event again later if `retryable` says so.
    public static let connectionLost = Self(rawValue: "connection_lost")
    /// No connection was made in time. Nothing was sent. Send the same event again later.
    public static let connectTimeout = Self(rawValue: "connect_timeout")
    /// One attempt had no answer in time. The event may have been recorded. Send the same event
    /// again later if `retryable` says so.
    public static let attemptTimeout = Self(rawValue: "attempt_timeout")
    /// The time for the whole call is over. The event may have been recorded. Send the same event
    /// again later if `retryable` says so.
    public static let deadlineExceeded = Self(rawValue: "deadline_exceeded")
    /// The server says that the request took too long (408). The event may have been recorded. Send
    /// the same event again later if `retryable` says so.
    public static let requestTimeout = Self(rawValue: "request_timeout")
    /// The API answered 2xx with `events_received` 0. Look at `rawBody`. The same event would fare
    /// the same.
    public static let notReceived = Self(rawValue: "not_received")
    /// The API answered 2xx, but not as it should. The event may have been recorded. Look at
    /// `rawBody` and check the base URL. Send again only if `retryable` says so.
    public static let unreadableResponse = Self(rawValue: "unreadable_response")
    /// The answer is over 64 KiB. The event may have been recorded. Check the base URL. Send again
    /// only if `retryable` says so.
    public static let responseTooLarge = Self(rawValue: "response_too_large")
    /// The outbox's URL cannot be used. Give `sqlite:///absolute/path/of/a/file.db`, three slashes
    /// and an absolute path, or `postgresql://user:password@host/database`.
    public static let invalidOutboxURL = Self(rawValue: "invalid_outbox_url")
    /// The client sends for another business than the outbox's. Give both the same `businessID`.
    public static let wrongBusiness = Self(rawValue: "wrong_business")
    /// The event was not on the disk within `enqueueTimeout`. It may still come to be stored.
    /// Enqueue it again later: with an order id that does no harm. Look at the disk.
    public static let outboxTimeout = Self(rawValue: "outbox_timeout")
    /// As many events wait as `maxEvents` and `maxBytes` allow. The event was not stored. Look why
    /// nothing is delivered (`connectly outbox status`); then enqueue it again.
    public static let outboxFull = Self(rawValue: "outbox_full")
    /// The disk is full. The event was not stored; what was stored before is safe and is still
    /// delivered. Make room on the disk; then enqueue the event again.
    public static let outboxDiskFull = Self(rawValue: "outbox_disk_full")
    /// Another process kept the outbox locked for too long. Try again. Look for a process that
    /// holds a transaction on the outbox's tables.
    public static let outboxBusy = Self(rawValue: "outbox_busy")
    /// The outbox's file cannot be opened or written, or its PostgreSQL server does not serve it.
    /// Make the folder, and give the process's user the right to write in it; or look at the
    /// server, at the role and at its rights.
    public static let outboxUnavailable = Self(rawValue: "outbox_unavailable")
    /// The outbox's file is damaged. Stop all workers, keep a copy of the file with its `-wal`, and
    /// restore a backup or start a new file.
    public static let outboxCorrupt = Self(rawValue: "outbox_corrupt")
    /// The file, or the tables of this name, are of something else. Give the outbox a file of its
    /// own, or a schema.
    public static let outboxForeign = Self(rawValue: "outbox_foreign")
    /// A newer release made the outbox's tables, and this one cannot work with them. Update this
    /// process's release.
    public static let outboxTooNew = Self(rawValue: "outbox_too_new")
    /// The outbox's file lies on a network file system, where its locks do not hold. Put it on a
    /// disk of this machine.
    public static let outboxNetworkDisk = Self(rawValue: "outbox_network_disk")
    /// The outbox's database failed. Look at the message and at the cause.
    public static let outboxFailed = Self(rawValue: "outbox_failed")
    /// The event may have been recorded, and sending it again could count it twice: it has no order
    /// id, or 48 hours have passed. Do not send it again. Give every purchase an order id.
    public static let unknownOutcome = Self(rawValue: "unknown_outcome")
    /// A defect in this library. Please report it with the message.
    public static let `internal` = Self(rawValue: "internal")
}
