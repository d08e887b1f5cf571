"""uWSGI forks in C, where Python's own fork hooks are not called."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from connectly_conversions import Sandbox

from .running import Program, assert_each_once, buy

# uWSGI tells of its own hooks.
WORKER_ACCEPTS = r"running .*\(accepting\)"

MODES = {
    "preloaded": (),
    "lazy-apps": ("--lazy-apps",),
    "threads": ("--enable-threads", "--threads=2"),
    "lazy-apps-threads": ("--lazy-apps", "--enable-threads", "--threads=2"),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("before_the_fork", ["constructed"], indirect=True)
def test_uwsgi(
    mode: str, sandbox: Sandbox, environment: dict[str, str], before_the_fork: list[str]
) -> None:
    serves(MODES[mode], sandbox, environment, before_the_fork)


@pytest.mark.parametrize("mode", ["preloaded", "threads"])
@pytest.mark.parametrize("before_the_fork", ["used"], indirect=True)
def test_used_in_the_master(
    mode: str, sandbox: Sandbox, environment: dict[str, str], before_the_fork: list[str]
) -> None:
    serves(MODES[mode], sandbox, environment, before_the_fork)


def serves(
    mode: tuple[str, ...], sandbox: Sandbox, environment: dict[str, str], before: list[str]
) -> None:
    orders = [f"order-{number}" for number in range(40)]
    with uwsgi(*mode, environment=environment) as shop:
        workers = buy(port_of(shop), orders)
        # A worker that is still being born is never told to stop.
        shop.wait_for(WORKER_ACCEPTS, 2)
        shop.stop(signal.SIGINT)
    assert shop.pid not in workers
    assert_each_once(sandbox, before + orders)


def test_workers_that_are_replaced(sandbox: Sandbox, environment: dict[str, str]) -> None:
    environment["USED_BEFORE_THE_FORK"] = "1"
    orders = [f"order-{number}" for number in range(10)]
    # One worker, and orders left for the last: a worker that is being born while uWSGI stops
    # is never told to.
    every_fourth = ("--max-requests=4", "--min-worker-lifetime=0", "--processes=1")
    with uwsgi(*every_fourth, environment=environment) as shop:
        workers = buy(port_of(shop), orders)
        shop.stop(signal.SIGINT)
    assert len(workers) == 3
    assert_each_once(sandbox, ["master-blocking", "master-async", *orders])


def uwsgi(*mode: str, environment: dict[str, str]) -> Program:
    return Program(
        *(Path(sys.executable).with_name("pyuwsgi"), "--master", "--need-app", "--processes=2"),
        *("--http-socket=127.0.0.1:0", "--wsgi-file=shop.py", "--callable=wsgi"),
        *("--hook-accepting=print:at work", *mode),
        environment=environment,
    )


def port_of(shop: Program) -> int:
    return int(shop.wait_for(r"bound to TCP address 127\.0\.0\.1:(\d+)")[0][1])
