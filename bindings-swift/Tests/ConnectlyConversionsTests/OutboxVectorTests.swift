import ConnectlyConversions
import ConnectlyTesting
import Foundation
import XCTest

/// Runs `tests/vectors/outbox.json`: an outbox in a file of its own, against the sandbox.
final class OutboxVectorTests: XCTestCase {
    func testOutbox() async throws {
        let folder = try OutboxFile.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let cases = try Contract.vectors("outbox").enumerated().map { index, vector in
            let own = folder.appendingPathComponent(String(index))
            try FileManager.default.createDirectory(at: own, withIntermediateDirectories: false)
            return (vector, own)
        }
        var report = Report()
        // Each waits for its disk, so a few are played at once.
        try await withThrowingTaskGroup(of: (String, String?).self) { group in
            for (index, (vector, own)) in cases.enumerated() {
                if index >= 4, let (name, problem) = try await group.next() {
                    report.note(name, problem)
                }
                group.addTask {
                    var play = try OutboxPlay(vector, in: own)
                    return (play.name, try await play.problem())
                }
            }
            for try await (name, problem) in group { report.note(name, problem) }
        }
        report.finish()
        XCTAssertEqual(report.run, try Contract.count("outbox"))
    }
}

struct OutboxPlay {
    let name: String
    private let file: OutboxFile
    private let steps: [JSON]
    private let received: [JSON]?
    /// What `as` has named.
    private(set) var labels: [String: Int64] = [:]
    /// One row a conversion.
    private var ids: [String: Int64] = [:]

    init(_ vector: Members, in folder: URL) throws {
        var vector = vector
        name = try vector.string("name") ?? ""
        _ = vector.take("why")
        steps = try vector.array("steps")
        let hasReceived = vector.contains("received")
        let received = try vector.array("received")
        self.received = hasReceived ? received : nil
        try vector.finish()
        file = try OutboxFile(folder)
    }

    /// The first step that does not go as the case says.
    mutating func problem() async throws -> String? {
        for (index, step) in steps.enumerated() {
            var members = try Members(step, in: name)
            if let problem = try await play(&members) {
                return "step \(index + 1), \(step.text): \(problem)"
            }
            try members.finish()
        }
        await file.outbox.close()
        guard let received else { return nil }
        let found = try Self.holdings(file.sandbox.received.map(\.orderID))
        let wanted = try received.map(Self.holding).sorted()
        return found == wanted ? nil : "received \(found), expected \(wanted)"
    }

    private mutating func play(_ step: inout Members) async throws -> String? {
        let outbox = file.outbox
        switch try step.string("do") {
        case "enqueue": return try await enqueue(&step)
        case "release":
            let done = try await outbox.release(target(&step))
            return try difference(done, step.needed("expect"))
        case "cancel":
            let reason = try step.string("reason")
            let done = try await outbox.cancel(target(&step), reason: reason)
            return try difference(done, step.needed("expect"))
        case "skip":
            let (order, reason) = (try step.needed("order_id"), try step.string("reason") ?? "")
            guard case .string(let id) = order else { throw ContractError("an order has an id") }
            let name = try Self.eventName(&step)
            let done = try await outbox.skip(id, reason: reason, eventName: name)
            return try difference(done, step.needed("expect"))
        case "forget":
            let done = try await outbox.forget(target(&step))
            return try difference(done, step.needed("expect"))
        case "status":
            let found = try await outbox.status(target(&step))
            return try status(found, expected: step.needed("expect"))
        case "counts":
            return try difference(await outbox.counts(), step.needed("expect"))
        case "dead_letters":
            var found: [String] = []
            for try await letter in outbox.deadLetters() { found.append(letter.orderID ?? "null") }
            let wanted = try step.array("expect").map(Self.orNull)
            return found == wanted ? nil : "found \(found)"
        case "replay": return try await replay(&step)
        case "deliver": return try await deliver(&step)
        case "work": return try await work(&step)
        case "pause":
            try await outbox.pause(until: step.string("until").flatMap(Self.time))
            return nil
        case "resume":
            try await outbox.resume()
            return nil
        case let other: throw ContractError("\(name): \(other ?? "nothing") is not known")
        }
    }

    private mutating func enqueue(_ step: inout Members) async throws -> String? {
        let event = try Self.event(Members(step.needed("event"), in: name))
        let hold = try step.string("hold").map {
            try Self.time($0).map(Outbox.Hold.time) ?? .release
        }
        let enqueued = try await file.outbox.enqueue(event, holdUntil: hold)
        if let label = try step.string("as") { labels[label] = enqueued.id }
        if let order = event.orderID {
            let conversion = Self.ascii("\(event.name) \(order)")
            let first = ids[conversion, default: enqueued.id]
            ids[conversion] = first
            if first != enqueued.id { return "the id was \(first) and is \(enqueued.id)" }
        }
        return try difference(enqueued, step.needed("expect"), but: ["id"])
    }

    private func replay(_ step: inout Members) async throws -> String? {
        let which: Outbox.Dead =
            if let code = try step.string("code") {
                .code(ConnectlyError.Code(rawValue: code))
            } else if try step.bool("all") == true {
                .all
            } else {
                .one(try target(&step))
            }
        let (force, plan) = (try step.bool("force") ?? false, try step.bool("plan") ?? false)
        let done = try await file.outbox.replay(which, force: force, plan: plan)
        var expected = try Members(step.needed("expect"), in: name)
        let verdicts = try expected.strings("verdicts")
        let replayed = try expected.number("replayed").map { Int($0) }
        guard case .object(let sums)? = expected.take("money") else {
            throw ContractError("\(name): money is an object")
        }
        try expected.finish()
        var money: [String: Decimal] = [:]
        for (currency, sum) in sums { money[currency] = Sample.amount(try Self.orNull(sum)) }
        let isSame =
            done.events.map(\.verdict.rawValue) == verdicts && done.replayed == replayed
            && done.money == money
        return isSame ? nil : "found \(done)"
    }

    private func deliver(_ step: inout Members) async throws -> String? {
        try script(&step)
        let before = try file.sandbox.requests.count
        let done = try await file.outbox.deliver(client: file.client)
        let count = try file.sandbox.requests.count - before
        return try difference(done, step.needed("expect"), and: ["requests": "\(count)"])
    }

    /// A worker, until the counts are as expected.
    private func work(_ step: inout Members) async throws -> String? {
        try script(&step)
        let expected = try step.needed("expect")
        let (attempts, told) = AsyncStream<Outbox.Attempt>.makeStream()
        // So that a case that fails ends.
        let patience = Task {
            try await Task.sleep(for: .seconds(60))
            told.finish()
        }
        let worker = try file.outbox.worker(client: file.client) { told.yield($0) }
        var problem = try difference(await file.outbox.counts(), expected)
        var iterator = attempts.makeAsyncIterator()
        while problem != nil, await iterator.next() != nil {
            problem = try difference(await file.outbox.counts(), expected)
        }
        patience.cancel()
        await worker.stop()
        return problem
    }

    private func script(_ step: inout Members) throws {
        let faults = JSON.object([("faults", .array(try step.array("faults")))])
        try file.sandbox.clearFaults()
        try file.sandbox.script(json: faults.text)
    }
}
