"""The command ``connectly``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from connectly_conversions._native import run_command

if TYPE_CHECKING:
    from types import TracebackType


def _without_a_traceback(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Ctrl-C is no failure to explain; Python ends the process by the signal itself."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)


def main() -> int:
    """Runs the command with this process's arguments and returns its exit code."""
    sys.excepthook = _without_a_traceback
    return run_command(["connectly", *sys.argv[1:]])
