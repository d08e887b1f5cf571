//! Kinds and codes of errors. `schema/errors.json` lists them; a test holds this file against it.

use crate::named::named;

named! {
    /// What a caller can act on; in other languages each kind is a subclass.
    ErrorKind {
        /// The client is set up wrongly: key, business id, URL, limits, or an API that redirects.
        Configuration = "configuration",
        /// The event or the landing is invalid; nothing was sent.
        Validation = "validation",
        /// The API refused the key (401, 403).
        Authentication = "authentication",
        /// The business is unknown or has no `WhatsApp` Cloud channel (404).
        NotFound = "not_found",
        /// The API or Meta refused this event (400 and other 4xx).
        Rejected = "rejected",
        /// The API asks to come later (425, 429).
        RateLimited = "rate_limited",
        /// The API failed (5xx).
        Server = "server",
        /// The connection failed or broke.
        Network = "network",
        /// No answer in time.
        Timeout = "timeout",
        /// A 2xx that does not say that the event was received.
        Response = "response",
        /// The durable queue failed.
        Outbox = "outbox",
        /// A defect in this library.
        Internal = "internal",
    }
}

named! {
    /// The stable code of an error: narrower than its kind.
    ErrorCode {
        /// No API key was given, nor is `CONNECTLY_API_KEY` set.
        MissingApiKey = "missing_api_key",
        /// The API key cannot be a header's value.
        InvalidApiKey = "invalid_api_key",
        /// No business id was given, nor is `CONNECTLY_BUSINESS_ID` set.
        MissingBusinessId = "missing_business_id",
        /// The business id is not a UUID.
        InvalidBusinessId = "invalid_business_id",
        /// The base URL cannot be used.
        InvalidBaseUrl = "invalid_base_url",
        /// Plain `http` to a host that is not this machine.
        InsecureBaseUrl = "insecure_base_url",
        /// A time-out that is zero, negative or not a number.
        InvalidTimeout = "invalid_timeout",
        /// A retry policy that cannot be followed.
        InvalidRetryPolicy = "invalid_retry_policy",
        /// A concurrency of zero.
        InvalidConcurrency = "invalid_concurrency",
        /// An option whose value is none of those it takes.
        InvalidOption = "invalid_option",
        /// The proxy's URL cannot be used.
        InvalidProxy = "invalid_proxy",
        /// The CA bundle cannot be read or holds no certificate.
        InvalidCaBundle = "invalid_ca_bundle",
        /// TLS could not be set up on this machine.
        TlsSetupFailed = "tls_setup_failed",
        /// The client was closed before.
        ClientClosed = "client_closed",
        /// The API answered with a redirect, which is never followed.
        Redirected = "redirected",
        /// The event breaks a rule; `issues` lists every problem.
        InvalidEvent = "invalid_event",
        /// The landing parameters break a rule; `issues` lists every problem.
        InvalidTracking = "invalid_tracking",
        /// 401.
        Unauthenticated = "unauthenticated",
        /// 403.
        Forbidden = "forbidden",
        /// 404.
        NotFound = "not_found",
        /// 400 or a 4xx without a meaning of its own.
        Rejected = "rejected",
        /// 425.
        TooEarly = "too_early",
        /// 429.
        RateLimited = "rate_limited",
        /// 503.
        Unavailable = "unavailable",
        /// Any other 5xx.
        ServerError = "server_error",
        /// The host's name has no address.
        DnsFailed = "dns_failed",
        /// No connection; nothing was sent.
        ConnectFailed = "connect_failed",
        /// The TLS handshake failed: certificate, host name or protocol; nothing was sent.
        TlsFailed = "tls_failed",
        /// The connection broke after writing began.
        ConnectionLost = "connection_lost",
        /// No connection in time; nothing was sent.
        ConnectTimeout = "connect_timeout",
        /// No answer to one attempt in time.
        AttemptTimeout = "attempt_timeout",
        /// The whole call's deadline passed.
        DeadlineExceeded = "deadline_exceeded",
        /// 408.
        RequestTimeout = "request_timeout",
        /// A 2xx that says `events_received` 0.
        NotReceived = "not_received",
        /// A 2xx that cannot be understood.
        UnreadableResponse = "unreadable_response",
        /// An answer over 64 KiB.
        ResponseTooLarge = "response_too_large",
        /// Ambiguous, and a resend could count the conversion twice.
        UnknownOutcome = "unknown_outcome",
        /// A defect in this library; please report it.
        Internal = "internal",
    }
}
