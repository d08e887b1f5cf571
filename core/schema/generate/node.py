"""Node: the lists, the error classes, and the interfaces of what can be set."""

import text
from text import camel

HEAD = "/** Generated from core/schema/surface.json by `make generate`. */"
TYPES = {
    "text": "string",
    "id": "string",
    "url": "string",
    "path": "string",
    "duration": "number",
    "count": "number",
    "rate": "number",
    "port": "number",
    "flag": "boolean",
    "retry": "RetryPolicy",
    "touch": '"last" | "first"',
    "names": "Iterable<string>",
    "rounding": '"never" | "currency"',
}


def array(name: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"export const {name} = ["]
    for value, words in rows:
        lines += [text.wrap(words, "  // "), f'  "{value}",']
    return "\n".join([*lines, "] as const;"])


def codes(surface: dict) -> str:
    def rows(name: str, key: str) -> list[tuple[str, str]]:
        return [(row[key], text.said(row, camel)) for row in surface[name]]

    faults = [(row["kind"], text.effect(row, camel)) for row in surface["faults"]]
    parts = [
        HEAD,
        array("ERROR_KINDS", rows("kinds", "kind")),
        array("ERROR_CODES", rows("errors", "code")),
        array("ISSUE_CODES", rows("issues", "code")),
        array("FAULT_KINDS", faults),
        array("VISIT_COUNTS", text.means(surface["visits"], "count", camel)),
        array("SKIP_REASONS", text.means(surface["skips"], "reason", camel)),
        array("OUTBOX_STATES", text.means(surface["states"], "state", camel)),
        array("VERDICTS", text.means(surface["verdicts"], "verdict", camel)),
        array("REPORT_RESULTS", text.means(surface["reports"], "result", camel)),
        array("OMISSIONS", text.means(surface["omissions"], "reason", camel)),
    ]
    return "\n\n".join(parts) + "\n"


def doc(words: str, indent: str = "") -> str:
    line = f"{indent}/** {words} */"
    if len(line) <= 110:
        return line
    return f"{indent}/**\n{text.wrap(words, indent + ' * ', width=110)}\n{indent} */"


def classes(surface: dict) -> str:
    kinds = [row for row in surface["kinds"] if row["class"] != "ConnectlyError"]
    lines = []
    for row in kinds:
        lines.append(doc(text.said(row, camel)))
        lines.append(f"export class {row['class']} extends ConnectlyError {{}}")
    lines += ["", "const CLASSES: Readonly<Record<ErrorKind, typeof ConnectlyError>> = {"]
    lines += [f"  {row['kind']}: {row['class']}," for row in surface["kinds"]]
    lines += [
        "};",
        "",
        "// A minifier renames classes; their names in logs stay. On the prototype, where `Error` has it.",
    ]
    lines += ["for (const [type, name] of ["]
    lines += [f'  [{row["class"]}, "{row["class"]}"],' for row in [surface["kinds"][-1], *kinds]]
    lines += ["] as const) {"]
    lines += [
        '  Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true });',
        "}",
    ]
    return "\n".join(lines)


def default_text(row: dict) -> str | None:
    default = row.get("default")
    if default is None or row["type"] == "flag":
        return None
    if row["type"] == "duration":
        return text.days(row) or f"{round(default * 1000)} ms"
    return f"`{default}`"


def interface(name: str, about: str, rows: list[dict]) -> str:
    lines = [doc(about), f"export interface {name} {{"]
    for row in rows:
        lines.append(doc(text.option(row, default_text(row), camel), "  "))
        lines.append(f"  readonly {camel(row['name'])}?: {TYPES[row['type']]} | null | undefined;")
    return "\n".join([*lines, "}"])


def options(surface: dict) -> str:
    rows = surface["options"]
    parts = [
        HEAD,
        interface(
            "RetryPolicy",
            "How often and how patiently a call tries again. Waits are in milliseconds.",
            rows["retry"],
        ),
        interface(
            "ClientOptions", "A client's settings. Durations are in milliseconds.", rows["client"]
        ),
        interface(
            "LandingOptions", "How a landing is set up. Durations are in milliseconds.", rows["landing"]
        ),
        interface("SandboxOptions", "A sandbox's settings.", rows["sandbox"]),
        interface(
            "OutboxOptions", "An outbox's settings. Durations are in milliseconds.", rows["outbox"]
        ),
        interface("PaceOptions", "How fast events are sent.", rows["worker"]),
    ]
    return "\n\n".join(parts) + "\n"


def wait_for(old: str, row: dict) -> str:
    words = f"@param options.timeout in milliseconds. {row['is']} Default: {default_text(row)}."
    return text.line(old, "   * @param options.timeout ", f"   * {words}")


def files(surface: dict) -> dict:
    return {
        "bindings-node/ts/codes.ts": lambda _: codes(surface),
        "bindings-node/ts/options.ts": lambda _: options(surface),
        "bindings-node/ts/testing.ts": lambda old: wait_for(old, surface["options"]["wait_for"][0]),
        "bindings-node/ts/errors.ts": lambda old: text.region(old, "kinds", classes(surface)),
    }
