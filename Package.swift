// swift-tools-version: 6.2
import PackageDescription

// The native library is a static library in an artifact bundle, which `make build-swift` writes;
// CONNECTLY_FFI_BUNDLE is its path below this folder. Without it pkg-config finds the library, as
// in Package@swift-6.0.swift.
let native: Target =
    if let bundle = Context.environment["CONNECTLY_FFI_BUNDLE"] {
        .binaryTarget(name: "CConnectlyFFI", path: bundle)
    } else {
        .systemLibrary(
            name: "CConnectlyFFI", path: "bindings-swift/Sources/CConnectlyFFI",
            pkgConfig: "connectly_ffi")
    }

let package = Package(
    name: "ConnectlyConversions",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [
        .library(name: "ConnectlyConversions", targets: ["ConnectlyConversions"]),
        .library(name: "ConnectlyTesting", targets: ["ConnectlyTesting"]),
    ],
    targets: [
        native,
        .target(
            name: "ConnectlyFFI", dependencies: ["CConnectlyFFI"],
            path: "bindings-swift/Sources/ConnectlyFFI"),
        .target(
            name: "ConnectlyConversions", dependencies: ["ConnectlyFFI"],
            path: "bindings-swift/Sources/ConnectlyConversions"),
        .target(
            name: "ConnectlyTesting", dependencies: ["ConnectlyConversions", "ConnectlyFFI"],
            path: "bindings-swift/Sources/ConnectlyTesting"),
        .testTarget(
            name: "ConnectlyConversionsTests",
            dependencies: ["ConnectlyConversions", "ConnectlyTesting"],
            path: "bindings-swift/Tests/ConnectlyConversionsTests"),
    ]
)
