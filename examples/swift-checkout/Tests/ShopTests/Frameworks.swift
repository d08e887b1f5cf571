// What the README uses of Vapor and of Hummingbird's ServiceLifecycle.

import Foundation

/// As in Vapor, a sequence of names and values.
struct HTTPHeaders: Sequence {
    var all: [(name: String, value: String)] = []
    mutating func add(name: String, value: String) { all.append((name, value)) }
    mutating func replaceOrAdd(name: String, value: String) {
        all.removeAll { $0.name == name }
        add(name: name, value: value)
    }
    func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
        all.makeIterator()
    }
}

struct HTTPMethod { let rawValue: String }

struct URI { let string: String }

struct Request {
    var method = HTTPMethod(rawValue: "GET")
    var url: URI
    var headers = HTTPHeaders()
}

final class Response { var headers = HTTPHeaders() }

protocol AsyncResponder { func respond(to request: Request) async throws -> Response }

protocol AsyncMiddleware {
    func respond(to request: Request, chainingTo next: any AsyncResponder) async throws -> Response
}

enum HTTPStatus { case created }

enum Environment {
    static func get(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}

struct Logger: Sendable {
    func info(_ message: String) { print(message) }
    func warning(_ message: String) { print(message) }
    func error(_ message: String) { print(message) }
}

protocol LifecycleHandler: Sendable {
    func shutdownAsync(_ application: Application) async
}

/// Serves one route and does it in this process.
final class Application: @unchecked Sendable {
    struct Lifecycle {
        var handlers: [any LifecycleHandler] = []
        mutating func use(_ handler: any LifecycleHandler) { handlers.append(handler) }
    }

    let logger = Logger()
    var lifecycle = Lifecycle()
    private var routes: [String: @Sendable (Request) async throws -> HTTPStatus] = [:]

    func post(_ path: String, use: @escaping @Sendable (Request) async throws -> HTTPStatus) {
        routes["/\(path)"] = use
    }

    func serve(_ request: Request) async throws -> HTTPStatus? {
        try await routes[request.url.string]?(request)
    }

    func shutDown() async {
        for handler in lifecycle.handlers { await handler.shutdownAsync(self) }
    }
}

protocol Service: Sendable {
    func run() async throws
}

/// There the task is cancelled by a graceful shutdown, here by the test.
func cancelWhenGracefulShutdown<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
) async rethrows -> Value {
    try await operation()
}
