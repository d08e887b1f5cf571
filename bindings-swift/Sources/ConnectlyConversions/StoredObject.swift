import Foundation

/// A stored form as coders see it: a dictionary, whose names no key strategy changes. Keys would
/// become `cnctTrackingId` under `convertFromSnakeCase`.
struct StoredObject: Codable {
    let members: [String: JSONValue]

    init(_ members: [String: JSONValue]) {
        self.members = members
    }

    init(json: String) throws {
        members = try JSONDecoder().decode([String: JSONValue].self, from: Data(json.utf8))
    }

    init(from decoder: any Decoder) throws {
        members = try decoder.singleValueContainer().decode([String: JSONValue].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(members)
    }

    var json: String { JSONValue.object(members).jsonText }
}
