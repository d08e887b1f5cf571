"""gunicorn imports the shop in its master (`--preload`) and forks workers from there."""

from __future__ import annotations

import pytest

from connectly_conversions import Sandbox

from .running import Program, assert_each_once, buy

WORKERS = {
    "sync": ("--worker-class=sync", "shop:wsgi"),
    "gthread": ("--worker-class=gthread", "--threads=4", "shop:wsgi"),
    "uvicorn": ("--worker-class=uvicorn_worker.UvicornWorker", "shop:asgi"),
    "gevent": ("--worker-class=gevent", "shop:wsgi"),
}


@pytest.mark.parametrize("worker", WORKERS)
def test_preloaded(
    worker: str, sandbox: Sandbox, environment: dict[str, str], before_the_fork: list[str]
) -> None:
    orders = [f"order-{number}" for number in range(40)]
    with gunicorn("--workers=2", *WORKERS[worker], environment=environment) as shop:
        workers = buy(port_of(shop), orders)
        stops_in_good_order(shop, workers=2)
    assert shop.pid not in workers
    assert_each_once(sandbox, before_the_fork + orders)


def test_workers_that_are_replaced(sandbox: Sandbox, environment: dict[str, str]) -> None:
    """The master, which has sent already, forks a new worker after every fourth request."""
    environment["USED_BEFORE_THE_FORK"] = "1"
    orders = [f"order-{number}" for number in range(10)]
    every_fourth = ("--workers=1", "--max-requests=4")
    with gunicorn(*every_fourth, *WORKERS["sync"], environment=environment) as shop:
        workers = buy(port_of(shop), orders)
        stops_in_good_order(shop, workers=3)
    assert len(workers) == 3
    assert_each_once(sandbox, ["master-blocking", "master-async", *orders])


def gunicorn(*settings: str, environment: dict[str, str]) -> Program:
    return Program(
        *("-m", "gunicorn", "--preload", "--config=gunicorn_hooks.py", "--bind=127.0.0.1:0"),
        *settings,
        environment=environment,
    )


def port_of(shop: Program) -> int:
    return int(shop.wait_for(r"Listening at: http://127\.0\.0\.1:(\d+)")[0][1])


def stops_in_good_order(shop: Program, workers: int) -> None:
    # A worker that does not hear signals yet would be killed half a minute later.
    shop.wait_for("hears signals", workers)
    shop.stop()
    # gunicorn kills what hangs, and would still end with 0.
    assert [line for line in shop.lines if "CRITICAL" in line or "ERROR" in line] == []
