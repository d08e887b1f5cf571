"""The outbox under the programs that fork: its file is never open across a fork."""

from __future__ import annotations

import signal
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from celery import Celery

from connectly_conversions import Client, Outbox, Sandbox

from .running import PATIENCE, Program, assert_each_once, buy
from .test_exit import ENDS
from .test_gunicorn import port_of, stops_in_good_order
from .test_uwsgi import MODES, WORKER_ACCEPTS
from .test_uwsgi import port_of as uwsgi_port_of

_WSGI = ("--config=gunicorn_outbox.py", "outbox_shop:wsgi")
_ASGI = ("--config=gunicorn_hooks.py", "outbox_shop:asgi")
GUNICORN = {
    "sync": ("--worker-class=sync", *_WSGI),
    "gthread": ("--worker-class=gthread", "--threads=4", *_WSGI),
    "uvicorn": ("--worker-class=uvicorn_worker.UvicornWorker", *_ASGI),
    "gevent": ("--worker-class=gevent", *_WSGI),
}


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return {**environment, "OUTBOX_URL": f"sqlite://{tmp_path}/outbox.db"}


@pytest.fixture(params=["constructed", "used"])
def enqueued_before(request: pytest.FixtureRequest, environment: dict[str, str]) -> list[str]:
    """What the master enqueues before it forks."""
    if request.param == "constructed":
        return []
    environment["ENQUEUED_BEFORE_THE_FORK"] = "1"
    return ["master-blocking", "master-async"]


def delivered(sandbox: Sandbox, environment: dict[str, str], orders: Iterable[str]) -> None:
    """Every order is in a sound ledger and has arrived once; what is left is delivered here."""
    orders = list(orders)
    business, key = environment["CONNECTLY_BUSINESS_ID"], environment["CONNECTLY_API_KEY"]
    with (
        Outbox.open(environment["OUTBOX_URL"], business) as outbox,
        Client(key, business, base_url=sandbox.url) as client,
    ):
        outbox.deliver(client)
        assert outbox.counts().accepted == len(orders), outbox.counts()
    assert_each_once(sandbox, orders)
    database = sqlite3.connect(environment["OUTBOX_URL"].removeprefix("sqlite://"))
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


def test_a_lost_order_is_noticed(sandbox: Sandbox, environment: dict[str, str]) -> None:
    """What the tests below ask catches an outbox that acknowledges what it does not keep."""
    with Program("outbox_pool.py", "kept-1", "kept-2", environment=environment) as program:
        program.ends()
    with pytest.raises(AssertionError, match="accepted=2"):
        delivered(sandbox, environment, ["kept-1", "kept-2", "acknowledged-and-lost"])


@pytest.mark.parametrize("kind", GUNICORN)
def test_gunicorn(
    kind: str, sandbox: Sandbox, environment: dict[str, str], enqueued_before: list[str]
) -> None:
    """Workers enqueue and deliver; the master's own orders go with theirs."""
    orders = [*enqueued_before, *(f"order-{number}" for number in range(40))]
    with Program(
        *("-m", "gunicorn", "--preload", "--bind=127.0.0.1:0", "--workers=2", *GUNICORN[kind]),
        environment=environment,
    ) as shop:
        workers = buy(port_of(shop), orders[len(enqueued_before) :])
        sandbox.wait_for(len(orders), PATIENCE)
        stops_in_good_order(shop, workers=2)
    assert shop.pid not in workers
    delivered(sandbox, environment, orders)


@pytest.mark.parametrize("mode", ["preloaded", "threads"])
def test_uwsgi(
    mode: str, sandbox: Sandbox, environment: dict[str, str], enqueued_before: list[str]
) -> None:
    """It forks in C, where Python's own fork hooks are not called."""
    orders = [*enqueued_before, *(f"order-{number}" for number in range(40))]
    with Program(
        *(Path(sys.executable).with_name("pyuwsgi"), "--master", "--need-app", "--processes=2"),
        *("--http-socket=127.0.0.1:0", "--wsgi-file=outbox_shop.py", "--callable=wsgi"),
        *("--hook-accepting=print:at work", *MODES[mode]),
        environment=environment,
    ) as shop:
        workers = buy(uwsgi_port_of(shop), orders[len(enqueued_before) :])
        shop.wait_for(WORKER_ACCEPTS, 2)
        shop.stop(signal.SIGINT)
    assert shop.pid not in workers
    delivered(sandbox, environment, orders)


def test_celery(
    sandbox: Sandbox, environment: dict[str, str], enqueued_before: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Celery(broker="filesystem://")
    broker.conf.broker_transport_options = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder),
    }
    orders = [f"order-{number}" for number in range(20)]
    for order in orders:
        broker.send_task("enqueue", [order])
    broker.close()
    with Program(
        *("-m", "celery", "--app=tasks", "worker", "--pool=prefork", "--concurrency=2"),
        *("--max-tasks-per-child=3", "--loglevel=INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        environment={**environment, "BROKER_FOLDER": str(folder)},
    ) as worker:
        done = worker.wait_for(r"Task enqueue\[.*\] succeeded in .*: (\d+)", len(orders))
        # Not `stop`, as in `test_celery`.
    assert len({task[1] for task in done}) >= len(orders) // 3
    delivered(sandbox, environment, [*enqueued_before, *orders])


def test_multiprocessing_while_threads_write(
    sandbox: Sandbox, environment: dict[str, str], enqueued_before: list[str]
) -> None:
    orders = [f"order-{number}" for number in range(48)]
    with Program("outbox_pool.py", *orders, environment=environment) as program:
        program.ends()
    delivered(sandbox, environment, [*enqueued_before, *orders])


def test_forks_under_load(sandbox: Sandbox, environment: dict[str, str]) -> None:
    with Program("outbox_forks.py", environment=environment) as program:
        program.ends()
    word, *stored = program.lines[-1].split()
    assert word == "stored"
    assert len(stored) > 90
    delivered(sandbox, environment, stored)


def test_a_daemon_writes_where_others_do(sandbox: Sandbox, environment: dict[str, str]) -> None:
    """Its parents, which had the file open, are gone; newcomers may not take its locks away."""
    orders = [f"order-{number}" for number in range(200)]
    business = environment["CONNECTLY_BUSINESS_ID"]
    with Program("outbox_daemon.py", *orders, environment=environment) as program:
        while not any("the daemon has written" in line for line in program.lines):
            with Outbox.open(environment["OUTBOX_URL"], business) as newcomer:
                newcomer.counts()
        program.ends()
    delivered(sandbox, environment, ["master-blocking", "master-async", *orders])


@pytest.mark.parametrize("library", ["gevent", "eventlet"])
def test_a_locked_file_leaves_other_greenlets_running(
    library: str, sandbox: Sandbox, environment: dict[str, str]
) -> None:
    environment["PYTHONWARNINGS"] = "ignore"  # eventlet says at import that it is deprecated
    with Program("outbox_greenlets.py", library, environment=environment) as program:
        program.wait_for("may be locked")
        path = environment["OUTBOX_URL"].removeprefix("sqlite://")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        program.say("locked")
        program.wait_for("the others go on")
        other.execute("ROLLBACK")
        other.close()
        program.ends()
    delivered(sandbox, environment, [f"order-{number}" for number in range(20)])


# asyncio hears the signal of an interrupt in its own thread only.
IN_ORDER = {"blocking": {*ENDS} - {"os._exit"}, "asyncio": {*ENDS} - {"os._exit", "interrupt"}}


@pytest.mark.parametrize(
    ("kind", "how"), [(kind, how) for kind, ends in IN_ORDER.items() for how in sorted(ends)]
)
def test_an_attempt_under_way_ends_before_the_interpreter(
    kind: str, how: str, sandbox: Sandbox, environment: dict[str, str]
) -> None:
    sandbox.fail_next(kind="delay", seconds=1)
    with Program("outbox_exits.py", kind, how, environment=environment) as program:
        while not sandbox.requests:
            pass
        program.say("go")
        program.ends(ENDS[how])
    sandbox.assert_reported("under-way")
    business = environment["CONNECTLY_BUSINESS_ID"]
    with Outbox.open(environment["OUTBOX_URL"], business) as outbox:
        assert outbox.counts().accepted == 1


def test_an_api_that_hangs_holds_no_exit_up(sandbox: Sandbox, environment: dict[str, str]) -> None:
    """The attempt ends after ten seconds at most, and the interpreter after it."""
    sandbox.fail_next(kind="hang", times=0)
    with Program("outbox_exits.py", "blocking", "return", environment=environment) as program:
        while not sandbox.requests:
            pass
        program.say("go")
        program.ends()
    business = environment["CONNECTLY_BUSINESS_ID"]
    with Outbox.open(environment["OUTBOX_URL"], business) as outbox:
        assert outbox.counts().pending == 1


def test_a_hook_that_never_ends_holds_no_exit_up(
    sandbox: Sandbox, environment: dict[str, str]
) -> None:
    with Program("outbox_exits.py", "stuck", "return", environment=environment) as program:
        program.wait_for("stuck")
        program.say("go")
        program.ends()
    delivered(sandbox, environment, ["under-way"])


def test_a_worker_stays_with_the_process_that_started_it(
    sandbox: Sandbox, environment: dict[str, str]
) -> None:
    with Program("outbox_exits.py", "child", "return", environment=environment) as program:
        program.wait_for("the child stopped nothing")
        sandbox.wait_for(1, PATIENCE)
        program.say("go")
        program.ends()
    delivered(sandbox, environment, ["under-way"])
