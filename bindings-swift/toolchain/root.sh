#!/bin/sh
# A Debian root with a Swift toolchain, for machines whose own release has none.
#
#   root.sh make RELEASE DIR           builds the root (once; later calls return at once)
#   root.sh run DIR PATH... -- COMMAND runs a command in it; each PATH is there under its own name
#
# Debian packages Swift 6.0 in trixie and 6.2 in sid. The packages come from the mirror that this
# machine's apt already uses. Needs root (or sudo): debootstrap, chroot and mounts do.
set -eu

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -E "$@"; fi
}

# The Debian mirror of this machine.
mirror() {
    found=$(apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 2>/dev/null |
        sed -n 's/^Debian|//p' | head -n 1)
    if [ -z "$found" ]; then
        echo "root.sh: apt knows no Debian mirror; install Swift 6 and put it on the PATH" >&2
        return 1
    fi
    echo "$found"
}

# Everything in a mount namespace of its own: nothing stays mounted, however the command ends.
inside() {
    root=$1
    shift
    as_root unshare --mount --propagation private sh -eu -c '
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        cp -L /etc/resolv.conf "$root/etc/resolv.conf"
        while [ "$1" != -- ]; do
            mkdir -p "$root$1"
            mount --rbind "$1" "$root$1"
            shift
        done
        shift
        exec chroot "$root" "$@"
    ' sh "$root" "$@"
}

make_root() {
    release=$1
    dir=$2
    [ -e "$dir/.complete" ] && return 0
    command -v debootstrap >/dev/null ||
        as_root apt-get install --yes --no-install-recommends debootstrap
    uri=$(mirror)
    # What an earlier run left behind may lack anything.
    as_root rm -rf --one-file-system "$dir"
    as_root debootstrap --variant=minbase --include=ca-certificates "$release" "$dir" "$uri"
    # The Release file of sid can be past its date on a mirror; its signature still holds.
    inside "$dir" -- env DEBIAN_FRONTEND=noninteractive sh -eu -c '
        apt-get -o Acquire::Check-Valid-Until=false update
        apt-get install --yes --no-install-recommends \
            swiftlang swiftlang-dev libc6-dev g++ git pkg-config
        apt-get clean
    '
    as_root touch "$dir/.complete"
}

case ${1:-} in
make)
    mkdir -p "$(dirname "$3")"
    # Two runs at once must not build into one folder.
    exec 9>"$3.lock"
    flock 9
    make_root "$2" "$3" 9>&-
    ;;
run)
    shift
    dir=$1
    shift
    inside "$dir" "$@"
    ;;
*)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
