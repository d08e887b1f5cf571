import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Answers every request with the bytes that it is told to, on a free port of this machine. A
/// server with manners would add headers of its own.
final class RawServer: Sendable {
    let url: URL
    private let listener: Int32

    /// - Parameter answer: The whole answer to a request.
    init(answer: @escaping @Sendable () -> String) throws {
        #if canImport(Glibc)
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(listener, address, length) == 0, listen(listener, 64) == 0,
                    getsockname(listener, address, &length) == 0
                else { throw ContractError("no port to listen on") }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        guard let url = URL(string: "http://127.0.0.1:\(port)") else {
            throw ContractError("no URL")
        }
        self.url = url
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    // Closed here and not in `deinit`: its number could be another server's by
                    // the time that this thread asks for the next connection.
                    close(listener)
                    return
                }
                Self.readRequest(connection)
                var bytes = Array(answer().utf8)[...]
                while !bytes.isEmpty {
                    let sent = bytes.withUnsafeBytes {
                        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard sent > 0 else { break }
                    bytes = bytes.dropFirst(sent)
                }
                close(connection)
            }
        }
    }

    deinit {
        // Ends the `accept` that the thread waits in.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Reads the head and as many bytes as it announces.
    private static func readRequest(_ connection: Int32) {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let announced = text[..<end.lowerBound].lowercased()
                .components(separatedBy: "\r\n")
                .first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
            if text[end.upperBound...].utf8.count >= announced ?? 0 { return }
        }
    }
}
