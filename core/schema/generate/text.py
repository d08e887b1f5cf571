"""Sentences in each language's spelling, and the places in files where they go."""

import re
import textwrap
from collections.abc import Callable, Iterable

Spell = Callable[[str], str]


def snake(name: str) -> str:
    return name


def pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def swift(name: str) -> str:
    """Camel case with initialisms: ``businessID``, ``invalidCABundle``."""
    whole = {"api": "API", "ca": "CA", "http": "HTTP", "id": "ID", "ids": "IDs", "json": "JSON"}
    whole["url"] = "URL"
    first, *rest = name.split("_")
    return first + "".join(whole.get(word, word.capitalize()) for word in rest)


def sentence(text: str, spell: Spell, tick: str = "`") -> str:
    """``{name}`` is an option or a member, spelt as the language spells it."""
    text = re.sub(r"\{(\w+)\}", lambda name: f"`{spell(name[1])}`", text)
    return text.replace("`", tick)


def said(row: dict, spell: Spell, tick: str = "`") -> str:
    """What it means and what to do."""
    return sentence(f"{row['means']} {row['do']}", spell, tick)


def effect(fault: dict, spell: Spell, tick: str = "`") -> str:
    recorded = "The event is recorded." if fault["records"] else "Nothing is recorded."
    return sentence(f"{fault['does']} {recorded}", spell, tick)


def means(rows: list[dict], key: str, spell: Spell, tick: str = "`") -> list[tuple[str, str]]:
    """Each value with what it means."""
    return [(row[key], sentence(row["means"], spell, tick)) for row in rows]


def days(row: dict) -> str | None:
    """A long duration, the same in every language."""
    whole, rest = divmod(row["default"], 24 * 60 * 60)
    return f"{whole} days" if whole and not rest else None


def option(row: dict, default: str | None, spell: Spell, tick: str = "`") -> str:
    """What an option is, and what it is unless given."""
    variables = " or ".join(f"`{name}`" for name in row.get("env", []))
    parts = [f"{variables} of the environment"] if variables else []
    parts += [default] if default is not None else []
    unless = f" Default: {', else '.join(parts)}." if parts else ""
    return sentence(row["is"] + unless, spell, tick)


def wrap(text: str, prefix: str, hanging: str | None = None, width: int = 100) -> str:
    """Comment lines. A code in ticks is not broken."""
    glued = re.sub(r"(`+)[^`]+\1", lambda code: code[0].replace(" ", "\0"), text)
    filled = textwrap.fill(
        glued,
        width,
        initial_indent=prefix,
        subsequent_indent=prefix if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace("\0", " ")


def region(text: str, name: str, body: str) -> str:
    """Replaces the lines between ``generated: NAME`` and the next ``generated: end``."""
    pattern = rf"(^[^\n]*generated: {name}\b[^\n]*\n).*?(^[^\n]*generated: end\b)"
    return once(text, pattern, body.strip("\n"), f"generated: {name}")


def between(text: str, start: str, end: str, body: str) -> str:
    """Replaces the lines between two that are there in any case."""
    return once(text, rf"({start}[^\n]*\n).*?(^ *{end})", body, start)


def once(text: str, pattern: str, body: str, what: str) -> str:
    found = re.search(pattern, text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise LookupError(what)
    return f"{text[: found.end(1)]}{body}\n{text[found.start(2) :]}"


def doc_of(text: str, line: str, doc: str) -> str:
    """Replaces the ``///`` lines before the one that begins with this."""
    pattern = rf"(?:^ *///[^\n]*\n)+(?=^{re.escape(line)})"
    replaced, count = re.subn(pattern, lambda _: doc + "\n", text, flags=re.MULTILINE)
    if count != 1:
        raise LookupError(f"{line}: found {count} times")
    return replaced


def line(text: str, start: str, new: str) -> str:
    """Replaces the one line that begins with this."""
    replaced, count = re.subn(
        rf"^{re.escape(start)}[^\n]*", lambda _: new, text, flags=re.MULTILINE
    )
    if count != 1:
        raise LookupError(f"{start}: found {count} times")
    return replaced


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Columns in line, as formatters of Markdown want them."""
    cells = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells)
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)
