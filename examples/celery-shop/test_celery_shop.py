"""Orders of a Flask shop, finished and reported by a real Celery worker."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from connectly_conversions import Outbox, Sandbox

HERE = Path(__file__).parent
LINK = "/?cnct_tracking_id=trk-7f9c&sendout_id=so-4815&ctwa_clid=ARAk&ad_id=120215559412340678"

PATIENCE = 300.0
"""Seconds that nothing here comes near; only what hangs ever reaches them."""


@pytest.fixture
def shop(
    connectly_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Any]:
    """The shop's web process; its broker is a folder."""
    broker = tmp_path / "broker"
    broker.mkdir()
    monkeypatch.setenv("CONNECTLY_OUTBOX_URL", f"sqlite://{tmp_path}/connectly.db")
    monkeypatch.setenv("CELERY_BROKER_URL", "filesystem://")
    monkeypatch.setenv("CELERY_BROKER_FOLDER", str(broker))
    monkeypatch.syspath_prepend(HERE)
    for name in ("shop", "tasks", "celeryconfig"):
        sys.modules.pop(name, None)
    yield importlib.import_module("shop")
    tasks = sys.modules["tasks"]
    tasks.outbox.close()
    tasks.app.close()


@pytest.fixture
def worker(shop: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Celery's master, which forks a new process after every third task."""
    arguments = ["worker", "--pool=prefork", "--concurrency=2", "--max-tasks-per-child=3"]
    arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    command = [sys.executable, "-m", "celery", "--app=tasks", *arguments]
    with subprocess.Popen(command, cwd=HERE, start_new_session=True) as process:
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def _patient_tasks() -> Any:
    """The tasks, to be run in this process, which no queue tries again on a busy machine."""
    tasks = sys.modules["tasks"]
    tasks.outbox = Outbox.open(os.environ["CONNECTLY_OUTBOX_URL"], enqueue_timeout=60)
    return tasks


def _order(shop: Any, page: str) -> str:
    browser = shop.app.test_client()
    browser.get(page)
    return browser.post("/checkout").json["order_id"]


@pytest.mark.usefixtures("worker")
def test_every_attributed_order_is_reported_once(shop: Any, connectly_sandbox: Sandbox) -> None:
    orders = [_order(shop, LINK) for _ in range(12)]

    connectly_sandbox.wait_for(len(orders), PATIENCE)

    for order in orders:
        connectly_sandbox.assert_reported(order, value="99.97", currency="USD", times=1)
    assert len(connectly_sandbox.received) == len(orders)


@pytest.mark.usefixtures("worker")
def test_the_ledger_tells_of_an_order_without_an_ad(
    shop: Any, connectly_sandbox: Sandbox, tmp_path: Path
) -> None:
    other, attributed = _order(shop, "/?utm_source=news"), _order(shop, LINK)
    connectly_sandbox.wait_for(1, PATIENCE)
    connectly_sandbox.assert_reported(attributed)

    # Two processes take the tasks, in any order: this one is finished here if it was not there.
    tasks = _patient_tasks()
    tasks.finish_order({"id": other, "total": "99.97", "lines": [], "tracking": None})

    with Outbox.open(f"sqlite://{tmp_path}/connectly.db", enqueue_timeout=60) as outbox:
        record = outbox.status(other)
    assert record is not None
    assert (record.state, record.reason) == ("skipped", "not_attributed")
    assert len(connectly_sandbox.received) == 1


def test_a_task_that_runs_twice_counts_once(shop: Any, connectly_sandbox: Sandbox) -> None:
    tasks = _patient_tasks()
    sent: list[dict[str, Any]] = []
    shop.finish_order = type("Task", (), {"delay": staticmethod(sent.append)})
    _order(shop, LINK)

    for order in sent * 2:
        tasks.finish_order(order)
    with tasks.outbox.worker(tasks.client):
        connectly_sandbox.wait_for(1, PATIENCE)

    connectly_sandbox.assert_reported(sent[0]["id"], times=1)
