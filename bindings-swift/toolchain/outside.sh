#!/bin/sh
# Writes a package that depends on this repository by path, as a shop's would.
#
#   outside.sh DIR
set -eu

dir=$1
repository=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$dir/Sources/Outside"
cat >"$dir/Package.swift" <<END
// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Outside",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "ConnectlyConversions", path: "$repository")],
    targets: [
        .executableTarget(
            name: "Outside",
            dependencies: [
                .product(name: "ConnectlyConversions", package: "ConnectlyConversions"),
                .product(name: "ConnectlyTesting", package: "ConnectlyConversions"),
            ])
    ]
)
END
cat >"$dir/Sources/Outside/main.swift" <<'END'
import ConnectlyConversions
import ConnectlyTesting
import Foundation

let sandbox = try Sandbox()
let client = try sandbox.client()
let landing = "https://shop.example/?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1"
guard let tracking = try TrackingParams.from(url: landing) else {
    fatalError("not a Connectly visit")
}
let event = try ConversionEvent.purchase(
    tracking: tracking, orderID: "ORD-7821", currency: "USD", value: "99.97")
let receipt = try await client.send(event)
let orders = try sandbox.received.map(\.orderID)
guard receipt.eventsReceived == 1, orders == ["ORD-7821"] else { fatalError("\(orders)") }
print("received \(receipt.eventsReceived), status \(receipt.status), order \(orders)")
END
