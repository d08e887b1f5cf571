#!/bin/sh
# Gives SQLite's functions in a static library names of our own.
#
#   own-sqlite.sh LIBRARY
#
# A program may link another SQLite as well: the system's, as GRDB and SQLite.swift do, or one that
# is compiled into a package. Under SQLite's own names a linker takes the two for one, and a
# database that one of them has opened ends up in the other.
set -eu

library=$1
sysroot=$(rustc --print sysroot)
# Rust's own objcopy knows every processor; this machine's only its own.
objcopy=$sysroot/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-objcopy
names=$(mktemp)
trap 'rm -f "$names"' EXIT

# The library's bytes hold the name of every symbol, whatever processor and system it is for; what
# else looks like a name does no harm. Apple's symbols begin with an underscore.
LC_ALL=C grep -aoE '_?sqlite3[A-Za-z0-9_]*' "$library" | sort -u |
    sed 's/^\(_\{0,1\}\)\(.*\)/\1\2 \1connectly_\2/' >"$names"
LD_LIBRARY_PATH=$sysroot/lib "$objcopy" --redefine-syms="$names" "$library"
