internal import ConnectlyFFI

/// What a visit means; made by ``Landing``.
public struct Visit: Sendable, Hashable {
    /// What a visit was, as one word for a counter.
    public enum Count: String, Sendable, Hashable, CaseIterable {
        // generated: counts (core/schema/surface.json; make generate)
        /// The visit brought new params, and they are the visitor's params now.
        case captured
        /// The visit brought params, and those that were known stay: they are the same, they are
        /// newer, or the first touch counts.
        case kept
        /// The visit is Connectly's, but values are missing. What was known stays.
        case partial
        /// The visit is Connectly's, but a value breaks a rule. What was known stays.
        case invalid
        /// The request is not a visit to count; `skipped` says why.
        case skipped
        /// The visit brought nothing of Connectly's, as most visits do.
        case none
        // generated: end
    }

    /// Why a request is not a visit to count.
    public enum SkipReason: String, Sendable, Hashable, CaseIterable {
        // generated: reasons (core/schema/surface.json; make generate)
        /// The visitor has not agreed to be tracked.
        case consent
        /// The method is not GET.
        case method
        /// The browser loads the page ahead of a visit that may never come.
        case prefetch
        /// An app shows a preview of the link.
        case linkPreview = "link_preview"
        // generated: end
    }

    /// The visitor's params from now on, whether this visit brought them or they were known.
    ///
    /// Keep them in the session, if there is one. Where they are `nil`, nothing is known of the
    /// visitor or nothing may be kept: remove what the session holds.
    public let params: TrackingParams?
    /// The values of the `Set-Cookie` headers to add to the response, one a header.
    public let cookies: [String]
    /// Whether it sets a cookie and so must carry `Cache-Control: private, no-store`.
    public let noStore: Bool
    /// What to count.
    public let count: Count
    /// Why the visit was skipped; `nil` unless it was.
    public let skipped: SkipReason?
    /// What is wrong with a partial or invalid visit, without the values; otherwise empty.
    public let issues: [Issue]

    init(_ record: VisitRecord) {
        params = record.params.map(TrackingParams.init)
        cookies = record.cookies
        noStore = record.noStore
        count = Count(rawValue: record.count) ?? .none
        skipped = record.skipped.flatMap(SkipReason.init(rawValue:))
        issues = record.issues.map(Issue.init)
    }

    /// A visit that brought nothing.
    init(params: TrackingParams?) {
        self.params = params
        cookies = []
        noStore = false
        count = .none
        skipped = nil
        issues = []
    }
}

extension Visit: CustomStringConvertible {
    /// The count, and why where it was skipped; without params and cookies, which tell who the
    /// customer is.
    public var description: String {
        skipped.map { "Visit(skipped: \($0.rawValue))" } ?? "Visit(\(count.rawValue))"
    }
}
