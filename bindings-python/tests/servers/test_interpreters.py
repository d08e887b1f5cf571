"""The package works in the main interpreter; a second one is told so."""

from __future__ import annotations

import pytest

from connectly_conversions import Sandbox

from .running import Program, assert_each_once


@pytest.mark.parametrize("order", ["main-first", "second-first"])
def test_a_second_interpreter_gets_a_clear_error(
    order: str, sandbox: Sandbox, environment: dict[str, str]
) -> None:
    with Program("interpreters.py", order, environment=environment) as program:
        program.ends()
    assert "subinterpreter" in program.wait_for("refused: (.*)")[0][1]
    assert_each_once(sandbox, ["from-the-main-interpreter"])
