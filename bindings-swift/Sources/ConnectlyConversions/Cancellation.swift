package import ConnectlyFFI

/// Calls the native library so that cancelling the task stops the call, and throws errors in their
/// public form.
package func cancellable<Value>(
    _ call: (CancelToken) async throws -> Value
) async throws -> Value {
    do {
        let token = try CancelToken()
        return try await withTaskCancellationHandler {
            try await call(token)
        } onCancel: {
            try? token.cancel()
        }
    } catch {
        throw publicError(error)
    }
}
