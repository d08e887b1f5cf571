"""What building and loading for other machines needs, fetched once into the cache folder.

zig (compiler and libc of every Linux target) and maturin come from the Python registry, the second
Rust compiler, the emulator and the foreign C libraries from Debian. Debian's packages are unpacked
into folders; the machine itself is not touched, and no root rights are needed.
"""

import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

from table import CACHE, FOLDER, LINUX, ROOT, Platform

CYCLONEDX = "0.5.9"
PYTHON_TOOLS = ["ziglang==0.17.1", "cargo-zigbuild==0.24.0", "maturin==1.16.0"]
NEXT_RELEASE = "trixie"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
OS_RELEASE = pathlib.Path("/etc/os-release")
COMPILER = re.compile(r"(rustc-web|rust-web-src|libstd-rust-web.*|libllvm\d+)$")


def run(*command: object, cwd: pathlib.Path | None = None, env: dict[str, str] | None = None) -> str:
    """Runs a command, whose output is returned; ends the program where it fails."""
    words = [str(part) for part in command]
    done = subprocess.run(words, text=True, capture_output=True, check=False, cwd=cwd, env=env)
    if done.returncode != 0:
        sys.exit(f"failed ({done.returncode}): {' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def once(folder: pathlib.Path, key: str) -> bool:
    """Whether a folder must be made (anew): it lacks the mark of `key`. Clears what is there."""
    if (folder / ".complete").exists() and (folder / ".complete").read_text() == key:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return True


def complete(folder: pathlib.Path, key: str) -> pathlib.Path:
    (folder / ".complete").write_text(key)
    return folder


@functools.cache
def python_tools() -> pathlib.Path:
    """The folder of programs of a virtual environment with zig, cargo-zigbuild and maturin."""
    venv, key = FOLDER / "venv", " ".join(PYTHON_TOOLS)
    if once(venv, key):
        run(sys.executable, "-m", "venv", venv)
        run(venv / "bin/python", "-m", "pip", "install", "--quiet", *PYTHON_TOOLS)
        complete(venv, key)
    return venv / "bin"


@functools.cache
def cyclonedx() -> pathlib.Path:
    """cargo-cyclonedx, which writes lists of contents."""
    folder, version = FOLDER / "cyclonedx", CYCLONEDX
    if once(folder, version):
        # It runs for a second: it need not be fast.
        options = ["--locked", "--quiet", "--debug", "--version", version, "--root", folder]
        run("cargo", "install", *options, "cargo-cyclonedx")
        complete(folder, version)
    return folder / "bin/cargo-cyclonedx"


def zig() -> pathlib.Path:
    """zig itself, where the wrappers would only cost time."""
    (found,) = python_tools().parent.glob("lib/python3*/site-packages/ziglang/zig")
    return found


def maturin() -> str:
    """maturin of the PATH, or that of `make build-python`."""
    return shutil.which("maturin") or str(CACHE / "python/tools/bin/maturin")


@functools.cache
def apt(*older: str) -> tuple[str, ...]:
    """Options that give apt a state of its own, with every processor of the table, and the next
    release for what is too old in the machine's own; and `older` releases, which may be archived
    one day.
    """
    if not shutil.which("apt-get"):
        sys.exit("packages for other platforms need Debian's apt-get and dpkg, which are not here")
    state, own = FOLDER / "-".join(["apt", *older]), pathlib.Path("/etc/apt/sources.list")
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    system = dict(line.split("=", 1) for line in OS_RELEASE.read_text().splitlines() if "=" in line)
    sources = state / "sources.list"
    sources.write_text(own.read_text() if own.exists() else "")
    options = (
        f"-oDir::State={state / 'state'}",
        "-oDir::State::status=/var/lib/dpkg/status",
        f"-oDir::Cache={state / 'cache'}",
        f"-oDir::Etc::sourcelist={sources}",
        f"-oAPT::Default-Release=/^{system['VERSION_CODENAME']}(-security|-updates)?$/",
        f"-oAPT::Architectures={','.join(sorted({str(known.debian) for known in LINUX}))}",
        # Downloads as the user who asks: the user `_apt` may not write into the cache.
        "-oAPT::Sandbox::User=",
    )
    run("apt-get", "--quiet", *options, "update")
    targets = run("apt-get", *options, "indextargets", "--format", "$(LABEL)|$(REPO_URI)|")
    if not (mirrors := re.findall(r"^Debian\|(\S+?)\|", targets, flags=re.MULTILINE)):
        sys.exit("apt knows no mirror of Debian, from which compiler and interpreters come")
    with sources.open("a") as file:
        for release in (NEXT_RELEASE, *older):
            file.write(f"\ndeb [signed-by={KEYRING}] {mirrors[0]} {release} main\n")
        file.write(f"deb-src [signed-by={KEYRING}] {mirrors[0]} {system['VERSION_CODENAME']} main\n")
    run("apt-get", "--quiet", *options, "update")
    return options


def debian(name: str, packages: list[str], *older: str) -> pathlib.Path:
    """A folder with Debian's packages unpacked; those of `older` releases say so, `name/release`."""
    root, key = FOLDER / "debian" / name, " ".join(packages)
    if once(root, key):
        run("apt-get", "--quiet", *apt(*older), "download", *packages, cwd=root)
        for archive in root.glob("*.deb"):
            run("dpkg", "-x", archive, root)
            archive.unlink()
        # Newer releases keep everything below /usr, and count on a link.
        if not (root / "lib").exists():
            (root / "lib").symlink_to("usr/lib")
        complete(root, key)
    return root


def sources(name: str, packages: list[str]) -> pathlib.Path:
    """A folder with the sources of Debian's packages, as their authors published them."""
    folder, key = FOLDER / "sources" / name, " ".join(packages)
    if once(folder, key):
        run("apt-get", "--quiet", *apt(), "source", "--download-only", *packages, cwd=folder)
        complete(folder, key)
    return folder


def newest_compiler() -> list[str]:
    """The packages of Debian's newest Rust: the one that is kept up for the web browsers."""
    listed = run("apt-cache", *apt(), "depends", "--recurse", "--important", "rustc-web", "rust-web-src")
    found = [line for line in listed.splitlines() if COMPILER.match(line)]
    return found + [f"libstd-rust-web-dev:{known.debian}" for known in LINUX if known.foreign]


@functools.cache
def debian_rustc() -> pathlib.Path:
    """Debian's compiler, which has the standard library of both processors and its sources."""
    wrapper = FOLDER / "rustc"
    root = FOLDER / "debian/compiler"
    if not (root / ".complete").exists():
        debian("compiler", newest_compiler())
    libraries = next(root.glob("usr/lib/*-linux-gnu"))
    wrapper.write_text(
        f'#!/bin/sh\nLD_LIBRARY_PATH={libraries} exec {root}/usr/bin/rustc "$@"\n', encoding="utf-8"
    )
    wrapper.chmod(0o755)
    version = run(wrapper, "--version").split()[1]
    needed = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["rust-version"]
    numbers = [[int(part) for part in text.split(".")[:2]] for text in (version, needed)]
    if numbers[0] < numbers[1]:
        sys.exit(f"Debian's newest compiler here is {version}, but Rust {needed} is needed")
    return wrapper


def has_std(compiler: object, platform: Platform) -> bool:
    """Whether a compiler's own standard library covers the platform."""
    folder = run(compiler, "--print", "target-libdir", "--target", platform.rust).strip()
    return pathlib.Path(folder).is_dir() and any(pathlib.Path(folder).glob("libstd-*"))


def rust_environment(platform: Platform) -> dict[str, str]:
    """The compiler for a platform: this machine's where it can, else Debian's, whose sources also
    give the standard library of musl.
    """
    if has_std(os.environ.get("RUSTC", "rustc"), platform):
        return {}
    compiler = {"RUSTC": str(debian_rustc())}
    if has_std(debian_rustc(), platform):
        return compiler
    return compiler | {"RUSTC_BOOTSTRAP": "1", "CARGO_UNSTABLE_BUILD_STD": "std,panic_unwind"}


def succeeds(*command: object) -> bool:
    """Whether a command succeeds; its words are kept quiet."""
    arguments = [str(part) for part in command]
    return subprocess.run(arguments, capture_output=True, check=False).returncode == 0
