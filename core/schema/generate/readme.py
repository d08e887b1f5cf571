"""The READMEs: a table of the classes, of the options, and of every code."""

import apple
import node
import python
import rust
import text
from text import camel, pascal, snake, swift

# A README, how its language spells members and kinds, and how it writes a default.
READMES = {
    "core/README.md": (snake, lambda row: f"ErrorKind::{pascal(row['kind'])}", rust.default_text),
    "bindings-python/README.md": (snake, lambda row: row["class"], python.default_text),
    "bindings-node/README.md": (camel, lambda row: row["class"], node.default_text),
    "bindings-swift/README.md": (swift, lambda row: f".{swift(row['kind'])}", apple.default_text),
}


def codes(surface: dict, spell: text.Spell, kind_of, default_text) -> str:
    kinds = {row["kind"]: row for row in surface["kinds"]}

    def words(row: dict) -> list[str]:
        return [text.sentence(row["means"], spell), text.sentence(row["do"], spell)]

    def settings(group: str) -> list[list[str]]:
        prefix = {"client": "", "retry": "retry."}.get(group, "")
        return [
            [
                f"`{prefix}{spell(row['name'])}`",
                default_text(row) or "",
                ", ".join(f"`{variable}`" for variable in row.get("env", [])),
                text.sentence(row["is"], spell),
            ]
            for row in surface["options"][group]
        ]

    def named(group: str, key: str) -> list[list[str]]:
        return [[f"`{name}`", means] for name, means in text.means(surface[group], key, spell)]

    options = [*settings("client"), *settings("retry")]
    errors = [
        [
            f"`{row['code']}`",
            ", ".join(f"`{kind_of(kinds[kind])}`" for kind in row["kinds"]),
            *words(row),
        ]
        for row in surface["errors"]
    ]
    issues = [[f"`{row['code']}`", row["severity"], *words(row)] for row in surface["issues"]]
    faults = [
        [f"`{row['kind']}`", text.sentence(row["does"], spell), "yes" if row["records"] else "no"]
        for row in surface["faults"]
    ]
    return (
        "\n\n".join(
            [
                "",
                "### A client's options",
                text.table(["option", "default", "environment", "what it is"], options),
                "### A landing's options",
                text.table(
                    ["option", "default", "what it is"],
                    [row[:2] + row[3:] for row in settings("landing")],
                ),
                "### An outbox's options",
                text.table(
                    ["option", "default", "environment", "what it is"], settings("outbox")
                ),
                "### A worker's options",
                text.table(
                    ["option", "default", "what it is"],
                    [row[:2] + row[3:] for row in settings("worker")],
                ),
                "### Where an event of the outbox stands",
                text.table(["state", "what it means"], named("states", "state")),
                "### What a visit is counted as",
                text.table(["count", "what it means"], named("visits", "count")),
                "### Why a visit is skipped",
                text.table(["reason", "what it means"], named("skips", "reason")),
                "### Errors",
                text.table(["code", "kind", "what it means", "what to do"], errors),
                "### Problems of an event or a landing",
                text.table(["code", "severity", "what it means", "what to do"], issues),
                "### Faults of the sandbox",
                text.table(["kind", "what happens", "recorded"], faults),
            ]
        )
        + "\n"
    )


def classes(surface: dict, spell: text.Spell, kind_of) -> str:
    rows = [
        [f"`{kind_of(row)}`", text.sentence(row["means"], spell), text.sentence(row["do"], spell)]
        for row in surface["kinds"]
    ]
    return "\n" + text.table(["class", "what it means", "what to do"], rows) + "\n"


def files(surface: dict) -> dict:
    def page(spell, kind_of, default_text):
        def write(old: str) -> str:
            if "generated: kinds" in old:
                old = text.region(old, "kinds", "\n" + classes(surface, spell, kind_of) + "\n")
            return text.region(old, "codes", codes(surface, spell, kind_of, default_text))

        return write

    return {path: page(*language) for path, language in READMES.items()}
