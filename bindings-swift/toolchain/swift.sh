#!/bin/sh
# Runs a command with Swift: the machine's own where `swift` is on the PATH, else that of a Debian
# root.
#
#   swift.sh ROOT [NAME=VALUE...] COMMAND...
#
# The folder it is called from is there under its own name, in either case.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$1
shift

if [ "$root" = path ]; then
    exec env "$@"
fi
# Nothing of the host's environment means anything in another release.
exec "$here/root.sh" run "$root" "$PWD" -- \
    env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin "PWD=$PWD" \
    env --chdir="$PWD" "$@"
