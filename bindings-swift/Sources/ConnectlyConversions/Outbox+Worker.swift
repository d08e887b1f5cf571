internal import ConnectlyFFI

extension Outbox {
    /// A worker that sends the events of this outbox. It begins at once, and works in the
    /// background until it is stopped or the process ends.
    ///
    /// ```swift
    /// let worker = try outbox.worker(client: client)
    /// // when the server stops:
    /// await worker.stop()
    /// ```
    ///
    /// As many as one likes may work on one outbox, in as many processes.
    ///
    /// - Parameters:
    ///   - client: Sends, with its key and its pool. It is of the outbox's business.
    ///   - concurrency: How many requests run at a time. Default: `4`.
    ///   - rate: How many requests begin within a second at most; no limit unless given.
    ///   - onAttempt: Is told what came of each attempt, one after the other, once that is on the
    ///     disk: for metrics and logs. No delivery waits for it.
    ///   - onFailure: Is told when the outbox's database begins to fail. The worker tries on, and
    ///     nothing is lost.
    /// - Throws: ``ConnectlyError/configuration(_:)`` where an option cannot be used, or the client
    ///   is of another business.
    @discardableResult
    public func worker(
        client: Client, concurrency: Int? = nil, rate: Double? = nil,
        onAttempt: (@Sendable (Attempt) async -> Void)? = nil,
        onFailure: (@Sendable (ConnectlyError) async -> Void)? = nil
    ) throws -> Worker {
        let isWatched = onAttempt != nil || onFailure != nil
        let options = WorkerOptions(
            concurrency: concurrency.map(Double.init), rate: rate, isWatched: isWatched)
        let worker = try native {
            try handle.worker(client: client.handle, options: options)
        }
        return Worker(worker, client: client) { news in
            switch news {
            case .attempted(let record):
                if let attempt = try? Attempt(record) { await onAttempt?(attempt) }
            case .failing(let error): await onFailure?(ConnectlyError(error))
            }
        }
    }

    /// Delivers what is due now, and ends: for a cron job, or a function that is frozen between two
    /// requests. It never waits for a backoff, a lease or a pause.
    ///
    /// When the task is cancelled it takes no more events, and returns once the attempts under way
    /// have ended.
    ///
    /// - Parameters:
    ///   - client: Sends, with its key and its pool. It is of the outbox's business.
    ///   - untilEmpty: Whether it ends when nothing is due.
    ///   - deadline: How long it may take at most.
    /// - Returns: What it did.
    /// - Throws: ``ConnectlyError/outbox(_:)`` where the database fails,
    ///   ``ConnectlyError/configuration(_:)`` where the client is of another business.
    @discardableResult
    public func deliver(
        client: Client, untilEmpty: Bool = true, deadline: Duration? = nil
    ) async throws -> Delivered {
        let options = DeliverRecord(untilEmpty: untilEmpty, deadline: deadline?.inSeconds)
        return try await cancellable { token in
            Delivered(
                try await handle.deliver(client: client.handle, options: options, token: token))
        }
    }

    /// Sends the events of an outbox until it is stopped.
    public final class Worker: Sendable {
        private let handle: NativeWorker
        private let telling: Task<Void, Never>
        /// It may own what it sends to.
        private let client: Client

        init(
            _ handle: NativeWorker, client: Client,
            tell: @escaping @Sendable (NewsRecord) async -> Void
        ) {
            self.handle = handle
            self.client = client
            telling = Task {
                while let news = try? await handle.nextNews() { await tell(news) }
            }
        }

        /// Waits until the worker is stopped, and stops it when the task is cancelled: for a
        /// service of a Swift server.
        ///
        /// - Throws: ``ConnectlyError/internal(_:)`` where a defect has ended it.
        public func run() async throws {
            try await withTaskCancellationHandler {
                try await ended()
            } onCancel: {
                try? handle.stop(within: nil)
            }
        }

        /// Takes no more events, waits for the attempts under way, and ends the worker. Events
        /// that are left wait on the disk.
        ///
        /// - Parameter time: How long the attempts may take yet. Those that are left then are cut
        ///   off, and tried again later. Left out, they have 10 s: an attempt takes no longer.
        public func stop(within time: Duration? = nil) async {
            // Only a panic could be thrown here, and nothing works then.
            try? handle.stop(within: time?.inSeconds)
            try? await ended()
        }

        /// Waits until the worker has ended and all of it was told.
        private func ended() async throws {
            do { try await handle.ended() } catch { throw publicError(error) }
            await telling.value
        }
    }

    /// What came of one attempt, for a metric or a log line.
    public struct Attempt: Sendable, Hashable, Codable {
        /// The outbox's own number of the event.
        public let id: Int64
        /// What the event reports.
        public let eventName: ConversionEvent.Name
        /// The order's id.
        public let orderID: String?
        /// Where the event stands now.
        public let state: State
        /// Attempts since it was enqueued or replayed.
        public let attempts: Int
        /// The code of the failure.
        public let code: ConnectlyError.Code?
        /// The HTTP status, if an answer came.
        public let status: Int?
        /// How long the attempt took.
        public let took: Duration
        /// The trace that the event was enqueued in, as W3C `traceparent`.
        public let traceparent: String?

        init(_ record: AttemptRecord) throws {
            id = record.id
            eventName = try known(record.eventName)
            orderID = record.orderId
            state = try known(record.state)
            attempts = Int(record.attempts)
            code = record.code.map(ConnectlyError.Code.init(rawValue:))
            status = record.status.map(Int.init)
            took = .milliseconds(record.took)
            traceparent = record.traceparent
        }
    }
}
