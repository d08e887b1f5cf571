#!/bin/sh
# Lays the built static library out for SwiftPM.
#
#   native.sh LIBRARY VERSION OUT
#
# OUT gets lib/ and connectly_ffi.pc, for Swift 6.0 and 6.1 through pkg-config, and
# ConnectlyFFI.artifactbundle, for Swift 6.2 and later; each with the licences.
set -eu

library=$1
version=$2
out=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
headers=$root/bindings-swift/Sources/CConnectlyFFI
bundle=$out/ConnectlyFFI.artifactbundle

# Rust and Swift name the machine differently, and so do builds of Swift among themselves.
host=$(rustc -vV | sed -n 's/^host: //p')
case $host in
*-unknown-linux-gnu) triples="\"$host\", \"${host%%-*}-pc-linux-gnu\"" ;;
*) triples="\"$host\"" ;;
esac

rm -rf "$out"
mkdir -p "$out/lib" "$bundle/$host" "$bundle/include"
cp "$root"/LICENSE-* "$out"
cp "$root"/LICENSE-* "$bundle"
cp "$library" "$out/lib/libconnectly_ffi.a"
# Half of it is the debug information of Rust's standard library.
strip -S "$out/lib/libconnectly_ffi.a"
cat >"$out/connectly_ffi.pc" <<END
prefix=\${pcfiledir}
Name: connectly_ffi
Description: The native library under the Swift package ConnectlyConversions
Version: $version
Libs: -L\${prefix}/lib -lconnectly_ffi
END

ln -f "$out/lib/libconnectly_ffi.a" "$bundle/$host/libconnectly_ffi.a"
cp "$headers/CConnectlyFFI.h" "$headers/module.modulemap" "$bundle/include/"
cat >"$bundle/info.json" <<END
{
  "schemaVersion": "1.0",
  "artifacts": {
    "CConnectlyFFI": {
      "type": "staticLibrary",
      "version": "$version",
      "variants": [
        {
          "path": "$host/libconnectly_ffi.a",
          "supportedTriples": [$triples],
          "staticLibraryMetadata": {
            "headerPaths": ["include"],
            "moduleMapPath": "include/module.modulemap"
          }
        }
      ]
    }
  }
}
END
