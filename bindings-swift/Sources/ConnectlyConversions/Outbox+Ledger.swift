internal import ConnectlyFFI
public import Foundation

extension Outbox {
    /// Lets a held event go.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    @discardableResult
    public func release(_ target: Target) async throws -> Changed {
        try await cancellable { token in
            try Changed(await handle.release(meant: target.record, token: token))
        }
    }

    /// Takes back an event that was not sent: one that is held or pending.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    @discardableResult
    public func cancel(_ target: Target, reason: String? = nil) async throws -> Changed {
        try await cancellable { token in
            try Changed(await handle.cancel(meant: target.record, reason: reason, token: token))
        }
    }

    /// Erases what is stored of a customer: wire bytes, order id, money, and all that was said of
    /// them. What stays proves that the conversion was there and what became of it.
    ///
    /// An event that was not sent yet never is; one under way is erased as soon as its attempt has
    /// ended. A server's own logs and backups are out of reach.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    @discardableResult
    public func forget(_ target: Target) async throws -> Forgotten {
        try await cancellable { token in
            Forgotten(try await handle.forget(meant: target.record, token: token))
        }
    }

    /// What became of an event; `nil` where the outbox knows nothing of it.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    public func status(_ target: Target) async throws -> Record? {
        try await cancellable { token in
            try await handle.status(meant: target.record, token: token).map(Record.init)
        }
    }

    /// Events that ended without success, rejected or dead, by their ids. Pages are read as they
    /// are needed.
    ///
    /// ```swift
    /// for try await letter in outbox.deadLetters() {
    ///     print(letter.orderID ?? "without an order id", letter.message ?? "")
    /// }
    /// ```
    ///
    /// - Parameter id: Only those with a larger number; all unless given.
    public func deadLetters(after id: Int64 = 0) -> DeadLetters {
        DeadLetters(outbox: handle, after: id)
    }

    /// Sends dead letters again. What may have been recorded goes only within 48 hours of that
    /// attempt.
    ///
    /// - Parameters:
    ///   - which: Which of them.
    ///   - force: Whether all of them go, at the risk that an order counts twice.
    ///   - plan: Whether nothing is done: it only says what would be, and how much money would
    ///     still count.
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    @discardableResult
    public func replay(
        _ which: Dead, force: Bool = false, plan: Bool = false
    ) async throws -> Replayed {
        try await cancellable { token in
            try Replayed(
                await handle.replay(
                    which: which.record, force: force, plan: plan, token: token))
        }
    }

    /// How many events are in each state.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    public func counts() async throws -> Counts {
        try await cancellable { token in Counts(try await handle.counts(token: token)) }
    }

    /// The outbox in numbers.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    public func metrics() async throws -> Metrics {
        try await cancellable { token in Metrics(try await handle.metrics(token: token)) }
    }

    /// Why the outbox may be lost although it works: its file lies on a disk that goes with its
    /// container or function. Empty where nothing is known of that kind.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    public func warnings() async throws -> [String] {
        try await cancellable { token in try await handle.warnings(token: token) }
    }

    /// Stops delivery for every worker, in whichever process. Events are taken as before.
    ///
    /// - Parameter until: Until when; until ``resume()`` unless given.
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    public func pause(until: Date? = nil) async throws {
        try await cancellable { token in
            try await handle.pause(until: until?.timeIntervalSince1970, token: token)
        }
    }

    /// Lets delivery go on, whatever stopped it.
    ///
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
    public func resume() async throws {
        try await cancellable { token in try await handle.resume(token: token) }
    }
}
