#!/bin/sh
# Lays the built static library out for SwiftPM.
#
#   native.sh LIBRARY VERSION OUT [TARGET TRIPLE...]
#
# TARGET is Rust's name of the machine it was built for, the TRIPLES are Swift's; left out, it is
# this machine.
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
if [ $# -gt 3 ]; then
    host=$4
    shift 4
else
    host=$(rustc -vV | sed -n 's/^host: //p')
    set -- "$host"
    case $host in
    *-unknown-linux-gnu) set -- "$host" "${host%%-*}-pc-linux-gnu" ;;
    esac
fi
triples=$(printf '"%s", ' "$@")
triples=${triples%, }

rm -rf "$out"
mkdir -p "$out/lib" "$bundle/$host" "$bundle/include"
cp "$root"/LICENSE-* "$root/THIRD-PARTY-NOTICES" "$out"
cp "$root"/LICENSE-* "$root/THIRD-PARTY-NOTICES" "$bundle"
cp "$library" "$out/lib/libconnectly_ffi.a"
# Half of it is the debug information of Rust's standard library. Rust's own objcopy knows every
# processor; this machine's strip only its own.
sysroot=$(rustc --print sysroot)
objcopy=$sysroot/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-objcopy
LD_LIBRARY_PATH=$sysroot/lib "$objcopy" --strip-debug "$out/lib/libconnectly_ffi.a" 2>/dev/null ||
    strip -S "$out/lib/libconnectly_ffi.a"
"$root/bindings-swift/toolchain/own-sqlite.sh" "$out/lib/libconnectly_ffi.a"
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
