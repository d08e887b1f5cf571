internal import ConnectlyFFI
public import Foundation

/// What a visit means for a shop. Made once, asked for every request of a page.
///
/// It decides and does nothing: the shop sets the cookies, keeps the params and counts. It never
/// throws for what a visitor sends: a visit that cannot be used is counted as that.
///
/// ```swift
/// let visit = landing.visit(method: "GET", url: request.url, headers: request.headers)
/// for cookie in visit.cookies { response.headers.add(name: "Set-Cookie", value: cookie) }
/// if visit.noStore {
///     response.headers.add(name: "Cache-Control", value: "private, no-store")
/// }
/// ```
public struct Landing: Sendable {
    /// Which visit an order is credited to, where a visitor came by several links.
    public enum Touch: String, Sendable, Hashable, CaseIterable {
        /// The last one.
        case last
        /// The first one, as long as it is known.
        case first
    }

    /// The name of the cookie that a page's own script may write; its value is that of
    /// ``TrackingParams/cookieName``.
    public static let scriptCookieName = (try? native { try ConnectlyFFI.scriptCookieName() }) ?? ""

    private let rules: NativeLanding

    /// A landing with these options.
    ///
    /// - Parameters:
    ///   - touch: Which visit an order is credited to where a visitor came by several links: the
    ///     `last` or the `first`. Default: `last`.
    ///   - extraParams: Further parameters of the link that must not be lost.
    ///   - maxAge: How long the cookie lives. Browsers may keep it for less: Chrome for 400 days at
    ///     most, Safari in some cases for 7. Default: 90 days.
    ///   - domain: The domain whose hosts all get the cookie, such as `shop.example` for a shop at
    ///     `www.shop.example` with its checkout at `pay.shop.example`; only the page's own host
    ///     unless given. Left out on a loopback host.
    /// - Throws: ``ConnectlyError/configuration(_:)`` where an option cannot be used.
    public init(
        touch: Touch? = nil, extraParams: [String] = [], maxAge: Duration? = nil,
        domain: String? = nil
    ) throws {
        let options = LandingOptions(
            touch: touch?.rawValue, extraParams: extraParams, maxAge: maxAge?.inSeconds,
            domain: domain)
        rules = try native { try NativeLanding(options: options) }
    }

    /// What this visit means.
    ///
    /// Only GET counts. Nothing is captured of pages that a browser loads ahead, nor of previews of
    /// a link. Bad or partial params never displace good ones. What is brought again, equal but for
    /// the moment, is not set again. The cookie of a page's own script (``scriptCookieName``)
    /// counts as a visit at its moment, and is deleted.
    ///
    /// - Parameters:
    ///   - method: The request's method.
    ///   - url: The URL, absolute or relative, or the query alone.
    ///   - headers: The headers as a server has them, such as NIO's `HTTPHeaders`. `Cookie`, `Host`,
    ///     `User-Agent`, `Sec-Purpose`, `Purpose`, `X-Purpose` and `X-Moz` matter.
    ///   - cookies: The cookies. Not needed where `headers` has `Cookie`.
    ///   - stored: The params that the visitor's session holds already.
    ///   - consent: Whether the visitor has agreed to be tracked. Without it nothing is read and
    ///     nothing kept: there are no params, and cookies that came are deleted.
    ///   - now: The moment of the visit; the current time unless given.
    public func visit(
        method: String, url: String, headers: some Sequence<(name: String, value: String)>,
        cookies: [String: String] = [:], stored: TrackingParams? = nil, consent: Bool = true,
        now: Date? = nil
    ) -> Visit {
        let request = RequestRecord(
            method: method, url: url,
            cookies: cookies.map { Pair(name: $0.key, value: $0.value) },
            headers: headers.map { Pair(name: $0.name, value: $0.value) },
            stored: stored?.toJSON(), consent: consent, now: now?.timeIntervalSince1970)
        // Only a panic that was caught at the border throws: then nothing is known to have changed.
        return (try? native { try rules.visit(request: request) }).map(Visit.init)
            ?? Visit(params: consent ? stored : nil)
    }

    /// What this visit means, of headers in a dictionary.
    ///
    /// As `visit(method:url:headers:cookies:stored:consent:now:)`.
    public func visit(
        method: String, url: String, headers: [String: String] = [:],
        cookies: [String: String] = [:], stored: TrackingParams? = nil, consent: Bool = true,
        now: Date? = nil
    ) -> Visit {
        visit(
            method: method, url: url, headers: headers.map { (name: $0.key, value: $0.value) },
            cookies: cookies, stored: stored, consent: consent, now: now)
    }
}
