"""Writes a package's list of contents (CycloneDX 1.5) with cargo-cyclonedx.

sbom.py MANIFEST TARGET OUT [OPTION...]      options of cargo-cyclonedx, like --all-features
"""

import os
import pathlib
import re
import subprocess
import sys

import build
import tools
from table import ROOT

NAME = "sbom.cdx"


def write(manifest: pathlib.Path, target: str, out: pathlib.Path, *options: str) -> None:
    """Writes the list of what is compiled into the package of `manifest` for `target`."""
    environment = dict(os.environ, SOURCE_DATE_EPOCH=build.commit_time())
    command = [str(tools.cyclonedx()), "cyclonedx", "--quiet", "--format=json", "--spec-version=1.5"]
    command += ["--manifest-path", str(manifest), f"--target={target}", f"--override-filename={NAME}"]
    # It writes one beside every manifest of the workspace.
    written = [each.parent / f"{NAME}.json" for each in manifests()]
    try:
        subprocess.run([*command, *options], check=True, cwd=ROOT, env=environment)
        text = (manifest.parent / f"{NAME}.json").read_text(encoding="utf-8")
    finally:
        for path in written:
            path.unlink(missing_ok=True)
    # Where the checkout lay is nobody's business.
    out.write_text(re.sub(rf"{re.escape(ROOT.as_uri())}/?", "file:///", text), encoding="utf-8")


def manifests() -> list[pathlib.Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*Cargo.toml"], cwd=ROOT, check=True, text=True, capture_output=True
    )
    return [ROOT / line for line in listed.stdout.splitlines()]


if __name__ == "__main__":
    write((ROOT / sys.argv[1]).resolve(), sys.argv[2], pathlib.Path(sys.argv[3]), *sys.argv[4:])
