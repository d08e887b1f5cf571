"""Python: the literals, the exceptions, and the documentation of what can be set."""

import re

import text
from text import snake

PACKAGE = "bindings-python/python/connectly_conversions"


def literal(name: str, doc: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"{name}: TypeAlias = Literal["]
    for value, words in rows:
        lines += [text.wrap(words, "    # "), f'    "{value}",']
    return "\n".join([*lines, "]", f'"""{doc}"""'])


def codes(surface: dict) -> str:
    def rows(name: str, key: str) -> list[tuple[str, str]]:
        return [(row[key], text.said(row, snake)) for row in surface[name]]

    faults = [(row["kind"], text.effect(row, snake)) for row in surface["faults"]]
    severities = [("error", "The event is refused."), ("warning", "The event goes out.")]
    counts = text.means(surface["visits"], "count", snake)
    reasons = text.means(surface["skips"], "reason", snake)
    parts = [
        '"""Every code. Generated from core/schema/surface.json by `make generate`."""',
        "from typing import Literal, TypeAlias",
        literal(
            "ErrorKind", "What a caller can act on; each kind is a class.", rows("kinds", "kind")
        ),
        literal(
            "ErrorCode",
            "The stable code of an error: narrower than its kind.",
            rows("errors", "code"),
        ),
        literal("IssueCode", "The stable code of one problem.", rows("issues", "code")),
        literal("Severity", "Whether a problem refuses the event.", severities),
        literal("VisitCount", "What a visit was, as one word for a counter.", counts),
        literal("SkipReason", "Why a request is not a visit to count.", reasons),
        literal(
            "OutboxState",
            "Where an event of the outbox stands.",
            text.means(surface["states"], "state", snake),
        ),
        literal(
            "Verdict",
            "Whether a replay sends an event again.",
            text.means(surface["verdicts"], "verdict", snake),
        ),
        literal(
            "ReportResult",
            "What became of an order that was to be reported.",
            text.means(surface["reports"], "result", snake),
        ),
        literal(
            "Omission",
            "Why an order is deliberately not reported.",
            text.means(surface["omissions"], "reason", snake),
        ),
        literal("FaultKind", "What a sandbox can do instead of answering as usual.", faults),
    ]
    return "\n\n".join(parts) + "\n"


def classes(surface: dict) -> str:
    parts = []
    for row in surface["kinds"]:
        if row["class"] == "ConnectlyError":
            continue
        means = text.sentence(row["means"], snake, "``")
        do = text.sentence(row["do"], snake, "``")
        # The first line of a docstring stands alone.
        first, end, rest = means.partition(". ") if len(means) > 90 else (means, "", "")
        first, do = (f"{first}.", f"{rest} {do}") if end else (first, do)
        body = text.wrap(do, "    ")
        parts.append(
            f'class {row["class"]}(ConnectlyError):\n    """{first}\n\n{body}\n    """\n\n'
            f'    kind: ErrorKind = "{row["kind"]}"'
        )
    names = "".join(
        f"        {row['class']},\n" for row in surface["kinds"] if row["class"] != "ConnectlyError"
    )
    table = (
        "_BY_KIND: dict[str, type[ConnectlyError]] = {\n    subclass.kind: subclass\n"
        f"    for subclass in (\n{names}    )\n}}"
    )
    return "\n" + "\n\n\n".join([*parts, table]) + "\n"


def default_text(row: dict) -> str | None:
    default = row.get("default")
    if default is None:
        return None
    if row["type"] == "duration":
        return text.days(row) or f"{default} seconds"
    return f"`{default}`"


def arguments(rows: list[dict], indent: str = "        ") -> str:
    lines = []
    for row in rows:
        words = text.option(row, default_text(row), snake, "``")
        lines.append(text.wrap(f"{row['name']}: {words}", indent, indent + "    "))
    return "\n".join(lines)


def client(old: str, rows: list[dict]) -> str:
    return text.between(old, "    Args:", "Raises:", arguments(rows) + "\n")


def stubs(old: str, options: dict) -> str:
    at = old.index("class Landing")
    head, tail = old[:at], old[at:]
    old = head + text.between(tail, "    Args:", "Raises:", arguments(options["landing"]) + "\n")
    at = old.index("class Reporting")
    head, tail = old[:at], old[at:]
    old = head + text.between(tail, "    Args:", "Raises:", arguments(options["reporting"]) + "\n")
    rows = options["retry"]
    at = old.index("class RetryPolicy")
    head, tail = old[:at], old[at:]
    tail = text.between(tail, "    Args:", "Raises:", arguments(rows) + "\n")
    signature = ", ".join(
        f"{row['name']}: {'int' if row['type'] == 'count' else 'float'} = "
        f"{row['default'] if row['type'] == 'count' else float(row['default'])}"
        for row in rows
    )
    tail = re.sub(
        r"def __new__\(cls, retries[^)]*\)", f"def __new__(cls, {signature})", tail, count=1
    )
    return head + tail


def sandbox(old: str, options: dict) -> str:
    at = old.index("class Sandbox")
    old = old[:at] + text.between(old[at:], "    Args:", '"""', arguments(options["sandbox"]))
    at = old.index("    def wait_for(")
    count = "            count: How many.\n"
    waited = f"{count}{arguments(options['wait_for'], '            ')}\n"
    return old[:at] + text.between(old[at:], "        Args:", "Raises:", waited)


def outbox(old: str, rows: list[dict]) -> str:
    """The options after the URL, which is told by hand."""
    at = old.index("its folder is not.\n")
    head, tail = old[:at], old[at:]
    documented = "its folder is not.\n" + arguments(rows, "            ") + "\n\n        Raises:"
    return head + documented + tail[tail.index("Raises:") + len("Raises:") :]


def worker(old: str, rows: list[dict]) -> str:
    at = old.index("    def worker(")
    head, tail = old[:at], old[at:]
    begin, end = tail.index("            concurrency: "), tail.index("            on_attempt: ")
    return head + tail[:begin] + arguments(rows, "            ") + "\n" + tail[end:]


def files(surface: dict) -> dict:
    options = surface["options"]
    return {
        f"{PACKAGE}/_codes.py": lambda _: codes(surface),
        f"{PACKAGE}/errors.py": lambda old: text.region(old, "kinds", classes(surface)),
        f"{PACKAGE}/_client.py": lambda old: client(old, options["client"]),
        f"{PACKAGE}/_open.py": lambda old: outbox(old, options["outbox"]),
        f"{PACKAGE}/_outbox.py": lambda old: worker(old, options["worker"]),
        f"{PACKAGE}/_native.pyi": lambda old: stubs(old, options),
        f"{PACKAGE}/testing.py": lambda old: sandbox(old, options),
    }
