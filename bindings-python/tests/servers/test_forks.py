"""`os.fork` at any moment, while other threads are in the middle of a request."""

from __future__ import annotations

from connectly_conversions import Sandbox

from .running import Program, assert_each_once


def test_forks_under_load(sandbox: Sandbox, environment: dict[str, str]) -> None:
    with Program("forks.py", environment=environment) as program:
        program.ends()
    sent = program.lines[-1].split()
    assert sent[0] == "sent"
    assert len(sent) > 90
    assert_each_once(sandbox, sent[1:])
