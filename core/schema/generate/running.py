"""Every code in docs/running-it.md, for whoever operates an outbox."""

import text
from text import snake

PAGE = "docs/running-it.md"


def codes(surface: dict) -> str:
    kinds = [
        [f"`{row['kind']}`", text.sentence(row["means"], snake), text.sentence(row["queue"], snake)]
        for row in surface["kinds"]
    ]
    errors = [
        [
            f"`{row['code']}`",
            ", ".join(f"`{kind}`" for kind in row["kinds"]),
            text.sentence(row["means"], snake),
            text.sentence(row["do"], snake),
        ]
        for row in surface["errors"]
    ]
    issues = [
        [f"`{row['code']}`", text.sentence(row["means"], snake), text.sentence(row["do"], snake)]
        for row in surface["issues"]
    ]
    parts = [
        "",
        text.table(["kind", "what it means", "what the outbox does"], kinds),
        text.table(["code", "kind", "what it means", "what to do"], errors),
        "And the problems of an order that is `invalid_event`, or of a landing:",
        text.table(["code", "what it means", "what to do"], issues),
    ]
    return "\n\n".join(parts) + "\n"


def files(surface: dict) -> dict:
    return {PAGE: lambda old: text.region(old, "running", codes(surface) + "\n")}
