"""Builds the native halves of the packages for one platform, with whatever links there.

For Linux zig links, against the oldest C library that the table names, whatever this machine has.
Elsewhere it is the platform's own linker. One target folder a platform: the three packages share
their dependencies.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import tools
import wheels
from table import CARGO_HOME, ROOT, Platform

WRAPPER = """#!/bin/sh
export CARGO_ZIGBUILD_ZIG_COMMAND={bin}/python CARGO_ZIGBUILD_ZIG_COMMAND_ARGS='-m ziglang'
export ZIG_GLOBAL_CACHE_DIR={cache}
exec {bin}/cargo-zigbuild zig {what} -- {target}"$@"
"""


# The folder of the checkout is told to its own crates only: the others are built once for all.
HERE = """#!/bin/sh
exec "$@" "--remap-path-prefix=$PWD=/connectly"
"""


def wrapper(platform: Platform, what: str, target: str = "") -> str:
    """A compiler or archiver of zig for the platform, as one program without arguments."""
    text = WRAPPER.format(bin=tools.python_tools(), cache=tools.FOLDER / "zig", what=what, target=target)
    return script(f"zig-{what.replace('+', 'x')}-{platform}", text)


def script(name: str, text: str) -> str:
    """A program in the cache's folder."""
    path = tools.FOLDER / name
    # Written only when it changes: build scripts look at its age.
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
        path.chmod(0o755)
    return str(path)


def environment(platform: Platform) -> dict[str, str]:
    """The variables under which cargo and maturin build for the platform."""
    env = dict(os.environ)
    if platform.zig is None:
        return env
    target = f"-fno-sanitize=all -target {platform.zig} "
    compiler = wrapper(platform, "cc", target)
    name = platform.rust.replace("-", "_")
    flags = [
        # No path of this machine: the same sources give the same bytes in any folder.
        f"--remap-path-prefix={platform.target_dir}=/target",
        f"--remap-path-prefix={CARGO_HOME}=/cargo",
        f"--remap-path-prefix={tools.FOLDER}=/tools",
    ]
    if platform.libc == "musl":
        # It is loaded into a program that has its C library already. In two words, as maturin looks
        # for it: else it adds its own, and everything is built twice.
        flags += ["-C", "target-feature=-crt-static"]
    env |= {
        f"CARGO_TARGET_{name.upper()}_LINKER": compiler,
        f"CC_{name}": compiler,
        f"CXX_{name}": wrapper(platform, "c++", target),
        f"AR_{name}": wrapper(platform, "ar"),
        f"RANLIB_{name}": wrapper(platform, "ranlib"),
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags),
        "RUSTC_WORKSPACE_WRAPPER": script("rustc-here", HERE),
        "CARGO_TARGET_DIR": str(platform.target_dir),
        # The time in archives and lists of contents: that of the commit.
        "SOURCE_DATE_EPOCH": commit_time(),
    }
    return env | tools.rust_environment(platform)


def commit_time() -> str:
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return given
    return tools.run("git", "log", "-1", "--format=%ct", cwd=ROOT).strip()


def command(platform: Platform, *arguments: object, **variables: str) -> None:
    """Runs a build command for the platform; its output is shown."""
    words = [str(part) for part in arguments]
    if subprocess.run(words, cwd=ROOT, env=environment(platform) | variables, check=False).returncode != 0:
        sys.exit(f"failed for {platform}: {' '.join(words)}")


def wheel(platform: Platform, profile: str, out: pathlib.Path) -> pathlib.Path:
    """The wheel, whose floor maturin checks as well."""
    maturin = tools.python_tools() / "maturin" if platform.zig else tools.maturin()
    compatibility = ["--compatibility", platform.wheel] if platform.wheel else []
    with tempfile.TemporaryDirectory() as folder:
        command(
            platform, maturin, "build", "--quiet", "--locked", "--profile", profile,
            "--target", platform.rust, *compatibility,
            "--manifest-path", "bindings-python/Cargo.toml", "--out", folder,
        )  # fmt: skip
        (made,) = pathlib.Path(folder).glob("*.whl")
        return wheels.without_folder(made, out, ROOT)


def library(platform: Platform, package: str, profile: str) -> pathlib.Path:
    """The folder that holds what cargo built of a package."""
    command(
        platform, "cargo", "build", "--quiet", "--locked", "--profile", profile, "--target",
        platform.rust, "--package", package,
    )  # fmt: skip
    target = platform.target_dir if platform.zig else ROOT / "target"
    return target / platform.rust / profile


def linked(platform: Platform, libraries: pathlib.Path, program: pathlib.Path) -> pathlib.Path:
    """A program in C with the static library of Swift, linked against the oldest C library."""
    compiler = environment(platform)[f"CC_{platform.rust.replace('-', '_')}"]
    header = ROOT / "bindings-swift/Sources/CConnectlyFFI"
    tools.run(
        compiler, ROOT / "tests/platforms/smoke.c", "-I", header, "-L", libraries, "-lconnectly_ffi",
        "-lm", "-lpthread", "-ldl", "-lunwind", "-o", program,
    )  # fmt: skip
    return program


def core_tests(platform: Platform, runner: str) -> None:
    """The core's tests and the contract's, started by `runner`; optimised, since an emulator takes
    its time. No other machine has a PostgreSQL. Those of the documentation need a rustdoc beside
    the compiler.
    """
    name = f"CARGO_TARGET_{platform.rust.upper().replace('-', '_')}_RUNNER"
    common = ["--quiet", "--locked", "--profile", "ci", "--lib", "--bins", "--tests"]
    common += ["--target", platform.rust]
    for tests in (
        ["-p", "connectly-conversions", "--features", "cli,tower"],
        ["-p", "connectly-conformance", "--", "--skip", "every_case_in_a_database"],
    ):
        command(platform, "cargo", "test", *common, *tests, **{name: runner})
