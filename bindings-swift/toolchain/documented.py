"""Fails on a public symbol without documentation; copies the symbol graphs that DocC needs.

documented.py SYMBOLGRAPHS OUT
"""

import json
import pathlib
import shutil
import sys

folder, out = map(pathlib.Path, sys.argv[1:])
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)
silent = []
for module in ("ConnectlyConversions", "ConnectlyTesting"):
    graph = json.loads((folder / f"{module}.symbols.json").read_text())
    silent += [
        f"{module}: {'.'.join(symbol['pathComponents'])}"
        for symbol in graph["symbols"]
        # What the compiler writes has no place in a file.
        if "docComment" not in symbol and "location" in symbol
    ]
for path in folder.glob("ConnectlyConversions*.symbols.json"):
    shutil.copy(path, out)
if silent:
    sys.exit("without documentation:\n" + "\n".join(sorted(set(silent))))
