import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

/// An outbox in a file of its own, and the sandbox that it delivers to; gone after the test.
struct OutboxFile {
    static let business = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a"

    let url: String
    let outbox: Outbox
    let sandbox: Sandbox
    let client: Client

    init(_ test: XCTestCase, maxEvents: Int? = nil) throws {
        let folder = try Self.folder()
        test.addTeardownBlock { try FileManager.default.removeItem(at: folder) }
        try self.init(folder, maxEvents: maxEvents)
    }

    init(_ folder: URL, maxEvents: Int? = nil) throws {
        url = "sqlite://\(folder.path)/connectly.db"
        // The disk of a busy machine may be slower than a checkout would wait.
        outbox = try Outbox.open(
            url, businessID: Self.business, enqueueTimeout: .seconds(60), maxEvents: maxEvents)
        sandbox = try Sandbox()
        client = try sandbox.client(businessID: Self.business, retry: .never)
    }

    static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "connectly-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        return folder
    }

    /// An order of just now, so that Meta would still count it.
    static func purchase(
        _ orderID: String?, value: String = "99.97", tracking: String = "t1"
    ) throws -> ConversionEvent {
        try ConversionEvent.purchase(
            tracking: TrackingParams(
                cnctTrackingID: tracking, sendoutID: "s1", ctwaClid: "c1", adID: "23851234567"),
            orderID: orderID, currency: "USD", value: value)
    }
}

/// The code of the error that a call throws.
func code(_ call: () async throws -> Void) async -> ConnectlyError.Code? {
    do {
        try await call()
        return nil
    } catch {
        return (error as? ConnectlyError)?.code
    }
}
