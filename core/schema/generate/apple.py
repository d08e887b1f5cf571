"""Swift: the constants, the cases, the faults, and the documentation of what can be set."""

import text
from text import swift

SOURCES = "bindings-swift/Sources"
HEAD = "// Generated from core/schema/surface.json by `make generate`."
RESERVED = {"internal"}


def name(value: str) -> str:
    spelt = swift(value)
    return f"`{spelt}`" if spelt in RESERVED else spelt


def constants(owner: str, of: str, codes: list[tuple[str, str]]) -> str:
    lines = [
        HEAD,
        "",
        f"extension {owner} {{",
        f"    /// The stable code of {of}.",
        "    ///",
        "    /// A later release may add codes, so this is not an enumeration: compare with the constants.",
        "    public struct Code: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {",
        "        /// The code in snake case, the same in every language.",
        "        public let rawValue: String",
        "",
        "        /// The code of this name.",
        "        public init(rawValue: String) { self.rawValue = rawValue }",
        "",
        "        /// The code in snake case.",
        "        public var description: String { rawValue }",
        "    }",
        "}",
        "",
        f"extension {owner}.Code: CaseIterable {{",
        "    /// Every code that this release knows.",
        f"    public static let allCases: [{owner}.Code] = [",
        *[f"        .{name(code)}," for code, _ in codes],
        "    ]",
        "",
    ]
    for code, words in codes:
        lines.append(text.wrap(words, "    /// "))
        lines.append(f'    public static let {name(code)} = Self(rawValue: "{code}")')
    return "\n".join([*lines, "}"]) + "\n"


def cases(rows: list[dict]) -> str:
    lines = []
    for row in rows:
        lines += [
            text.wrap(text.said(row, swift), "    /// "),
            f"    case {name(row['kind'])}(Details)",
        ]
    return "\n".join(lines)


def kinds(rows: list[dict]) -> str:
    kinds = [row["kind"] for row in rows]
    lines = [
        HEAD,
        "",
        "extension ConnectlyError {",
        "    /// The name of a case, the same in every language.",
    ]
    lines.append("    public enum Kind: String, Sendable, Hashable, CaseIterable {")
    for kind in kinds:
        lines.append(f"        /// See ``ConnectlyError/{swift(kind)}(_:)``.")
        raw = f' = "{kind}"' if swift(kind) != kind else ""
        lines.append(f"        case {name(kind)}{raw}")
    lines += [
        "    }",
        "",
        "    /// The kind without the details.",
        "    public var kind: Kind {",
        "        switch self {",
    ]
    lines += [f"        case .{swift(kind)}: .{swift(kind)}" for kind in kinds]
    lines += ["        }", "    }", "", "    /// What every error has, whatever its kind."]
    lines += ["    public var details: Details {", "        switch self {"]
    bound = [f".{swift(kind)}(let details)" for kind in kinds]
    lines += [
        f"        case {bound[0]},",
        *[f"            {one}," for one in bound[1:-1]],
        f"            {bound[-1]}:",
    ]
    lines += [
        "            details",
        "        }",
        "    }",
        "",
        "    init(_ kind: Kind, _ details: Details) {",
    ]
    lines += ["        self =", "            switch kind {"]
    lines += [f"            case .{swift(kind)}: .{swift(kind)}(details)" for kind in kinds]
    return "\n".join([*lines, "            }", "    }", "}"]) + "\n"


def raw_cases(rows: list[tuple[str, str]]) -> str:
    lines = []
    for value, words in rows:
        raw = f' = "{value}"' if swift(value) != value else ""
        lines += [text.wrap(words, "        /// "), f"        case {name(value)}{raw}"]
    return "\n".join(lines)


def visit(old: str, surface: dict) -> str:
    old = text.region(old, "counts", raw_cases(text.means(surface["visits"], "count", swift)))
    return text.region(old, "reasons", raw_cases(text.means(surface["skips"], "reason", swift)))


def standing(old: str, surface: dict) -> str:
    old = text.region(old, "states", raw_cases(text.means(surface["states"], "state", swift)))
    verdicts = raw_cases(text.means(surface["verdicts"], "verdict", swift))
    return text.region(old, "verdicts", verdicts)


def faults(rows: list[dict]) -> str:
    lines = []
    for row in rows:
        kind, takes = row["kind"], row.get("takes", {})
        lines.append(text.wrap(text.effect(row, swift), "    /// "))
        if not takes:
            lines.append(f'    public static let {name(kind)} = Fault("{kind}")')
            continue
        ((member, of),) = takes.items()
        given, value = {
            "int": ("_ value: Int", ".number(Decimal(value))"),
            "duration": ("_ value: Duration", ".number(decimal(value))"),
            "text": ("to value: String", ".string(value)"),
        }[of]
        lines.append(f"    public static func {name(kind)}({given}) -> Fault {{")
        lines.append(f'        Fault("{kind}", ["{member}": {value}])')
        lines.append("    }")
    return "\n".join(lines)


def default_text(row: dict) -> str | None:
    default = row.get("default")
    if default is None or row["type"] == "flag":
        return None
    return text.days(row) or f"{default} s" if row["type"] == "duration" else f"`{default}`"


def parameters(rows: list[dict]) -> str:
    lines = []
    for row in rows:
        spelt = {"ca_bundle": "caBundle"}.get(row["name"], swift(row["name"]))
        words = f"- {spelt}: {text.option(row, default_text(row), swift)}"
        lines.append(text.wrap(words, "    ///   ", "    ///     "))
    return "\n".join(lines)


def settings(old: str, rows: list[dict], before: str = "", after: str = "") -> str:
    """The first parameters of a file; those that are no options come before or after them."""
    told = before + parameters(rows) + after
    return text.between(old, "    /// - Parameters:", "/// - Throws:", told)


OUTBOX_URL = "    ///   - url: `sqlite:///absolute/path/of/a/file.db`, on a disk of this machine.\n"
WORKER_CLIENT = "    ///   - client: Sends, with its key and its pool. It is of the outbox's business.\n"
WORKER_ON_ATTEMPT = """
    ///   - onAttempt: Is told what came of each attempt, one after the other, once that is on the
    ///     disk: for metrics and logs. No delivery waits for it.
    ///   - onFailure: Is told when the outbox's database begins to fail. The worker tries on, and
    ///     nothing is lost."""


def sandbox(old: str, options: dict) -> str:
    old = settings(old, options["sandbox"])
    at = old.index("    /// Waits until this many")
    count = "    ///   - count: How many.\n"
    waited = text.between(
        old[at:],
        "    /// - Parameters:",
        "/// - Returns:",
        count + parameters(options["wait_for"]),
    )
    return old[:at] + waited


def policy(old: str, rows: list[dict]) -> str:
    for row in rows:
        doc = text.wrap(text.option(row, default_text(row), swift), "    /// ")
        old = text.doc_of(old, f"    public var {row['name']}:", doc)
    return old


def files(surface: dict) -> dict:
    options = surface["options"]
    here = f"{SOURCES}/ConnectlyConversions"
    errors = [(row["code"], text.said(row, swift)) for row in surface["errors"]]
    issues = [(row["code"], text.said(row, swift)) for row in surface["issues"]]
    testing = f"{SOURCES}/ConnectlyTesting"
    return {
        f"{here}/ErrorCodes.swift": lambda _: constants("ConnectlyError", "an error", errors),
        f"{here}/IssueCodes.swift": lambda _: constants("Issue", "a problem", issues),
        f"{here}/ErrorKinds.swift": lambda _: kinds(surface["kinds"]),
        f"{here}/ConnectlyError.swift": lambda old: text.region(
            old, "kinds", cases(surface["kinds"])
        ),
        f"{here}/Client.swift": lambda old: settings(old, options["client"]),
        f"{here}/Landing.swift": lambda old: settings(old, options["landing"]),
        f"{here}/Outbox.swift": lambda old: settings(old, options["outbox"], before=OUTBOX_URL),
        f"{here}/Outbox+Worker.swift": lambda old: settings(
            old, options["worker"], before=WORKER_CLIENT, after=WORKER_ON_ATTEMPT
        ),
        f"{here}/OutboxStates.swift": lambda old: standing(old, surface),
        f"{here}/Visit.swift": lambda old: visit(old, surface),
        f"{here}/RetryPolicy.swift": lambda old: policy(old, options["retry"]),
        f"{testing}/Fault.swift": lambda old: text.region(old, "faults", faults(surface["faults"])),
        f"{testing}/Sandbox.swift": lambda old: sandbox(old, options),
    }
