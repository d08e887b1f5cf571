public import ConnectlyConversions
internal import ConnectlyFFI
public import Foundation

/// Connectly's API in this process, on a free port of this machine: for the tests of a shop.
///
/// It answers as the API's documentation says, remembers orders, plays faults on request and
/// keeps a journal that tests ask. While it runs, no client of this process sends to another
/// machine: such a `send` throws the code `sandbox_active`, so that no test reports an order for
/// real.
///
/// ```swift
/// let sandbox = try Sandbox()
/// let client = try sandbox.client()
/// try sandbox.failNext(.status(503))
/// _ = try await client.send(event)
/// try sandbox.assertReported(orderID: "ORD-7821")
/// ```
///
/// It stops when it is freed, and lives as long as its clients.
public final class Sandbox: Sendable {
    /// The base URL for a client: `http://127.0.0.1:PORT`.
    public let url: URL

    let handle: NativeSandbox

    /// Starts the sandbox; its port is open when this returns.
    ///
    /// - Parameters:
    ///   - port: The port to listen on; a free one unless given.
    ///   - apiKey: The only API key to accept; any unless given.
    ///   - businessID: The only business to know; any UUID unless given.
    /// - Throws: `ConnectlyError.configuration` where the port cannot be listened on.
    public init(
        port: UInt16 = 0, apiKey: String? = nil, businessID: (any IDConvertible)? = nil
    ) throws {
        let options = SandboxOptions(port: port, apiKey: apiKey, businessId: businessID?.idText)
        let (handle, text) = try native {
            let handle = try NativeSandbox.start(options: options)
            return (handle, try handle.url())
        }
        guard let url = URL(string: text) else { throw URLError(.badURL) }
        self.handle = handle
        self.url = url
    }

    /// A client of this sandbox, which keeps it running.
    ///
    /// - Parameters:
    ///   - apiKey: Any key that the sandbox accepts.
    ///   - businessID: Any business that the sandbox knows.
    ///   - timeout: As `Client` has it.
    ///   - retry: As `Client` has it.
    public func client(
        apiKey: String = "sandbox", businessID: any IDConvertible = UUID(),
        timeout: Duration? = nil, retry: RetryPolicy? = nil
    ) throws -> Client {
        let client = try Client(
            apiKey: apiKey, businessID: businessID, baseURL: url, timeout: timeout, retry: retry)
        client.owner = self
        return client
    }

    /// The conversions that were accepted, in order; one that came twice is there twice.
    public var received: [Received] {
        get throws {
            let text = try native { try handle.received() }
            return try JSONDecoder().decode(Journal.self, from: Data(text.utf8)).received ?? []
        }
    }

    /// Waits until this many conversions were accepted, for what is reported in the background.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - timeout: How long to wait at most. Default: 10 s.
    /// - Returns: Those that were accepted.
    /// - Throws: ``NotReported`` with what came instead, where the time is over or the sandbox was
    ///   stopped.
    @discardableResult
    public func wait(for count: Int, timeout: Duration? = nil) async throws -> [Received] {
        let seconds = timeout.map { wait in
            Double(wait.components.seconds) + Double(wait.components.attoseconds) / 1e18
        }
        let found = try await cancellable { token in
            try await handle.waitFor(
                count: UInt64(clamping: count), timeout: seconds, token: token)
        }
        let text = try reported(found)
        return try JSONDecoder().decode(Journal.self, from: Data(text.utf8)).received ?? []
    }

    /// Every request with its answer, in order; the key is masked.
    public var requests: [Recorded] {
        get throws {
            let text = try native { try handle.requests() }
            return try JSONDecoder().decode(Journal.self, from: Data(text.utf8)).requests ?? []
        }
    }

    /// Plays a fault on the next request that it matches. Faults queue up in order.
    ///
    /// - Throws: `ConnectlyError.configuration` where the fault cannot be played.
    public func failNext(_ fault: Fault) throws {
        try script(json: fault.text)
    }

    /// Queues faults given as JSON: one object, or `{"faults": […]}`.
    ///
    /// - Throws: `ConnectlyError.configuration`; then none of them is queued.
    public func script(json: String) throws {
        try native { try handle.script(json: json) }
    }

    /// Forgets the faults that were not played yet.
    public func clearFaults() throws {
        try native { try handle.clearFaults() }
    }

    /// As if just started: journal, orders, faults and clock.
    public func reset() throws {
        try native { try handle.reset() }
    }

    /// Sets the clock to this second, where it stays; `nil` for the real one.
    ///
    /// - Throws: `ConnectlyError.configuration` where the date is no moment.
    public func setNow(_ now: Date?) throws {
        try native { try handle.setNow(seconds: now?.timeIntervalSince1970) }
    }

    /// Stops: the port is closed, connections in use are cut, and whoever waits is told. What
    /// arrived can still be asked for. Freeing it does the same.
    public func stop() {
        // It is of no use in either case.
        try? handle.stop()
    }
}

/// What the sandbox tells.
private struct Journal: Decodable {
    let received: [Received]?
    let requests: [Recorded]?
}
