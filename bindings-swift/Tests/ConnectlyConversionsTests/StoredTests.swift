import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

/// What a job queue keeps: events and errors.
final class StoredTests: XCTestCase {
    private struct Job: Codable, Equatable {
        var orderNumber: Int
        var event: ConversionEvent
    }

    private func event() throws -> ConversionEvent {
        try ConversionEvent.purchase(
            tracking: Sample.tracking(), orderID: "A", currency: "USD",
            value: "1234567890123456.78", items: [Item(id: "é\"/", itemPrice: "0.10")],
            eventTime: Date(timeIntervalSince1970: 1_746_480_000),
            extraPayload: ["zeta": 1, "alpha": ["b": 2, "a": [true, "x"]]])
    }

    private func assertSame(
        _ read: ConversionEvent, _ event: ConversionEvent, line: UInt = #line
    ) {
        XCTAssertEqual(read.toWire(), event.toWire(), line: line)
        XCTAssertEqual(read.warnings, event.warnings, line: line)
        XCTAssertFalse(read.warnings.isEmpty, line: line)
        XCTAssertEqual(read.value, Sample.amount("1234567890123456.78"), line: line)
    }

    func testAnEventIsReadBackFromJSON() throws {
        let event = try event()
        let text = event.toJSON()
        // Marked as what it is, with money as text.
        XCTAssertTrue(text.contains(#""stored_event":1"#), text)
        XCTAssertTrue(text.contains(#""value":"1234567890123456.78""#), text)
        assertSame(try ConversionEvent(json: text), event)
    }

    func testAnEventIsReadBackFromTheWireWithAllItsDigits() throws {
        let event = try event()
        XCTAssertEqual(try ConversionEvent(wire: event.toWire()), event)
        XCTAssertThrowsError(
            try ConversionEvent(json: String(decoding: event.toWire(), as: UTF8.self)))
    }

    func testAnEventInsideAJobIsReadBackUnderEveryStrategy() throws {
        let job = Job(orderNumber: 7, event: try event())
        for isSnakeCase in [true, false] {
            let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
            if isSnakeCase {
                encoder.keyEncodingStrategy = .convertToSnakeCase
                decoder.keyDecodingStrategy = .convertFromSnakeCase
            }
            assertSame(try decoder.decode(Job.self, from: encoder.encode(job)).event, job.event)
        }
        let listed = try PropertyListDecoder().decode(
            Job.self, from: PropertyListEncoder().encode(job))
        assertSame(listed.event, job.event)
    }

    /// Node's `JSON.stringify` writes the stored form as an object.
    func testAnEventThatAnotherLanguageStoredIsRead() throws {
        let event = try ConversionEvent.purchase(
            tracking: Sample.tracking(), orderID: "A", currency: "USD",
            value: "1234567890123456.78", eventTime: Date(timeIntervalSince1970: 1_746_480_000))
        let job = Data(#"{"orderNumber":7,"event":\#(event.toJSON())}"#.utf8)
        assertSame(try JSONDecoder().decode(Job.self, from: job).event, event)
    }

    func testAnErrorKeepsItsKindAndItsCode() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client(retry: .never)
        try sandbox.failNext(.status(429).retryAfter(seconds: 120).body("slow down"))
        var errors: [ConnectlyError] = []
        do {
            _ = try await client.send(event())
        } catch let error as ConnectlyError {
            errors.append(error)
        }
        do {
            _ = try ConversionEvent.purchase(
                tracking: Sample.tracking(), orderID: "", currency: "XYZ", value: "1,000.50")
        } catch let error as ConnectlyError {
            errors.append(error)
        }
        sandbox.stop()
        do {
            _ = try await client.send(event())
        } catch let error as ConnectlyError {
            errors.append(error)
        }
        XCTAssertEqual(errors.map(\.kind), [.rateLimited, .validation, .network])
        for error in errors {
            let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
            encoder.keyEncodingStrategy = .convertToSnakeCase
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let read = try decoder.decode(ConnectlyError.self, from: encoder.encode(error))
            XCTAssertEqual(read, error)
            XCTAssertEqual(read.code, error.code)
        }
        XCTAssertEqual(errors[0].retryAfter, .seconds(120))
        XCTAssertThrowsError(
            try JSONDecoder().decode(ConnectlyError.self, from: Data(#"{"kind":"rain"}"#.utf8))
        ) { XCTAssertTrue($0 is DecodingError) }
    }
}
