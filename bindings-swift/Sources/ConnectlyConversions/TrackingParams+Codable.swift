import Foundation

extension TrackingParams: Codable {
    private struct Member: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads the object that ``encode(to:)`` or another language wrote, and validates it.
    ///
    /// - Throws: ``ConnectlyError/validation(_:)`` where a value is missing or malformed, and
    ///   `DecodingError` where there is no object.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Member.self)
        var members: [String: JSONValue] = [:]
        for key in container.allKeys {
            members[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
        }
        try self.init(json: JSONValue.object(members).jsonText)
    }

    /// Writes the members of ``toJSON()`` as an object. An encoder decides their order, that of
    /// ``extra`` included; ``toJSON()`` and ``toCookie()`` keep it.
    public func encode(to encoder: any Encoder) throws {
        let members = try JSONDecoder().decode([String: JSONValue].self, from: Data(toJSON().utf8))
        var container = encoder.container(keyedBy: Member.self)
        for (name, value) in members {
            try container.encode(value, forKey: Member(stringValue: name))
        }
    }
}
