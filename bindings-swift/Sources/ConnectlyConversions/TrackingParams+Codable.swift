extension TrackingParams: Codable {
    /// Reads the object that ``encode(to:)`` or another language wrote, and validates it.
    ///
    /// - Throws: ``ConnectlyError/validation(_:)`` where a value is missing or malformed, and
    ///   `DecodingError` where there is no object.
    public init(from decoder: any Decoder) throws {
        try self.init(json: StoredObject(from: decoder).json)
    }

    /// Writes the members of ``toJSON()`` as an object. An encoder decides their order, that of
    /// ``extra`` included; ``toJSON()`` and ``toCookie()`` keep it.
    public func encode(to encoder: any Encoder) throws {
        try StoredObject(json: toJSON()).encode(to: encoder)
    }
}
