"""The table of features in tests/README.md; every name in it is looked for in the sources."""

import pathlib
import re
from collections.abc import Iterator

import text

ROOT = pathlib.Path(__file__).resolve().parents[3]

# Where a language's public names are declared, and how a declaration looks.
SOURCES = {
    "Rust": (["core/src"], ".rs", r"(pub (async |const )?fn|pub struct) {name}\b"),
    "Python": (
        ["bindings-python/python"],
        ".py*",
        r"(def {name}\(|class {name}\b|^ +{name}( =|: ))",
    ),
    "Node": (
        ["bindings-node/ts"],
        ".ts",
        r"(^ +(static |async |get |\*)*{name}[(<]|readonly {name}\??:|function {name}\b)",
    ),
    "Swift": (
        ["bindings-swift/Sources/ConnectlyConversions", "bindings-swift/Sources/ConnectlyTesting"],
        ".swift",
        r"((func|var|let|case) `?{name}\b|{name}: [^=]*= |{name}\??\(|[:,] {name}\b)",
    ),
}


def declared(language: str) -> str:
    folders, suffix, _ = SOURCES[language]
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob(f"*{suffix}"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def parts(sources: str, owner: list[str]) -> Iterator[str]:
    """What is declared at the top level and names the owner in its first line."""
    for part in re.split(r"^(?=[a-zA-Z])", sources, flags=re.MULTILINE):
        if not owner or re.search(rf"\b(Base)?{owner[0]}\b", part.partition("\n")[0]):
            yield part


def missing(surface: dict) -> Iterator[str]:
    """Names of the table that no source declares."""
    for column, language in enumerate(SOURCES, start=1):
        sources = declared(language)
        for row in surface["features"]:
            name = row[column]
            if name.startswith("-"):
                continue
            *owner, member = re.split(r"::|\.|: ", name.split("(")[0])
            declaration = SOURCES[language][2].replace("{name}", member)
            if not any(
                re.search(declaration, part, re.MULTILINE) for part in parts(sources, owner)
            ):
                yield f"{language}: {name} ({row[0]})"


def files(surface: dict) -> dict:
    def cell(name: str) -> str:
        return name.removeprefix("-") if name.startswith("-") else f"`{name}`"

    rows = [[row[0], *map(cell, row[1:])] for row in surface["features"]]
    body = "\n" + text.table(["what", *SOURCES], rows) + "\n"
    return {"tests/README.md": lambda old: text.region(old, "features", body)}
