"""docs/errors.md: every code, what it means and what to do."""

import text
from text import snake

HEAD = """<!-- Generated from core/schema/surface.json by make generate. -->

# Troubleshooting, by code

Every error has a `code`, which never changes its meaning, and so has every problem of an event and every line of `connectly doctor`. Find yours here. Names are written as Python and Rust write them; Node and Swift write `baseUrl` for `base_url`, and so on.

How the outbox is run, what to watch and what to do in an outage is in [running-it.md](running-it.md).

1. [Errors](#errors): why a call did not do what it was asked
2. [Problems of an event or a landing](#problems-of-an-event-or-a-landing): `issues` of an error, `warnings` of an event
3. [Checks of `connectly doctor`](#checks-of-connectly-doctor)
"""


def entries(rows: list[dict], key: str, notes) -> str:
    parts = []
    for row in rows:
        note = notes(row)
        means, do = (text.sentence(row[name], snake) for name in ("means", "do"))
        parts.append(f"### `{row[key]}`\n\n{note}{means}\n\n**What to do:** {do}")
    return "\n\n".join(parts)


def page(surface: dict) -> str:
    kinds = {row["kind"]: row for row in surface["kinds"]}

    def kind(row: dict) -> str:
        names = ", ".join(f"`{kinds[name]['class']}`" for name in row["kinds"])
        return f"*{names}.* "

    return "\n".join(
        [
            HEAD,
            "## Errors\n",
            "Under each code the classes of error that carry it.\n",
            entries(surface["errors"], "code", kind),
            "\n## Problems of an event or a landing\n",
            "An error refuses the event. A warning goes with it and never stops it.\n",
            entries(surface["issues"], "code", lambda row: f"*{row['severity'].capitalize()}.* "),
            "\n## Checks of `connectly doctor`\n",
            "Each is told as `ok`, `skipped`, `look` (exit code 1), `later` (75: it may pass by "
            "itself) or `wrong` (2).\n",
            entries(surface["checks"], "check", lambda row: ""),
            "",
        ]
    )


def files(surface: dict) -> dict:
    return {"docs/errors.md": lambda _: page(surface)}
