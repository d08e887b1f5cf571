"""Refuses, when it is imported, every interpreter of this process but the main one.

The native module keeps Python's types in statics, which belong to one interpreter, and answers
reach asyncio from a thread that only the main one knows.
"""

from __future__ import annotations

import _thread
import importlib
from typing import Any


def _is_main() -> bool:
    if hasattr(_thread, "_is_main_interpreter"):  # since Python 3.12
        return bool(getattr(_thread, "_is_main_interpreter")())  # noqa: B009 - no stub knows it
    try:
        interpreters: Any = importlib.import_module("_xxsubinterpreters")
    except ImportError:
        return True  # a Python without them
    return bool(interpreters.get_current() == interpreters.get_main())


if not _is_main():
    raise ImportError(
        "connectly_conversions works in the main interpreter only, not in a subinterpreter: "
        "under mod_wsgi set `WSGIApplicationGroup %{GLOBAL}`, "
        "under uWSGI `single-interpreter = true`"
    )
