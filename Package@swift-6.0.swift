// swift-tools-version: 6.0
import PackageDescription

// Swift 6.0 and 6.1 cannot take a static library from a package. There the native library comes
// through pkg-config: `make -C … build-swift` or the release's archive has connectly_ffi.pc.
let package = Package(
    name: "ConnectlyConversions",
    platforms: [.macOS(.v13), .iOS(.v16)],
    products: [
        .library(name: "ConnectlyConversions", targets: ["ConnectlyConversions"]),
        .library(name: "ConnectlyTesting", targets: ["ConnectlyTesting"]),
    ],
    targets: [
        .systemLibrary(
            name: "CConnectlyFFI", path: "bindings-swift/Sources/CConnectlyFFI",
            pkgConfig: "connectly_ffi"),
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
