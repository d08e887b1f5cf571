"""The README from its first command to a first report, in an empty folder, as newcomers follow it.

    first_hour.py FOLDER COMMAND...

COMMAND is what runs another one where Swift is; it sees FOLDER under its own name.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "bindings-swift" / "README.md"
CLONE = re.compile(r"(\$PWD/)?\.\./connectly-conversions")
STEP = re.compile(r"(?:`([\w./]+)`:\n\n)?```(?:swift|console)\n(.*?)```", re.DOTALL)


def main() -> None:
    folder, *swift = Path(sys.argv[1]).resolve(), *sys.argv[2:]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # A clone has none yet.
    shutil.rmtree(ROOT / "bindings-swift" / ".build" / "native", ignore_errors=True)
    _, chapter = README.read_text(encoding="utf-8").split("\n## A first report\n")
    printed = ""
    # The clone is this repository.
    chapter = CLONE.sub(str(ROOT), chapter.split("\n## ")[0])
    for file, text in STEP.findall(chapter):
        if file:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
            continue
        commands = re.sub(r"^\$ ", "", text, flags=re.MULTILINE)
        if commands.startswith("make "):
            subprocess.run(["bash", "-euc", commands], cwd=ROOT, check=True)
        else:
            terminal = [*swift, "bash", "-euc", f"cd '{folder}'\n{commands}"]
            done = subprocess.run(terminal, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
            printed += done.stdout
    if printed.splitlines()[-1:] != ["ORD-7821 99.97"]:
        sys.exit(f"the sandbox received no report: {printed}")
    print("the README led to a first report")


if __name__ == "__main__":
    main()
