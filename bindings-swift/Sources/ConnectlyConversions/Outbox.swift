internal import ConnectlyFFI

/// The durable queue and ledger: an event that it accepted is never lost, an order is never
/// counted twice, and of every order it tells what became of it.
///
/// ```swift
/// let outbox = try Outbox.open("sqlite:///var/lib/shop/connectly.db")
/// try await outbox.enqueue(event)  // on the disk when it returns
///
/// // In the same process or another one:
/// let worker = try outbox.worker(client: Client())
/// ```
///
/// Many processes of one machine may share the file. The API key is never stored.
public final class Outbox: Sendable {
    let handle: NativeOutbox

    init(_ handle: NativeOutbox) {
        self.handle = handle
    }

    /// The outbox at a URL. Opens nothing before its first use.
    ///
    /// - Parameters:
    ///   - url: `sqlite:///absolute/path/of/a/file.db`, on a disk of this machine.
    ///   - businessID: The UUID of the business at Connectly. Default: `CONNECTLY_BUSINESS_ID` of
    ///     the environment.
    ///   - enqueueTimeout: How long `enqueue` waits at most until the event is on the disk.
    ///     Default: 0.25 s.
    ///   - maxEvents: How many events may wait at most in a file; PostgreSQL has no such limit.
    ///     Default: `1000000`.
    ///   - maxBytes: How many bytes the payloads of waiting events may have at most in a file.
    ///     Default: `1073741824`.
    ///   - giveUpAfter: How long an event is tried that was surely not recorded; time in which the
    ///     queue is paused does not count. Default: 7 days.
    ///   - keepPayloads: How long the payloads of accepted and cancelled events are kept. What
    ///     became of them is kept for ever. Default: 30 days.
    /// - Throws: ``ConnectlyError/configuration(_:)`` where a setting is missing or cannot be
    ///   used.
    public static func open(
        _ url: String,
        businessID: (any IDConvertible)? = nil,
        enqueueTimeout: Duration? = nil,
        maxEvents: Int? = nil,
        maxBytes: Int? = nil,
        giveUpAfter: Duration? = nil,
        keepPayloads: Duration? = nil
    ) throws -> Outbox {
        let options = OutboxOptions(
            businessId: businessID?.idText, enqueueTimeout: enqueueTimeout?.inSeconds,
            maxEvents: maxEvents.map(Double.init), maxBytes: maxBytes.map(Double.init),
            giveUpAfter: giveUpAfter?.inSeconds, keepPayloads: keepPayloads?.inSeconds)
        return Outbox(try native { try NativeOutbox.open(url: url, options: options) })
    }

    /// The UUID of the business whose events these are.
    public var businessID: String {
        // Only a panic could be thrown here.
        (try? handle.businessId()) ?? ""
    }

    /// Takes an event. When this returns, the event is on the disk.
    ///
    /// An order that was enqueued before stays as it was; what this returns says so, and nothing
    /// is thrown. Cancelling the task ends the wait: the event may still come to be stored.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - holdUntil: Until when it is held; not at all unless given.
    ///   - traceparent: The trace that it is enqueued in, as W3C `traceparent`.
    /// - Throws: ``ConnectlyError/outbox(_:)`` where it is not known to be on the disk in time.
    ///   Enqueueing it again does no harm if it has an order id.
    @discardableResult
    public func enqueue(
        _ event: ConversionEvent, holdUntil: Hold? = nil, traceparent: String? = nil
    ) async throws -> Enqueued {
        let options = EnqueueRecord(holdUntil: holdUntil?.record, traceparent: traceparent)
        return try await cancellable { token in
            try Enqueued(
                await handle.enqueue(event: event.handle, options: options, token: token))
        }
    }

    /// Takes many events in one transaction: all of them, or none. It has no time limit.
    ///
    /// - Returns: One for each event, in their order.
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the events are not known to be on the disk.
    @discardableResult
    public func enqueueMany(_ events: some Sequence<ConversionEvent>) async throws -> [Enqueued] {
        let events = events.map(\.handle)
        return try await cancellable { token in
            try await handle.enqueueMany(events: events, token: token).map(Enqueued.init)
        }
    }

    /// Writes down that an order is deliberately not reported, and why. An event of it that was not
    /// sent yet is cancelled.
    ///
    /// - Parameters:
    ///   - orderID: The order's id.
    ///   - reason: Why, for whoever asks for its ``status(_:)``.
    ///   - eventName: Which of its events.
    /// - Throws: ``ConnectlyError/outbox(_:)`` where that is not known to be on the disk in time.
    @discardableResult
    public func skip(
        _ orderID: any IDConvertible, reason: String, eventName: ConversionEvent.Name = .purchase
    ) async throws -> Changed {
        try await cancellable { token in
            try Changed(
                await handle.skip(
                    orderId: orderID.idText, reason: reason, eventName: eventName.rawValue,
                    token: token))
        }
    }

    /// Ends what is under way and closes the file, which a later call opens again. Stop workers
    /// first.
    public func close() async {
        // Only a panic could be thrown here, and there is nothing left to close then.
        try? await handle.close()
    }
}
