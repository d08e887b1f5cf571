"""`multiprocessing` and `concurrent.futures`, in each of their start methods."""

from __future__ import annotations

import pytest

from connectly_conversions import Sandbox

from .running import Program, assert_each_once


def test_fork(sandbox: Sandbox, environment: dict[str, str], before_the_fork: list[str]) -> None:
    run("fork", sandbox, environment, before_the_fork)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_fresh(method: str, sandbox: Sandbox, environment: dict[str, str]) -> None:
    """Processes that import the program anew."""
    run(method, sandbox, environment, [])


def run(method: str, sandbox: Sandbox, environment: dict[str, str], before: list[str]) -> None:
    orders = [f"order-{number}" for number in range(24)]
    with Program("pool.py", method, *orders, environment=environment) as program:
        program.ends()
    assert_each_once(sandbox, [*before, *orders, "parent"])
