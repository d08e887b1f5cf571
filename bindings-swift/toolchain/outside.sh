#!/bin/sh
# Writes a package that depends on this repository by path, as a shop's would. It keeps its orders
# in a database of the system's SQLite, as with GRDB or SQLite.swift, and reports them through the
# outbox, which brings another SQLite.
#
#   outside.sh DIR
set -eu

dir=$1
repository=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$dir/Sources/Outside" "$dir/Sources/CSQLite"
cat >"$dir/Package.swift" <<END
// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Outside",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "ConnectlyConversions", path: "$repository")],
    targets: [
        .systemLibrary(name: "CSQLite"),
        .executableTarget(
            name: "Outside",
            dependencies: [
                "CSQLite",
                .product(name: "ConnectlyConversions", package: "ConnectlyConversions"),
                .product(name: "ConnectlyTesting", package: "ConnectlyConversions"),
            ],
            linkerSettings: [
                // By its file: the link without a version is part of a package for developers.
                .linkedLibrary(":libsqlite3.so.0", .when(platforms: [.linux])),
                .linkedLibrary("sqlite3", .when(platforms: [.macOS])),
            ]),
    ]
)
END
cat >"$dir/Sources/CSQLite/module.modulemap" <<'END'
module CSQLite { header "sqlite.h" }
END
cat >"$dir/Sources/CSQLite/sqlite.h" <<'END'
// What the program uses of the system's sqlite3.h, which may not be installed.
typedef struct sqlite3 sqlite3;
int sqlite3_open(const char *path, sqlite3 **database);
int sqlite3_exec(sqlite3 *database, const char *sql, void *callback, void *context, char **error);
int sqlite3_close(sqlite3 *database);
END
cat >"$dir/Sources/Outside/main.swift" <<'END'
import CSQLite
import ConnectlyConversions
import ConnectlyTesting
import Foundation

#if canImport(Darwin)
    let file = "libsqlite3.dylib"
#else
    let file = "libsqlite3.so.0"
#endif

/// Whether the `sqlite3_open` that this program calls is the system's.
func isSystemsSQLite() -> Bool {
    let called: @convention(c) (UnsafePointer<CChar>?, UnsafeMutablePointer<OpaquePointer?>?) -> Int32
    called = sqlite3_open
    let systems = dlsym(dlopen(file, RTLD_NOW), "sqlite3_open")
    return systems != nil && unsafeBitCast(called, to: UnsafeMutableRawPointer.self) == systems
}

let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
defer { try? FileManager.default.removeItem(at: folder) }

var shop: OpaquePointer?
let order = "CREATE TABLE orders (id TEXT); INSERT INTO orders VALUES ('ORD-7821')"
guard sqlite3_open(folder.appendingPathComponent("shop.db").path, &shop) == 0,
    sqlite3_exec(shop, order, nil, nil, nil) == 0
else { fatalError("the shop's own database does not work") }

let business = UUID()
let sandbox = try Sandbox()
let client = try sandbox.client(businessID: business)
let outbox = try Outbox.open("sqlite://\(folder.path)/connectly.db", businessID: business)
let landing = "https://shop.example/?cnct_tracking_id=t&sendout_id=s&ctwa_clid=c&ad_id=1"
guard let tracking = try TrackingParams.from(url: landing) else {
    fatalError("not a Connectly visit")
}
let event = try ConversionEvent.purchase(
    tracking: tracking, orderID: "ORD-7821", currency: "USD", value: "99.97")
try await outbox.enqueue(event)
let delivered = try await outbox.deliver(client: client)
await outbox.close()
let orders = try sandbox.received.map(\.orderID)
guard delivered.accepted == 1, orders == ["ORD-7821"] else { fatalError("\(orders)") }

guard sqlite3_exec(shop, "SELECT id FROM orders", nil, nil, nil) == 0, sqlite3_close(shop) == 0
else { fatalError("the shop's own database works no longer") }
guard isSystemsSQLite() else { fatalError("the shop got another SQLite than the system's") }
print("order \(orders) was reported, beside a database of the system's SQLite")
END
