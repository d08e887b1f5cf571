#!/bin/sh
# Builds CPython for musl and for an old glibc, which no registry has: only for a test to load a
# wheel with.
#
#   python.sh SOURCES ZIG TARGET OUT
#
# SOURCES holds Debian's sources of CPython and zlib, TARGET is what zig compiles for. OUT gets bin/
# and lib/; it may be moved. Without TLS, and with every module inside the program: what lies in
# this machine's /usr/include cannot be mistaken for the platform's.
set -eu

sources=$1 zig=$2 target=$3 out=$4
host=${target%%.*}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir zlib python
tar -xf "$sources"/zlib_*.orig.tar.* -C zlib --strip-components 1
tar -xf "$sources"/python3.11_*.orig.tar.* -C python --strip-components 1

export CC="$zig cc -fno-sanitize=all -w -target $target -dynamic"
export AR="$zig ar" RANLIB="$zig ranlib" READELF=/usr/bin/readelf
# It is loaded into nothing and measured by nobody.
export OPT="-DNDEBUG -O1 -fwrapv"

cd "$work/zlib"
$CC -O1 -fPIC -DHAVE_UNISTD_H -c ./*.c
$AR rcs libz.a ./*.o

cd "$work/python"
export PKG_CONFIG=false ZLIB_CFLAGS="-I$work/zlib" ZLIB_LIBS="-L$work/zlib -lz"
# What a foreign machine cannot be asked.
export ac_cv_file__dev_ptmx=yes ac_cv_file__dev_ptc=no ac_cv_buggy_getaddrinfo=no
export MODULE_BUILDTYPE=static
./configure --quiet --host="$host" --build="$(uname -m)-linux-gnu" --prefix=/usr \
    --with-build-python=/usr/bin/python3.11 --disable-test-modules --without-ensurepip
cp Modules/Setup.stdlib Modules/Setup.local
make --silent -j"$(nproc)" python pybuilddir.txt

mkdir -p "$out/bin" "$out/lib/python3.11/lib-dynload"
cp python "$out/bin/python3.11"
rm -rf Lib/test Lib/idlelib Lib/lib2to3 Lib/ensurepip
cp -R Lib/. build/lib.*/_sysconfigdata_*.py "$out/lib/python3.11"
