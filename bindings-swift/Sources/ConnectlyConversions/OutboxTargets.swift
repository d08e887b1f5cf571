internal import ConnectlyFFI
public import Foundation

extension Outbox {
    /// Until when an event is held.
    public enum Hold: Sendable, Hashable {
        /// Until this time, at which it becomes due by itself.
        case time(Date)
        /// Until ``Outbox/release(_:)``, however long that takes. Meta counts no order that is
        /// older than seven days.
        case release

        var record: HoldRecord {
            switch self {
            case .time(let date): .time(seconds: date.timeIntervalSince1970)
            case .release: .release
            }
        }
    }

    /// Which event is meant.
    public enum Target: Sendable {
        /// The event of this order.
        case order(any IDConvertible, eventName: ConversionEvent.Name = .purchase)
        /// The event that `enqueue` gave this number.
        case id(Int64)
        /// Every event of a customer's tracking id (`cnct_tracking_id`).
        case tracking(String)

        var record: MeantRecord {
            switch self {
            case .order(let id, let name): .order(orderId: id.idText, eventName: name.rawValue)
            case .id(let id): .id(id: id)
            case .tracking(let id): .tracking(trackingId: id)
            }
        }
    }

    /// Which events are replayed.
    public enum Dead: Sendable {
        /// One event, also a cancelled one.
        case one(Target)
        /// The dead letters whose last failure has this code.
        case code(ConnectlyError.Code)
        /// All dead letters.
        case all

        var record: ReplayRecord {
            switch self {
            case .one(let target): .one(meant: target.record)
            case .code(let code): .code(code: code.rawValue)
            case .all: .all
            }
        }
    }
}
