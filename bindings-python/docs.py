"""Writes the docstrings of the native classes, which `help()` shows, from the stub's.

    docs.py [--check]

The stub is the one place where they are written; `src/docs.rs` is what it gives.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

HERE = Path(__file__).parent
STUB = HERE / "python/connectly_conversions/_native.pyi"
RUST = HERE / "src/docs.rs"

PRIVATE = {
    "InFlight",
    "NativeClient",
    "NativeOutbox",
    "NativeSandbox",
    "NativeStatement",
    "NativeWorker",
    "Operation",
}

HEAD = """\
//! The docstrings of the native classes. Generated from `_native.pyi` by `docs.py`.

macro_rules! docstring {
"""


def documented() -> dict[str, str]:
    """Every documented class, method and property by its name."""
    found = {}
    for public in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if not isinstance(public, ast.ClassDef) or public.name in PRIVATE:
            continue
        for name, node in [
            (public.name, public),
            *(
                (f"{public.name}.{member.name}", member)
                for member in public.body
                if isinstance(member, ast.FunctionDef)
            ),
        ]:
            text = ast.get_docstring(node)
            if text:
                found[name] = text
    return found


def rust() -> str:
    """The Rust file."""
    arms = (
        f'    ("{name}") => {{\n        r#"{text}"#\n    }};\n'
        for name, text in documented().items()
    )
    return HEAD + "".join(arms) + "}\n"


def main() -> int:
    """Writes it, or checks that it is written."""
    written = rust()
    if "--check" not in sys.argv:
        RUST.write_text(written, encoding="utf-8")
    elif RUST.read_text(encoding="utf-8") != written:
        sys.stderr.write("src/docs.rs is not what the stub says: run bindings-python/docs.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
