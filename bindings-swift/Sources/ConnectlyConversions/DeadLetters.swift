internal import ConnectlyFFI

/// Events of an outbox that ended without success, by their ids: the result of
/// ``Outbox/deadLetters(after:)``.
public struct DeadLetters: AsyncSequence, Sendable {
    /// One event.
    public typealias Element = Outbox.Record

    let outbox: NativeOutbox
    let after: Int64

    /// Begins at the first.
    public func makeAsyncIterator() -> Iterator {
        Iterator(outbox: outbox, after: after)
    }

    /// One run over them.
    public struct Iterator: AsyncIteratorProtocol {
        let outbox: NativeOutbox
        var after: Int64
        var page: ArraySlice<Outbox.Record> = []

        /// The next one; `nil` after the last.
        ///
        /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails.
        public mutating func next() async throws -> Outbox.Record? {
            if page.isEmpty {
                let (outbox, after) = (outbox, after)
                page = try await cancellable { token in
                    try await outbox.deadLetters(after: after, token: token).map(
                        Outbox.Record.init)[...]
                }
            }
            let next = page.popFirst()
            after = next?.id ?? after
            return next
        }
    }
}
