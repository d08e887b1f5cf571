"""Fails on a packed library that demands more than its platform promises.

floor.py TARGET PACKAGE...      a wheel, an npm tarball, or a bare library
"""

import io
import pathlib
import sys
import tarfile
import zipfile
from collections.abc import Iterator

import elf
from table import PLATFORMS, Platform

GLIBC_LIBRARIES = {
    "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1",
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
}  # fmt: skip
# What the program that loads the library gives: the interpreters' own interfaces.
INTERPRETERS = ("Py", "_Py", "napi_")


def excesses(platform: Platform, library: bytes) -> list[str]:
    """What a library demands beyond the platform's promise; nothing is well."""
    found = elf.demands(library)
    bad = []
    if found.machine != platform.machine:
        bad.append(f"is for {found.machine}")
    allowed = GLIBC_LIBRARIES if platform.glibc else {"libc.so", f"libc.musl-{platform.machine}.so.1"}
    bad += [f"needs {name}" for name in sorted(found.libraries - allowed)]
    for version in sorted(found.versions):
        if not (platform.glibc and at_most(version, platform.glibc)):
            bad.append(f"needs a symbol of version {version}")
    if platform.glibc:
        # glibc's own symbols all have versions: one without would be newer than the linker knew.
        for name in sorted(found.unversioned):
            if not name.startswith(INTERPRETERS):
                bad.append(f"needs the symbol {name}, which glibc {platform.glibc} does not have")
    return bad


def at_most(version: str, floor: str) -> bool:
    name, _, number = version.partition("_")
    if name != "GLIBC" or not number.replace(".", "").isdigit():
        return False
    return [int(part) for part in number.split(".")] <= [int(part) for part in floor.split(".")]


def libraries(package: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    """The shared libraries in a package."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            for name in archive.namelist():
                if name.endswith(".so"):
                    yield name, archive.read(name)
    elif package.suffix == ".tgz":
        with tarfile.open(package) as archive:
            for member in archive:
                if member.name.endswith(".node"):
                    yield member.name, (archive.extractfile(member) or io.BytesIO()).read()
    else:
        yield package.name, package.read_bytes()


def check(platform: Platform, package: pathlib.Path) -> None:
    """Ends the program where a package holds no library, or one above the floor."""
    found = list(libraries(package))
    if not found:
        sys.exit(f"{package.name} holds no library")
    for name, data in found:
        if bad := excesses(platform, data):
            sys.exit(f"{package.name}: {name} " + f"\n{package.name}: {name} ".join(bad))
        floor = f"glibc {platform.glibc}" if platform.glibc else "musl"
        print(f"{package.name}: {name} ({len(data):,} bytes) needs no more than {floor}")


if __name__ == "__main__":
    (asked,) = [known for known in PLATFORMS if known.target == sys.argv[1]] or sys.exit(__doc__)
    for argument in sys.argv[2:]:
        check(asked, pathlib.Path(argument))
