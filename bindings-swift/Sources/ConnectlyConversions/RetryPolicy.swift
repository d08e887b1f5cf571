internal import ConnectlyFFI

/// How often and how patiently a call tries again.
///
/// The waits are drawn evenly from zero to `base` · 2ⁿ, at most to `cap`. A `Retry-After` of the
/// API is a floor. Only what cannot count a conversion twice is ever sent again.
public struct RetryPolicy: Sendable, Hashable {
    /// How often a call tries again at most. Default: `2`.
    public var retries: Int?
    /// The longest first wait; each further wait may be twice as long. Default: 0.25 s.
    public var base: Duration?
    /// The longest wait. Default: 4 s.
    public var cap: Duration?

    /// A policy. It is checked by the client that it is given to.
    public init(retries: Int? = nil, base: Duration? = nil, cap: Duration? = nil) {
        self.retries = retries
        self.base = base
        self.cap = cap
    }

    /// One attempt and no more.
    public static let never = RetryPolicy(retries: 0)

    var record: RetryRecord {
        RetryRecord(
            retries: retries.map(Int64.init), base: base?.inSeconds, cap: cap?.inSeconds)
    }
}

extension Duration {
    /// Seconds with their fraction.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
