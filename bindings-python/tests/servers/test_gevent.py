"""Under the monkey patch of gevent or eventlet a call blocks its own greenlet and no other."""

from __future__ import annotations

import pytest

from connectly_conversions import Sandbox

from .running import Program, assert_each_once

HANGING = 40
"""More than any pool of threads has: gevent's hub has ten, eventlet twenty."""


@pytest.mark.parametrize("library", ["gevent", "eventlet"])
def test_a_hanging_api_leaves_other_greenlets_running(
    library: str, sandbox: Sandbox, environment: dict[str, str]
) -> None:
    environment["PYTHONWARNINGS"] = "ignore"  # eventlet says at import that it is deprecated
    for number in range(HANGING):
        sandbox.fail_next(kind="hang", order_id=f"hangs-{number}", times=0)
    with Program("greenlets.py", library, str(HANGING), environment=environment) as program:
        program.wait_for("the others went on")
        others = [*(f"other-{n}" for n in range(20)), *(f"many-{n}" for n in range(8))]
        assert_each_once(sandbox, others)
        sandbox.stop()
        program.ends()
    # Each says so, and nobody prints a traceback of what was caught.
    assert program.lines == [
        "a time-out of the library's own was heard",
        "the others went on",
        *["a hanging call ended"] * HANGING,
        "sent at exit",
    ]
