"""Rust: the enums of the core, its defaults, and the documentation of its settings."""

import html
import json

import text
from text import pascal, snake

HEAD = "//! Generated from `schema/surface.json` by `make generate`."


def enum(doc: str, name: str, rows: list[tuple[str, str]]) -> str:
    lines = ["named! {", f"    /// {doc}", f"    {name} {{"]
    for value, words in rows:
        lines.append(text.wrap(words, "        /// "))
        lines.append(f'        {pascal(value)} = "{value}",')
    return "\n".join([*lines, "    }", "}"])


def error_codes(surface: dict) -> str:
    kinds = [(row["kind"], text.said(row, snake)) for row in surface["kinds"]]
    codes = [(row["code"], text.said(row, snake)) for row in surface["errors"]]
    return (
        "\n\n".join(
            [
                HEAD.replace("//! ", "//! Kinds and codes of errors. ", 1),
                "use crate::named::named;",
                enum(
                    "What a caller can act on; in other languages each kind is a class.",
                    "ErrorKind",
                    kinds,
                ),
                enum("The stable code of an error: narrower than its kind.", "ErrorCode", codes),
            ]
        )
        + "\n"
    )


def any_of(rows: list[str]) -> str:
    return f"matches!(self, {' | '.join(f'Self::{pascal(row)}' for row in rows)})"


def issue_codes(surface: dict) -> str:
    codes = [(row["code"], text.said(row, snake)) for row in surface["issues"]]
    warnings = [row["code"] for row in surface["issues"] if row["severity"] == "warning"]
    return f"""{HEAD.replace("//! ", "//! Codes of problems. ", 1)}

use super::Severity;
use crate::named::named;

{enum("The stable code of one problem of an event or a landing.", "IssueCode", codes)}

impl IssueCode {{
    /// The severity; it belongs to the code.
    #[must_use]
    pub const fn severity(self) -> Severity {{
        if {any_of(warnings)} {{ Severity::Warning }} else {{ Severity::Error }}
    }}
}}
"""


def fault_kinds(surface: dict) -> str:
    kinds = [(row["kind"], text.effect(row, snake)) for row in surface["faults"]]
    silent = [row["kind"] for row in surface["faults"] if not row["records"]]
    return f"""{HEAD.replace("//! ", "//! Kinds of faults. ", 1)}

use crate::named::named;

{enum("What can go wrong between a client and the API.", "FaultKind", kinds)}

impl FaultKind {{
    /// Whether the API has recorded the event when this goes wrong.
    #[must_use]
    pub const fn records(self) -> bool {{
        !{any_of(silent)}
    }}
}}
"""


def fault_options(surface: dict) -> str:
    """The sandbox's page: what can be switched on."""

    def option(row: dict) -> str:
        does = html.escape(text.effect(row, snake, ""))
        label = row["kind"].replace("_", " ").capitalize()
        return f'      <option value="{row["kind"]}" title="{does}">{label}</option>'

    return "\n".join(option(row) for row in surface["faults"])


def landing_codes(surface: dict) -> str:
    counts = text.means(surface["visits"], "count", snake)
    reasons = text.means(surface["skips"], "reason", snake)
    parts = [
        HEAD.replace("//! ", "//! What a visit is counted as. ", 1),
        "use crate::named::named;",
        enum("What a visit was, as one word for a counter.", "VisitCount", counts),
        enum("Why a request is not a visit to count.", "SkipReason", reasons),
    ]
    return "\n\n".join(parts) + "\n"


def outbox_codes(surface: dict) -> str:
    parts = [
        HEAD.replace("//! ", "//! Where an event of the outbox stands. ", 1),
        "use crate::named::named;",
        enum(
            "Where an event of the outbox stands.",
            "State",
            text.means(surface["states"], "state", snake),
        ),
        enum(
            "Whether a replay sends an event again.",
            "Verdict",
            text.means(surface["verdicts"], "verdict", snake),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def reporting_codes(surface: dict) -> str:
    parts = [
        HEAD.replace("//! ", "//! What becomes of a shop's order. ", 1),
        "use crate::named::named;",
        enum(
            "What became of an order that was to be reported.",
            "ReportResult",
            text.means(surface["reports"], "result", snake),
        ),
        enum(
            "Why an order is deliberately not reported.",
            "Omission",
            text.means(surface["omissions"], "reason", snake),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def doctor_codes(surface: dict) -> str:
    checks = surface["checks"]
    arms = "\n".join(
        f"Self::{pascal(row['check'])} => {json.dumps(text.sentence(row['do'], snake))},"
        for row in checks
    )
    about = enum(
        "What `connectly doctor` looks at.", "Check", text.means(checks, "check", snake)
    )
    return f"""{HEAD.replace("//! ", "//! What the doctor looks at. ", 1)}

use crate::named::named;

{about}

impl Check {{
    /// What to do where it is not well.
    #[must_use]
    pub const fn advice(self) -> &'static str {{
        match self {{
            {arms}
        }}
    }}
}}
"""


def duration(seconds: float) -> str:
    millis = round(seconds * 1000)
    return f"from_millis({millis})" if millis % 1000 else f"from_secs({millis // 1000:_})"


# The feature that an option's default is needed for.
FEATURES = {"sandbox": "sandbox", "wait_for": "sandbox", "outbox": "outbox", "worker": "outbox"}


def defaults(surface: dict) -> str:
    lines = [
        HEAD.replace("//! ", "//! What options are unless given. ", 1),
        "",
        "use std::time::Duration;",
        "",
    ]
    for group, rows in surface["options"].items():
        for row in rows:
            prefix = "" if group in ("client", "send_many") else f"{group.upper()}_"
            name = prefix + row["name"].upper()
            default = row.get("default")
            feature = FEATURES.get(group)
            gate = f'#[cfg(feature = "{feature}")]\n' if feature else ""
            const = f"{gate}pub(crate) const {name}"
            if row["type"] == "duration":
                lines.append(f"{const}: Duration = Duration::{duration(default)};")
            elif row["type"] == "count":
                kind = {"retry": "u32", "outbox": "u64"}.get(group, "usize")
                lines.append(f"{const}: {kind} = {default:_};")
            elif row["type"] == "url" and default is not None:
                lines.append(f'{const}: &str = "{default}";')
            for variable in row.get("env", []):
                if variable.startswith("CONNECTLY_") and group == "client":
                    lines.append(f'pub(crate) const {name}_VARIABLE: &str = "{variable}";')
    return "\n".join(lines) + "\n"


def default_text(row: dict) -> str | None:
    default = row.get("default")
    if default is None or row["type"] == "flag":
        return None
    return text.days(row) or f"{default} s" if row["type"] == "duration" else f"`{default}`"


def settings(old: str, rows: list[dict]) -> str:
    for row in rows:
        doc = text.wrap(text.option(row, default_text(row), snake), "    /// ")
        old = text.doc_of(old, f"    pub fn {row['name']}(", doc)
    return old


def faults(old: str, rows: list[dict]) -> str:
    for row in rows:
        doc = text.wrap(text.effect(row, snake), "    /// ")
        old = text.doc_of(old, f"    pub fn {row['kind']}(", doc)
    return old


def files(surface: dict) -> dict:
    options = surface["options"]
    return {
        "core/src/defaults.rs": lambda _: defaults(surface),
        "core/src/doctor/codes.rs": lambda _: doctor_codes(surface),
        "core/src/error/codes.rs": lambda _: error_codes(surface),
        "core/src/issue/codes.rs": lambda _: issue_codes(surface),
        "core/src/landing/codes.rs": lambda _: landing_codes(surface),
        "core/src/outbox/codes.rs": lambda _: outbox_codes(surface),
        "core/src/reporting/codes.rs": lambda _: reporting_codes(surface),
        "core/src/sandbox/kind.rs": lambda _: fault_kinds(surface),
        "core/src/sandbox/faults.rs": lambda old: faults(old, surface["faults"]),
        "core/src/sandbox/page/index.html": lambda old: text.region(
            old, "faults", fault_options(surface)
        ),
        "core/src/sandbox/mod.rs": lambda old: settings(old, options["sandbox"]),
        "core/src/outbox/options.rs": lambda old: settings(old, options["outbox"]),
        "core/src/outbox/worker/options.rs": lambda old: settings(old, options["worker"]),
        "core/src/client/builder.rs": lambda old: settings(old, options["client"]),
    }
