"""Links of the documentation that lead to no file, or to no heading of it."""

import pathlib
import re
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = ["*.md", "core/*.md", "bindings-*/*.md", "docs/*.md", "examples/*/README.md", "tests/*.md"]


def anchors(page: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


def broken() -> Iterator[str]:
    for path in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        page = path.read_text(encoding="utf-8")
        prose = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            file, _, anchor = target.partition("#")
            found = (path.parent / file).resolve() if file else path
            if re.match(r"[a-z]+:", target):
                continue
            if not found.exists():
                yield f"{path.relative_to(ROOT)}: {target}"
            elif anchor and anchor not in anchors(found.read_text(encoding="utf-8")):
                yield f"{path.relative_to(ROOT)}: {target} has no such heading"
