"""The command ``connectly``."""

from __future__ import annotations

import signal
import sys

from connectly_conversions._native import run_command


def main() -> int:
    """Runs the command with this process's arguments and returns its exit code."""
    # The command runs in native code, where Python would hear Ctrl-C only after it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    return run_command(["connectly", *sys.argv[1:]])
