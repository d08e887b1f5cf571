internal import ConnectlyFFI
public import Foundation

/// Sends events to Connectly. One client serves a whole server: it holds the pool of connections,
/// the retry policy and the API key.
///
/// ```swift
/// let client = try Client()  // CONNECTLY_API_KEY, CONNECTLY_BUSINESS_ID
/// let receipt = try await client.send(event)
/// ```
///
/// Nothing happens at construction; the pool is made by the first send. The key is shown by
/// nothing: not by `print`, not by `dump`, not by errors.
public final class Client: Sendable {
    /// The rounding of events that are made with the client's own ``purchase(tracking:orderID:currency:value:items:eventTime:contentType:contentIDs:numItems:extraPayload:options:)``
    /// and ``viewContent(tracking:items:currency:value:eventTime:contentType:contentIDs:numItems:extraPayload:options:)``.
    public let rounding: EventOptions.Rounding?

    let handle: NativeClient
    /// What must live as long as the client does: the sandbox that made it, which sets it before
    /// it hands the client out.
    nonisolated(unsafe) package var owner: (any Sendable)?

    /// A client. A setting that is left out comes from the environment, or has its default.
    ///
    /// - Parameters:
    ///   - apiKey: The API key (Connectly inbox, Settings, General, API Key). Default:
    ///     `CONNECTLY_API_KEY` of the environment.
    ///   - businessID: The UUID of the business at Connectly. Default: `CONNECTLY_BUSINESS_ID` of
    ///     the environment.
    ///   - baseURL: Another host than Connectly's, such as a sandbox. Default: `CONNECTLY_BASE_URL`
    ///     of the environment, else `https://api.connectly.ai`.
    ///   - timeout: The time for the whole call with its retries. Default: 15 s.
    ///   - attemptTimeout: The time for one attempt, never longer than the whole call. Default: 5
    ///     s.
    ///   - connectTimeout: The time for name look-up, connection and TLS handshake. Default: 3 s.
    ///   - retry: How often and how patiently a call tries again.
    ///   - maxConnections: The number of requests that the client makes at once. Further sends wait
    ///     for one of them to end, within their own deadline. Default: `100`.
    ///   - proxy: The URL of a proxy. `NO_PROXY` is respected. Default: `HTTPS_PROXY` of the
    ///     environment.
    ///   - caBundle: A PEM file of certificates to trust beside those of the system.
    ///   - userAgent: Is added to this library's name in the header `User-Agent`.
    ///   - rounding: What to do with amounts that are finer than their currency, for events that
    ///     are made with this client's options. Default: `never`.
    ///   - allowInsecureHTTPForTests: Allows plain `http` to other machines, for a sandbox in
    ///     another container. The API key can be read on the way: for tests only.
    /// - Throws: ``ConnectlyError/configuration(_:)`` where a setting is missing or cannot be
    ///   used.
    public init(
        apiKey: String? = nil,
        businessID: (any IDConvertible)? = nil,
        baseURL: URL? = nil,
        timeout: Duration? = nil,
        attemptTimeout: Duration? = nil,
        connectTimeout: Duration? = nil,
        retry: RetryPolicy? = nil,
        maxConnections: Int? = nil,
        proxy: URL? = nil,
        caBundle: URL? = nil,
        userAgent: String? = nil,
        rounding: EventOptions.Rounding? = nil,
        allowInsecureHTTPForTests: Bool = false
    ) throws {
        let options = ClientOptions(
            apiKey: apiKey, businessId: businessID?.idText, baseUrl: baseURL?.absoluteString,
            timeout: timeout?.inSeconds, attemptTimeout: attemptTimeout?.inSeconds,
            connectTimeout: connectTimeout?.inSeconds, retry: retry?.record,
            maxConnections: maxConnections.map(Double.init), proxy: proxy?.absoluteString,
            caBundle: caBundle?.path, userAgent: userAgent,
            rounding: rounding?.rawValue,
            allowInsecureHttpForTests: allowInsecureHTTPForTests)
        self.rounding = rounding
        handle = try native { try NativeClient(options: options) }
    }

    /// Sends an event and waits for the API's word.
    ///
    /// Cancelling the task stops the request. The API may have received the event already: sending
    /// it again is safe where it has an order id.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - timeout: The time for the whole call with its retries, in place of the client's.
    /// - Returns: The proof that the API received the event.
    /// - Throws: ``ConnectlyError`` if the API did not say that it received the event;
    ///   `CancellationError` if the task was cancelled.
    public func send(
        _ event: ConversionEvent, timeout: Duration? = nil
    ) async throws -> Receipt {
        try await cancellable { token in
            Receipt(
                try await handle.send(
                    event: event.handle, timeout: timeout?.inSeconds, token: token))
        }
    }

    /// Refuses every further send with `client_closed`. Sends in flight end as they would.
    public func close() {
        // Only a panic could be thrown here, and there is nothing left to close then.
        try? handle.close()
    }

    /// Refuses every further send with `client_closed`, and waits for the sends in flight: for
    /// when the server stops.
    ///
    /// ```swift
    /// let cutOff = await client.close(timeout: .seconds(10))
    /// if cutOff > 0 { logger.warning("\(cutOff) reports were cut off") }
    /// ```
    ///
    /// After `timeout` the sends that are left are cut off. Each throws `client_closed`, or
    /// `unknown_outcome` where the event may have arrived and has no order id; `retryable` says
    /// whether it may be sent again. Whoever logs that must be waited for, too: keep the tasks
    /// that send, and wait for their values before the process ends.
    ///
    /// - Parameter timeout: How long the sends in flight may take yet. Zero or less cuts them off
    ///   at once.
    /// - Returns: How many were cut off.
    @discardableResult
    public func close(timeout: Duration) async -> Int {
        Int(clamping: (try? await handle.closeWithin(timeout: timeout.inSeconds)) ?? 0)
    }
}
