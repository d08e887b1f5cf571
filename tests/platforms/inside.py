"""Runs a command in a folder as if it were the root of a machine, of this processor or another.

Everything happens in a user and mount namespace of its own: no root rights, and nothing is left
behind. Programs of another processor are run by the emulator, which the kernel is told of in that
namespace only, so that they can start themselves as well.
"""

import pathlib
import subprocess
import sys

import tools
from table import Platform

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
mkdir -p "$root/proc" "$root/dev" "$root/tmp"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root/$2"
mount --bind "$2" "$root/$2"
shift 2
unset EMULATOR MACHINE
exec chroot "$root" "$@"
"""
MACHINES = {"aarch64": r"\xb7", "x86_64": r"\x3e"}


def emulator(platform: Platform) -> str:
    """The static emulator of the platform's processor; nothing where this machine has it."""
    if not platform.foreign:
        return ""
    root = tools.debian("emulator", ["qemu-user-static"])
    return str(root / f"usr/bin/qemu-{platform.machine}-static")


def run(
    platform: Platform, root: pathlib.Path | None, work: pathlib.Path, *command: object, **env: str
) -> None:
    """Runs a command in the folder `work`, which has its own name there; ends where it fails.

    Without a root it is this machine that runs it.
    """
    shown = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"} | env
    setup = {"EMULATOR": emulator(platform), "MACHINE": MACHINES[platform.machine]}
    words = [str(part) for part in command]
    enter = []
    if root is not None:
        enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-euc", SETUP, "sh"]
        enter += [str(root), str(work)]
    done = subprocess.run([*enter, *words], env=shown | setup, cwd=work, check=False)
    if done.returncode != 0:
        sys.exit(f"failed ({done.returncode}) on {platform}: {' '.join(words)}")
