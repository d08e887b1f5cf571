"""Checks what is inside the packages: licences, third-party notices and lists of contents; and
that what a shop downloads is small.

contents.py [PACKAGES]

Without packages the notices are held against Cargo.lock: every crate that is linked is named in
its version, and none that is not locked. With them, each package is opened and held against both.
"""

import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile

from table import CARGO_HOME, FOLDER, PLATFORMS, ROOT, Platform

NOTICES = "THIRD-PARTY-NOTICES"
LICENCES = ("LICENSE-MIT", "LICENSE-APACHE")
BINDINGS = (
    "connectly-conversions-python",
    "connectly-conversions-node",
    "connectly-conversions-swift",
)
MOST_BYTES = 6_000_000
"""Of a wheel or an addon's tarball."""
FOLDERS = (ROOT, FOLDER, CARGO_HOME)
"""Of the machine that packs, which are nobody's business."""
Crates = set[tuple[str, str]]


def locked(*, own: bool) -> Crates:
    """The crates of the lock file: this repository's own, or the others."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))
    return {(each["name"], each["version"]) for each in lock["package"] if ("source" not in each) == own}


def linked(*packages: str, platforms: list[Platform] = PLATFORMS) -> Crates:
    """The foreign crates that are linked into packages on platforms."""
    command = ["cargo", "tree", "--locked", "--edges=normal,no-proc-macro", "--prefix=none"]
    command += [f"--package={name}" for name in packages]
    command += [f"--target={known.rust}" for known in platforms]
    tree = subprocess.run(command, cwd=ROOT, check=True, text=True, capture_output=True).stdout
    found = re.findall(r"^(\S+) v(\S+)", tree, flags=re.MULTILINE)
    return set(found) & locked(own=False)


def noticed(text: str) -> Crates:
    """The crates that the notices name, each above the text of its licence."""
    return set(re.findall(r"^  (\S+) (\d\S*)", text, flags=re.MULTILINE))


def faults_of_notices(text: str) -> list[str]:
    crates = noticed(text)
    faults = [f"{NOTICES} lacks {name} {version}" for name, version in sorted(linked(*BINDINGS) - crates)]
    stale = crates - locked(own=False) - locked(own=True)
    return faults + [
        f"{NOTICES} names {name} {version}, which Cargo.lock does not" for name, version in sorted(stale)
    ]


def files(package: pathlib.Path) -> dict[str, bytes]:
    """The files of a package, without the folder that holds them."""
    if package.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(package) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(package) as archive:
        read = ((member.name, archive.extractfile(member)) for member in archive if not member.isdir())
        return {name: file.read() for name, file in read if file}


def faults_of(package: pathlib.Path, wanted: Crates | None) -> list[str]:
    """What a package lacks; `wanted` are the crates that its list of contents must name."""
    inside = files(package)
    names = {name.rpartition("/")[2]: name for name in inside}
    faults = [f"lacks {name}" for name in (*LICENCES, NOTICES) if name not in names]
    if NOTICES in names and inside[names[NOTICES]] != (ROOT / NOTICES).read_bytes():
        faults.append(f"has another {NOTICES} than this checkout")
    if (size := package.stat().st_size) > MOST_BYTES and package.suffix in {".whl", ".tgz"}:
        faults.append(f"has {size:,} bytes, more than {MOST_BYTES:,}")
    for name, data in inside.items():
        faults += [f"names {folder} in {name}" for folder in FOLDERS if str(folder).encode() in data]
    if wanted is not None:
        lists = [data for name, data in inside.items() if name.endswith((".cdx.json", ".cyclonedx.json"))]
        if not lists:
            faults.append("lacks a CycloneDX list of its contents")
        named = {(each["name"], each["version"]) for data in lists for each in json.loads(data)["components"]}
        missing = sorted(wanted - named) if lists else []
        faults += [f"does not list {name} {version}" for name, version in missing]
    return [f"{package.name} {fault}" for fault in faults]


def fits(platform: Platform, package: str) -> bool:
    """Whether the name of a package is that of one for the platform."""
    if not package.endswith(".whl"):
        return f"-{platform}-" in package
    systems = {"darwin": "macosx", "win32": "win", "linux": (platform.wheel or "").partition("linux")[0]}
    machines = {"aarch64": ("aarch64", "arm64"), "x86_64": ("x86_64", "amd64")}
    return f"-{systems[platform.os]}" in package and package[:-4].endswith(machines[platform.machine])


def main() -> None:
    faults = faults_of_notices((ROOT / NOTICES).read_text(encoding="utf-8"))
    if faults:
        faults.append("run: make notices")
    count = 0
    for package in sorted(pathlib.Path(sys.argv[1]).iterdir()) if len(sys.argv) > 1 else ():
        wanted = None
        built_for = [known for known in PLATFORMS if fits(known, package.name)]
        if package.suffix == ".whl":
            wanted = linked(BINDINGS[0], platforms=built_for)
        elif package.suffix == ".tgz" and built_for:
            wanted = linked(BINDINGS[1], platforms=built_for)
        elif package.suffix == ".crate":
            wanted = linked("connectly-conversions")
        elif not package.name.endswith((".tgz", ".tar.gz", ".artifactbundle.zip")):
            continue
        faults += faults_of(package, wanted)
        count += 1
    sys.exit("\n".join(faults) if faults else print(f"notices agree with Cargo.lock; {count} packages"))


if __name__ == "__main__":
    main()
