"""Packs what the registries get for each platform: wheel, npm tarball of the addon, Swift archive.

pack.py OUT [--platforms NAMES] [--profile release] [--only wheel|addon|swift]...

Without names it is this machine's platform; `all` are those of Linux. What is packed is checked:
no symbol above the platform's floor, the licences and the list of contents inside.
"""

import argparse
import gzip
import io
import pathlib
import tarfile
import tempfile

import build
import floor
import sbom
import tools
from table import ROOT, Platform, chosen


def addon(platform: Platform, profile: str, out: pathlib.Path) -> pathlib.Path:
    folder = build.library(platform, "connectly-conversions-node", profile)
    name = {
        "darwin": "libconnectly_conversions_node.dylib",
        "win32": "connectly_conversions_node.dll",
    }
    library = folder / name.get(platform.os, "libconnectly_conversions_node.so")
    script = ROOT / "bindings-node/scripts/pack.mjs"
    contents = tools.FOLDER / f"sbom-{platform}.json"
    sbom.write(ROOT / "bindings-node/Cargo.toml", platform.rust, contents)
    print(tools.run("node", script, out, "platform", platform, library, contents), end="")
    (tarball,) = out.glob(f"connectly-conversions-{platform}-[0-9]*.tgz")
    return tarball


def swift(platform: Platform, profile: str, out: pathlib.Path) -> pathlib.Path:
    """The static library, its header and what pkg-config asks for."""
    folder = build.library(platform, "connectly-conversions-swift", profile)
    version = tools.run("cargo", "pkgid", "-p", "connectly-conversions-swift", cwd=ROOT)
    script = ROOT / "bindings-swift/toolchain/native.sh"
    archive = out / f"connectly_ffi-{platform}.tar.gz"
    with tempfile.TemporaryDirectory() as laid:
        tools.run(
            script, folder / "libconnectly_ffi.a", version.strip().rpartition("#")[2].rpartition("@")[2],
            laid, platform.rust, *(platform.swift or [platform.rust]), env=build.environment(platform),
        )  # fmt: skip
        write_archive(pathlib.Path(laid), archive)
        if platform.zig:
            # Only a linker knows what of an archive is needed.
            folder = pathlib.Path(laid)
            floor.check(platform, build.linked(platform, folder / "lib", folder / "program"))
    return archive


def write_archive(folder: pathlib.Path, archive: pathlib.Path) -> None:
    """A gzipped tar with the commit's time, nobody's name and a fixed order."""
    seconds = int(build.commit_time())

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime, member.uid, member.gid, member.uname, member.gname = seconds, 0, 0, "", ""
        member.mode = 0o755 if member.isdir() else 0o644
        return member

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, path.relative_to(folder), recursive=False, filter=plain)
    archive.write_bytes(gzip.compress(packed.getvalue(), mtime=seconds))


KINDS = {"wheel": build.wheel, "addon": addon, "swift": swift}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("out", type=pathlib.Path)
    options.add_argument("--platforms", default="")
    options.add_argument("--profile", default="release")
    options.add_argument("--only", action="append", choices=list(KINDS))
    asked = options.parse_args()
    out = asked.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    platforms = chosen(asked.platforms)
    for platform in platforms:
        for kind in asked.only or KINDS:
            package = KINDS[kind](platform, asked.profile, out)
            print(f"{package.name}: {package.stat().st_size:,} bytes, for {platform}", flush=True)
            if kind != "swift" and platform.zig:
                floor.check(platform, package)


if __name__ == "__main__":
    main()
