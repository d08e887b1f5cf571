//! Kinds and codes of errors. Generated from `schema/surface.json` by `make generate`.

use crate::named::named;

named! {
    /// What a caller can act on; in other languages each kind is a class.
    ErrorKind {
        /// A setting or an argument cannot be used, the client is closed, or the API redirects.
        /// Correct the setting. Sending again changes nothing.
        Configuration = "configuration",
        /// The event or the landing breaks a rule. Nothing was sent; `issues` lists every problem.
        /// Correct what `issues` names.
        Validation = "validation",
        /// The API refused the key (401, 403). Correct the key, then send again.
        Authentication = "authentication",
        /// The API does not know the business, or it has no WhatsApp Cloud channel (404). Check the
        /// business id and the base URL, then send again.
        NotFound = "not_found",
        /// The API or Meta refused this event (400 and every 4xx without a kind of its own). The
        /// message is their own words. Read the message. The same event would be refused again.
        Rejected = "rejected",
        /// The API asks to come later (425, 429). Send the same event again, after `retry_after`
        /// where it is given.
        RateLimited = "rate_limited",
        /// The API failed (5xx). Send the same event again later if `retryable` says so.
        Server = "server",
        /// There was no connection, or it broke. Send the same event again later if `retryable`
        /// says so.
        Network = "network",
        /// No answer came in time. Send the same event again later if `retryable` says so.
        Timeout = "timeout",
        /// The API answered 2xx, but the answer does not say that the event was received. Look at
        /// `raw_body`. Send the same event again only if `retryable` says so.
        Response = "response",
        /// The durable queue failed. Look at the message and at the database.
        Outbox = "outbox",
        /// A defect in this library. Please report it with the message.
        Internal = "internal",
    }
}

named! {
    /// The stable code of an error: narrower than its kind.
    ErrorCode {
        /// No API key was given and `CONNECTLY_API_KEY` is not set. Give `api_key` or set
        /// `CONNECTLY_API_KEY`.
        MissingApiKey = "missing_api_key",
        /// The API key has blanks around it, or characters that an HTTP header cannot carry. Copy
        /// the key again from the Connectly inbox (Settings, General, API Key).
        InvalidApiKey = "invalid_api_key",
        /// No business id was given and `CONNECTLY_BUSINESS_ID` is not set. Give `business_id` or
        /// set `CONNECTLY_BUSINESS_ID`.
        MissingBusinessId = "missing_business_id",
        /// The business id is not a UUID. Give the UUID of the business at Connectly. It is not the
        /// API key.
        InvalidBusinessId = "invalid_business_id",
        /// The base URL cannot be used. Give an https URL without user, query and fragment, or
        /// leave it out.
        InvalidBaseUrl = "invalid_base_url",
        /// The base URL is plain `http` to another machine: the API key could be read on the way.
        /// Use https. In tests with several containers, set `allow_insecure_http_for_tests`.
        InsecureBaseUrl = "insecure_base_url",
        /// A test's sandbox is active in this process, and this client would send to another
        /// machine. Nothing was sent. Make the client inside the test, so that it reads the
        /// sandbox's address, or give it the sandbox's URL as `base_url`.
        SandboxActive = "sandbox_active",
        /// A time limit is zero, negative, infinite or not a number. Give a number greater than 0.
        InvalidTimeout = "invalid_timeout",
        /// A number of the retry policy is negative, infinite or not a number. Give numbers of 0 or
        /// more.
        InvalidRetryPolicy = "invalid_retry_policy",
        /// The concurrency is not a whole number of 1 or more. Give a whole number of 1 or more.
        InvalidConcurrency = "invalid_concurrency",
        /// An option or an argument is unknown, or its value cannot be used. The message names the
        /// option and what it takes.
        InvalidOption = "invalid_option",
        /// The proxy's URL cannot be used. Give a URL such as `http://host:port`.
        InvalidProxy = "invalid_proxy",
        /// The file of certificates cannot be read or holds none. Give the path of a PEM file with
        /// at least one certificate.
        InvalidCaBundle = "invalid_ca_bundle",
        /// TLS could not be set up on this machine. Look at the cause; install the system's
        /// certificates.
        TlsSetupFailed = "tls_setup_failed",
        /// The client was closed. If requests were cut off by it, their events may have arrived.
        /// Send with a client that is open. What was cut off may be sent again if `retryable` says
        /// so.
        ClientClosed = "client_closed",
        /// The API answered with a redirect (3xx), which is never followed. Check the base URL.
        Redirected = "redirected",
        /// The event breaks a rule. Correct what `issues` names; it lists every problem.
        InvalidEvent = "invalid_event",
        /// The landing parameters break a rule. Look at `issues`, which lists every problem. A
        /// broken link must not break the page.
        InvalidTracking = "invalid_tracking",
        /// The API does not accept the key (401). Check the API key.
        Unauthenticated = "unauthenticated",
        /// The key may not report for this business (403). Check that the key and the business id
        /// belong together.
        Forbidden = "forbidden",
        /// The API does not know the business or the path (404). Check the business id and the base
        /// URL, and that the business has a WhatsApp Cloud channel.
        NotFound = "not_found",
        /// The API or Meta refused the event (400 and every 4xx without a code of its own). Read
        /// the message. The same event would be refused again.
        Rejected = "rejected",
        /// The API asks to come later (425). Send the same event again later.
        TooEarly = "too_early",
        /// There were too many requests (429). Send the same event again, after `retry_after` where
        /// it is given.
        RateLimited = "rate_limited",
        /// The API is not available at the moment (503). Send the same event again later.
        Unavailable = "unavailable",
        /// The API failed (every other 5xx). The event may have been recorded. Send the same event
        /// again later if `retryable` says so.
        ServerError = "server_error",
        /// The name of the host has no address. Nothing was sent. Check the base URL, the proxy and
        /// the DNS; then send again.
        DnsFailed = "dns_failed",
        /// No connection could be made. Nothing was sent. Check the network, the firewall and the
        /// proxy; then send again.
        ConnectFailed = "connect_failed",
        /// The TLS handshake failed: certificate, host name or protocol. Nothing was sent. Check
        /// the base URL and `ca_bundle`; then send again.
        TlsFailed = "tls_failed",
        /// The connection broke after sending began. The event may have been recorded. Send the
        /// same event again later if `retryable` says so.
        ConnectionLost = "connection_lost",
        /// No connection was made in time. Nothing was sent. Send the same event again later.
        ConnectTimeout = "connect_timeout",
        /// One attempt had no answer in time. The event may have been recorded. Send the same event
        /// again later if `retryable` says so.
        AttemptTimeout = "attempt_timeout",
        /// The time for the whole call is over. The event may have been recorded. Send the same
        /// event again later if `retryable` says so.
        DeadlineExceeded = "deadline_exceeded",
        /// The server says that the request took too long (408). The event may have been recorded.
        /// Send the same event again later if `retryable` says so.
        RequestTimeout = "request_timeout",
        /// The API answered 2xx with `events_received` 0. Look at `raw_body`. The same event would
        /// fare the same.
        NotReceived = "not_received",
        /// The API answered 2xx, but not as it should. The event may have been recorded. Look at
        /// `raw_body` and check the base URL. Send again only if `retryable` says so.
        UnreadableResponse = "unreadable_response",
        /// The answer is over 64 KiB. The event may have been recorded. Check the base URL. Send
        /// again only if `retryable` says so.
        ResponseTooLarge = "response_too_large",
        /// The outbox's URL cannot be used. Give `sqlite:///absolute/path/of/a/file.db`, three
        /// slashes and an absolute path, or `postgresql://user:password@host/database`.
        InvalidOutboxUrl = "invalid_outbox_url",
        /// The client sends for another business than the outbox's. Give both the same
        /// `business_id`.
        WrongBusiness = "wrong_business",
        /// The event was not on the disk within `enqueue_timeout`. It may still come to be stored.
        /// Enqueue it again later: with an order id that does no harm. Look at the disk.
        OutboxTimeout = "outbox_timeout",
        /// As many events wait as `max_events` and `max_bytes` allow. The event was not stored.
        /// Look why nothing is delivered (`connectly outbox status`); then enqueue it again.
        OutboxFull = "outbox_full",
        /// The disk is full. The event was not stored; what was stored before is safe and is still
        /// delivered. Make room on the disk; then enqueue the event again.
        OutboxDiskFull = "outbox_disk_full",
        /// Another process kept the outbox locked for too long. Try again. Look for a process that
        /// holds a transaction on the outbox's tables.
        OutboxBusy = "outbox_busy",
        /// The outbox's file cannot be opened or written, or its PostgreSQL server does not serve
        /// it. Make the folder, and give the process's user the right to write in it; or look at
        /// the server, at the role and at its rights.
        OutboxUnavailable = "outbox_unavailable",
        /// The outbox's file is damaged. Stop all workers, keep a copy of the file with its `-wal`,
        /// and restore a backup or start a new file.
        OutboxCorrupt = "outbox_corrupt",
        /// The file, or the tables of this name, are of something else. Give the outbox a file of
        /// its own, or a schema.
        OutboxForeign = "outbox_foreign",
        /// A newer release made the outbox's tables, and this one cannot work with them. Update
        /// this process's release.
        OutboxTooNew = "outbox_too_new",
        /// The outbox's file lies on a network file system, where its locks do not hold. Put it on
        /// a disk of this machine.
        OutboxNetworkDisk = "outbox_network_disk",
        /// The outbox's database failed. Look at the message and at the cause.
        OutboxFailed = "outbox_failed",
        /// The event may have been recorded, and sending it again could count it twice: it has no
        /// order id, or 48 hours have passed. Do not send it again. Give every purchase an order
        /// id.
        UnknownOutcome = "unknown_outcome",
        /// A defect in this library. Please report it with the message.
        Internal = "internal",
    }
}
