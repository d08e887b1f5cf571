#!/bin/sh
# Makes the XCFramework of the native library, on a Mac with Xcode and Rust's targets for Apple's
# platforms, and prints the checksum that SwiftPM asks for.
#
#   xcframework.sh OUT
set -eu

out=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# NAME TARGET...: one library for the processors of one system.
library() {
    name=$1
    shift
    libraries=
    for target in "$@"; do
        cargo build --locked --release --target "$target" -p connectly-conversions-swift
        cp "$root/target/$target/release/libconnectly_ffi.a" "$work/$target.a"
        "$root/bindings-swift/toolchain/own-sqlite.sh" "$work/$target.a"
        libraries="$libraries $work/$target.a"
    done
    mkdir -p "$work/$name"
    # shellcheck disable=SC2086 # a list of files without blanks
    lipo -create $libraries -output "$work/$name/libconnectly_ffi.a"
    strip -S "$work/$name/libconnectly_ffi.a"
}

cd "$root"
library macos aarch64-apple-darwin x86_64-apple-darwin
library ios aarch64-apple-ios
library simulator aarch64-apple-ios-sim x86_64-apple-ios

mkdir -p "$work/headers" "$out"
cp bindings-swift/Sources/CConnectlyFFI/CConnectlyFFI.h \
    bindings-swift/Sources/CConnectlyFFI/module.modulemap "$work/headers"
set --
for name in macos ios simulator; do
    set -- "$@" -library "$work/$name/libconnectly_ffi.a" -headers "$work/headers"
done
xcodebuild -create-xcframework "$@" -output "$work/ConnectlyFFI.xcframework"
cp LICENSE-* THIRD-PARTY-NOTICES "$work/ConnectlyFFI.xcframework"

archive=$(cd "$out" && pwd)/ConnectlyFFI.xcframework.zip
rm -f "$archive"
(cd "$work" && zip --quiet --recurse-paths "$archive" ConnectlyFFI.xcframework)
swift package compute-checksum "$archive" | tee "$archive.sha256"
