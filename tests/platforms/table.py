"""The table of platforms, `platforms.json`: every script of the packages reads it."""

import dataclasses
import json
import os
import pathlib
import platform
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("CACHE") or pathlib.Path.home() / ".cache/connectly-conversions")
# By one name, whatever links lead to it: packages must not hold another.
FOLDER = (CACHE / "platforms").resolve()
CARGO_HOME = pathlib.Path(os.environ.get("CARGO_HOME") or pathlib.Path.home() / ".cargo")


@dataclasses.dataclass(frozen=True)
class Platform:
    target: str
    """The name, as the npm packages have it."""
    os: str
    cpu: str
    rust: str
    libc: str | None = None
    zig: str | None = None
    """What zig links for; only Linux has one."""
    glibc: str | None = None
    """The oldest glibc that the packages load on."""
    wheel: str | None = None
    """The wheel's tag, without the machine."""
    debian: str | None = None
    """Debian's name of the machine."""
    swift: list[str] = dataclasses.field(default_factory=list, hash=False)
    """What builds of Swift call it."""
    release: str = ""
    """The older Debian whose glibc the machine has; nothing is the usual one."""

    def __str__(self) -> str:
        return self.target

    @property
    def machine(self) -> str:
        return self.rust.partition("-")[0]

    @property
    def foreign(self) -> bool:
        """Its programs cannot be run by this machine's processor."""
        return self.machine != platform.machine()

    @property
    def target_dir(self) -> pathlib.Path:
        """Where cargo builds for it: in the cache, which outlives a checkout."""
        return FOLDER / os.environ.get("PACK_TARGET", "target") / self.target


PLATFORMS = [
    Platform(**entry)
    for entry in json.loads((ROOT / "tests/platforms/platforms.json").read_text(encoding="utf-8"))
]
LINUX = [known for known in PLATFORMS if known.os == "linux"]


def here() -> Platform:
    """The platform of this machine."""
    system = "win32" if sys.platform == "win32" else sys.platform
    cpu = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64", "ARM64": "arm64"}
    libc = None
    if system == "linux":
        libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    for known in PLATFORMS:
        if (known.os, known.cpu, known.libc) == (system, cpu.get(platform.machine()), libc):
            return known
    sys.exit(f"nothing is published for {system} {platform.machine()}")


def chosen(names: str) -> list[Platform]:
    """The platforms of a list like `linux-x64-gnu,linux-arm64-musl`; none is this machine's."""
    words = names.replace(",", " ").split()
    if words == ["all"]:
        return LINUX
    known = {each.target: each for each in PLATFORMS}
    if unknown := [word for word in words if word not in known]:
        sys.exit(f"unknown platforms: {' '.join(unknown)}; known are all (of Linux), {', '.join(known)}")
    return [known[word] for word in words] or [here()]
