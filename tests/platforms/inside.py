"""Runs a command in a folder as if it were the root of a machine, of this processor or another.

inside.py PLATFORM COMMAND...    a program that cargo built for the platform's tests: cargo's runner

Everything happens in a user and mount namespace of its own: no root rights, and nothing is left
behind. Programs of another processor are run by the emulator, which the kernel is told of in that
namespace only, so that they can start themselves as well.
"""

import pathlib
import subprocess
import sys

import machines
import tools
from table import ROOT, Platform, chosen

SETUP = r"""
root=$1
if [ -n "$EMULATOR" ]; then
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    # The head of an ELF file of the processor; `F` keeps the emulator open for the new root.
    zeros='\x00\x00\x00\x00\x00\x00\x00\x00\x00'
    head="\\x7fELF\\x02\\x01\\x01$zeros\\x02\\x00$MACHINE\\x00"
    mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    printf %s ":foreign:M::$head:$mask:$EMULATOR:F" >/proc/sys/fs/binfmt_misc/register
fi
mount --bind "$root" "$root"
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/etc"
# Debian's packages bring none, and every machine knows itself.
echo "127.0.0.1 localhost" >"$root/etc/hosts"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
shift
while [ "$1" != -- ]; do
    mkdir -p "$root/$1"
    mount --bind "$1" "$root/$1"
    shift
done
shift
unset EMULATOR MACHINE
# Unlike chroot, it keeps the folder.
exec unshare --root="$root" --wd="$PWD" "$@"
"""
MACHINES = {"aarch64": r"\xb7", "x86_64": r"\x3e"}


def emulator(platform: Platform) -> str:
    """The static emulator of the platform's processor; nothing where this machine has it."""
    if not platform.foreign:
        return ""
    root = tools.debian("emulator", ["qemu-user-static"])
    return str(root / f"usr/bin/qemu-{platform.machine}-static")


def run(platform: Platform, folders: list[pathlib.Path], *command: object, **env: str) -> None:
    """Runs a command on a machine of the platform; ends the program where it fails.

    The folders have the same names there; it runs in the first of them.
    """
    done = started(platform, folders, folders[0], *command, **env)
    if done != 0:
        sys.exit(f"failed ({done}) on {platform}: {' '.join(str(part) for part in command)}")


def started(
    platform: Platform, folders: list[pathlib.Path], work: pathlib.Path, *command: object, **env: str
) -> int:
    """The exit code of a command that runs in the folder `work` on a machine of the platform."""
    shown = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"} | env
    setup = {"EMULATOR": emulator(platform), "MACHINE": MACHINES[platform.machine]}
    words = [str(part) for part in command]
    enter = []
    # Without a root of its own it is this machine that runs it.
    if root := machines.root(platform):
        enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-euc", SETUP, "sh"]
        enter += [str(root), *map(str, folders), "--"]
    return subprocess.run([*enter, *words], env=shown | setup, cwd=work, check=False).returncode


if __name__ == "__main__":
    (asked,) = chosen(sys.argv[1])
    sys.exit(started(asked, [ROOT, asked.target_dir], pathlib.Path.cwd(), *sys.argv[2:]))
