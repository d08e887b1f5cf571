"""Under gevent's monkey patch a call blocks its own greenlet and no other."""

from __future__ import annotations

from connectly_conversions import Sandbox

from .running import Program, assert_each_once


def test_a_hanging_api_leaves_other_greenlets_running(
    sandbox: Sandbox, environment: dict[str, str]
) -> None:
    sandbox.fail_next(kind="hang", order_id="hangs", times=0)
    with Program("greenlets.py", environment=environment) as program:
        program.wait_for("the others went on")
        others = [*(f"other-{n}" for n in range(20)), *(f"many-{n}" for n in range(8))]
        assert_each_once(sandbox, others)
        sandbox.stop()
        program.ends()
    assert program.lines[-1].startswith("the hanging call ended:")
