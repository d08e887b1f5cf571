"""Writes the lists and the documentation of every language from `surface.json`.

python3 core/schema/generate          writes
python3 core/schema/generate --check  fails where a file differs
"""

import json
import pathlib
import subprocess
import sys

import apple
import errors
import features
import links
import node
import python
import readme
import running
import rust

ROOT = pathlib.Path(__file__).resolve().parents[3]
SURFACE = json.loads((ROOT / "core/schema/surface.json").read_text(encoding="utf-8"))


def formatted(path: str, content: str) -> str:
    if not path.endswith(".rs") or "Generated from" not in content:
        return content
    command = ["rustfmt", "--edition", "2024", "--config-path", str(ROOT)]
    done = subprocess.run(command, input=content, capture_output=True, text=True, check=True)
    return done.stdout


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    stale = []
    for language in (rust, python, node, apple, readme, running, errors, features):
        for name, write in language.files(SURFACE).items():
            path = ROOT / name
            old = path.read_text(encoding="utf-8") if path.exists() else ""
            try:
                new = formatted(name, write(old))
            except LookupError as missing:
                sys.exit(f"{name}: the place for what is generated is gone: {missing}")
            if new == old:
                continue
            stale.append(name)
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(new, encoding="utf-8")
    lost = list(features.missing(SURFACE))
    if lost:
        print("the table of features has names that no source declares:", *lost, sep="\n  ")
        return 1
    broken = list(links.broken())
    if broken:
        print("links that lead nowhere:", *broken, sep="\n  ")
        return 1
    if check and stale:
        print("differ from core/schema/surface.json; run make generate:", *stale, sep="\n  ")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
