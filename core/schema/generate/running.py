"""What becomes of an event of each kind of error, in docs/running-it.md."""

import text
from text import snake

PAGE = "docs/running-it.md"


def kinds(surface: dict) -> str:
    rows = [
        [f"`{row['kind']}`", text.sentence(row["means"], snake), text.sentence(row["queue"], snake)]
        for row in surface["kinds"]
    ]
    return "\n" + text.table(["kind", "what it means", "what the outbox does"], rows) + "\n"


def files(surface: dict) -> dict:
    return {PAGE: lambda old: text.region(old, "running", kinds(surface) + "\n")}
