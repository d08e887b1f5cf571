extension ConversionEvent: Codable {
    /// Reads what ``encode(to:)`` wrote, or the object that another language's JSON has.
    ///
    /// - Throws: ``ConnectlyError/validation(_:)`` where it is not a stored event.
    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            try self.init(json: text)
        } else {
            try self.init(json: StoredObject(from: decoder).json)
        }
    }

    /// Writes ``toJSON()`` as one string: a coder that sorts members or prints numbers in its own
    /// way would change the bytes that go out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(toJSON())
    }
}
