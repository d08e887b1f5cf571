// swift-tools-version: 6.0
import PackageDescription

// A shop of your own depends on `.package(url: …, from: …)` instead of a path.
let package = Package(
    name: "swift-checkout",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "ConnectlyConversions", path: "../..")],
    targets: [
        .target(
            name: "Shop",
            dependencies: [
                .product(name: "ConnectlyConversions", package: "ConnectlyConversions")
            ]),
        .executableTarget(name: "checkout", dependencies: ["Shop"]),
        .testTarget(
            name: "ShopTests",
            dependencies: [
                "Shop", .product(name: "ConnectlyTesting", package: "ConnectlyConversions"),
            ]),
    ]
)
