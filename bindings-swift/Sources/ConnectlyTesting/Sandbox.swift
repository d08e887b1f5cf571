public import ConnectlyConversions
internal import ConnectlyFFI
public import Foundation

/// The API's emulator in this process, on a free port of this machine: for the tests of a shop.
///
/// It answers as the API's documentation says, remembers orders, plays faults on request and
/// keeps a journal that tests ask.
///
/// ```swift
/// let sandbox = try Sandbox()
/// let client = try sandbox.client()
/// sandbox.failNext(.status(503))
/// _ = try await client.send(event)
/// XCTAssertEqual(try sandbox.received.map(\.orderID), ["ORD-7821"])
/// ```
///
/// It stops when it is freed, and lives as long as its clients.
public final class Sandbox: Sendable {
    /// The base URL for a client: `http://127.0.0.1:PORT`.
    public let url: URL

    private let handle: NativeSandbox

    /// Starts the emulator; its port is open when this returns.
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

    /// A client of this emulator, which keeps it running.
    ///
    /// - Parameters:
    ///   - apiKey: Any key that the emulator accepts.
    ///   - businessID: Any business that the emulator knows.
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
    ///   - timeout: How long at most; reached only by a test that fails.
    /// - Returns: Those that were accepted, fewer than `count` where the time ran out.
    @discardableResult
    public func wait(for count: Int, timeout: Duration = .seconds(60)) async throws -> [Received] {
        do {
            let token = try CancelToken()
            let (seconds, attoseconds) = timeout.components
            let text = try await withTaskCancellationHandler {
                try await handle.waitFor(
                    count: UInt64(clamping: count),
                    timeout: Double(seconds) + Double(attoseconds) / 1e18, token: token)
            } onCancel: {
                try? token.cancel()
            }
            return try JSONDecoder().decode(Journal.self, from: Data(text.utf8)).received ?? []
        } catch {
            throw publicError(error)
        }
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
    public func setNow(_ now: Date?) throws {
        let seconds = now.map { Int64($0.timeIntervalSince1970.rounded(.down)) }
        try native { try handle.setNow(seconds: seconds) }
    }

    /// Stops; connections in use are cut. Freeing it does the same.
    public func stop() {
        // It is of no use in either case.
        try? handle.stop()
    }
}

/// What the emulator tells.
private struct Journal: Decodable {
    let received: [Received]?
    let requests: [Recorded]?
}
