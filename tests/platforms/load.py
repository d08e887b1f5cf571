"""Loads the packed packages on the machines that they are for, and says what could not be loaded.

load.py PACKAGES [--platforms NAMES] [--suites] [--only wheel|addon|swift]...

Wheel and tarballs are installed as a shop installs them, by pip and npm, into an empty folder. With
`--suites` the languages' own tests run on what was installed, and the core's on the same machines;
what is for glibc is loaded with the oldest that can be had as well.
A package that fails ends the run; the platforms that were not asked for are named at its end.
"""

import argparse
import dataclasses
import json
import pathlib
import shutil
import sys

import build
import inside
import machines
import tools
from table import PLATFORMS, ROOT, Platform, chosen, here

# The files of the suites that need nothing but the package: no compiler, no other package's tools.
PYTHON_SUITE = ("test_vectors", "test_scenarios", "test_event", "test_errors")
NODE_SUITE = ("vectors", "scenarios", "event", "client", "process")
loaded: list[str] = []
missing: list[str] = []


def told(platform: Platform, package: pathlib.Path, text: str) -> None:
    on = f" on Debian {platform.release}" if platform.release else ""
    loaded.append(f"{package.name}{on}: {text}")


def empty(platform: Platform, kind: str) -> pathlib.Path:
    """An empty folder with the files that a suite reads."""
    work = tools.FOLDER / "work" / f"{kind}-{platform}"
    shutil.rmtree(work, ignore_errors=True)
    (work / "suite").mkdir(parents=True)
    for name in ("tests/vectors", "tests/scenarios", "core/schema"):
        shutil.copytree(ROOT / name, work / name)
    shutil.copy(ROOT / "tests/event.json", work / "tests")
    return work


def only(packages: pathlib.Path, pattern: str) -> pathlib.Path:
    found = list(packages.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{packages} holds {len(found)} files {pattern}; one is needed: run `make pack` first")
    return found[0]


def wheel(platform: Platform, packages: pathlib.Path, suites: bool) -> None:
    kind = (platform.wheel or "").partition("linux")[0] + "linux"
    package = only(packages, f"connectly_conversions-*-{kind}*_{platform.machine}.whl")
    folders, python = machines.python(platform)
    work, pip = empty(platform, "wheel"), only(machines.pip(), "pip-*.whl")
    for file in (package, pip, ROOT / "bindings-python/tests/versions/smoke.py"):
        shutil.copy(file, work)
    venv = work / "venv/bin"

    def run(*command: object) -> None:
        inside.run(platform, [work, *folders], *command)

    def install(*wheels: pathlib.Path) -> None:
        quietly = ["--quiet", "--isolated", "install", "--no-index"]
        run(venv / "python", work / pip.name / "pip", *quietly, *wheels)

    run(python, "-m", "venv", "--without-pip", work / "venv")
    install(work / package.name)
    run(venv / "connectly", "--version")
    run(venv / "python", "-I", "-W", "error", work / "smoke.py")
    told(platform, package, f"installed by pip, its command and smoke test run under {python.name}")
    if suites:
        tests = work / "bindings-python/tests"
        shutil.copytree(ROOT / "bindings-python/tests", tests, ignore=shutil.ignore_patterns("servers"))
        install(*(pathlib.Path(shutil.copy(file, work)) for file in machines.pytest().glob("*.whl")))
        files = [tests / f"{name}.py" for name in PYTHON_SUITE]
        run(venv / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tests, *files)
        told(platform, package, f"{', '.join(PYTHON_SUITE)} pass")


def addon(platform: Platform, packages: pathlib.Path, suites: bool) -> None:
    package = only(packages, f"connectly-conversions-{platform}-[0-9]*.tgz")
    main = only(packages, "connectly-conversions-[0-9]*.tgz")
    work = empty(platform, "addon")
    # The addon is an optional dependency, as the main package has it: npm asks for the platform.
    shop = {
        "private": True,
        "dependencies": {"connectly-conversions": f"file:{main}"},
        "optionalDependencies": {f"connectly-conversions-{platform}": f"file:{package}"},
    }
    (work / "package.json").write_text(json.dumps(shop))
    tools.run(
        "npm", "install", "--offline", "--no-audit", "--no-fund", "--cache", tools.FOLDER / "npm",
        f"--os={platform.os}", f"--cpu={platform.cpu}", f"--libc={platform.libc}", cwd=work,
    )  # fmt: skip
    smoke = pathlib.Path(shutil.copy(ROOT / "tests/platforms/smoke.cjs", work))
    suite = shutil.copytree(ROOT / "bindings-node/test", work / "bindings-node/test", ignore=LARGE)
    # A test runs what the README shows.
    shutil.copy(ROOT / "bindings-node/README.md", work / "bindings-node")
    for major in machines.NODES:
        if (found := machines.node(platform, major)) is None:
            missing.append(f"{package.name} under Node {major}, which no registry has for it")
            continue
        folders, node = found
        inside.run(platform, [work, *folders], node, smoke)
        told(platform, package, f"installed by npm, its smoke test runs under Node {major}")
        if suites:
            files = [pathlib.Path(suite) / f"{name}.test.mjs" for name in NODE_SUITE]
            inside.run(platform, [work, *folders], node, "--test", "--test-reporter=dot", *files)
            told(platform, package, f"{', '.join(NODE_SUITE)} pass under Node {major}")


def swift(platform: Platform, packages: pathlib.Path, suites: bool) -> None:
    package = only(packages, f"connectly_ffi-{platform}.tar.gz")
    work = empty(platform, "swift")
    shutil.unpack_archive(package, work)
    program = build.linked(platform, work / "lib", work / "program")
    inside.run(platform, [work], program)
    told(platform, package, "linked into a program of C, which runs")
    if suites and platform != here():
        missing.append(f"{package.name} into a program of Swift, which has no toolchain for it here")
    elif suites:
        tools.run("make", "load-swift", f"OUT={packages}", f"ARCHIVE={package.name}", cwd=ROOT)
        told(platform, package, "linked into programs of Swift 6.0 and, in the bundle, of 6.2")


LARGE = shutil.ignore_patterns("node_modules", ".next")
KINDS = {"wheel": wheel, "addon": addon, "swift": swift}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("packages", type=pathlib.Path)
    options.add_argument("--platforms", default="")
    options.add_argument("--suites", action="store_true")
    options.add_argument("--only", action="append", choices=list(KINDS))
    asked = options.parse_args()
    platforms = chosen(asked.platforms)
    for platform in platforms:
        if platform.os != "linux":
            sys.exit(f"only packages of Linux are loaded here, not {platform}")
        for kind in asked.only or KINDS:
            KINDS[kind](platform, asked.packages.resolve(), asked.suites)
        if asked.suites and platform.glibc:
            older = dataclasses.replace(platform, release=machines.OLDEST)
            for kind in asked.only or KINDS:
                KINDS[kind](older, asked.packages.resolve(), suites=False)
        if asked.suites:
            build.core_tests(platform, f"{sys.executable} {inside.__file__} {platform}")
            loaded.append(f"the core's tests and the contract's pass on {platform}")
            missing.append(f"the outbox in a PostgreSQL database on {platform}, whose machine has no server")
    print("\n".join(f"loaded  {line}" for line in loaded))
    missing.extend(f"the packages for {known}" for known in PLATFORMS if known not in platforms)
    for line in missing:
        print(f"NOT LOADED  {line}")


if __name__ == "__main__":
    main()
