import ConnectlyConversions

/// A small shop: visitors land, buy, and the purchase is reported. What a web framework would
/// call is here; the framework is not.
public struct Shop: Sendable {
    public typealias Headers = [(name: String, value: String)]

    private let landing: Landing
    private let reporter: Reporter

    public init(reporter: Reporter) throws {
        landing = try Landing()
        self.reporter = reporter
    }

    /// The headers to add to a page. Any visitor may come with any URL and any cookie: nothing is
    /// thrown for it.
    public func page(method: String, url: String, headers: Headers) -> Headers {
        let visit = landing.visit(method: method, url: url, headers: headers)
        let cookies = visit.cookies.map { (name: "Set-Cookie", value: $0) }
        return cookies + (visit.noStore ? [("Cache-Control", "private, no-store")] : [])
    }

    /// Takes the order. It is stored first, then reported.
    public func checkOut(_ order: Order, url: String, headers: Headers) async {
        // … store the order, in the shop's own database …
        let visit = landing.visit(method: "POST", url: url, headers: headers)
        await reporter.report(order, visit.params)
    }
}
