internal import ConnectlyFFI

extension ConnectlyError {
    init(_ record: ErrorRecord) {
        let details = Details(
            code: Code(rawValue: record.code), message: record.message,
            status: record.status.map(Int.init), retryable: record.retryable,
            retryAfter: record.retryAfter.map { .seconds($0) }, attempts: Int(record.attempts),
            issues: record.issues.map(Issue.init), rawBody: record.rawBody,
            causes: record.causes)
        self.init(Kind(rawValue: record.kind) ?? .internal, details)
    }
}

/// The public form of what the native library throws.
package func publicError(_ error: any Error) -> any Error {
    switch error {
    case Failure.Failed(let record): ConnectlyError(record)
    case Failure.Cancelled: CancellationError()
    // Only a panic that was caught at the border comes otherwise.
    default:
        ConnectlyError.internal(
            .init(
                code: .internal, message: String(describing: error), status: nil,
                retryable: false, retryAfter: nil, attempts: 0, issues: [], rawBody: nil,
                causes: []))
    }
}

/// Calls the native library and throws its errors in their public form.
package func native<Value>(_ call: () throws -> Value) throws -> Value {
    do { return try call() } catch { throw publicError(error) }
}
