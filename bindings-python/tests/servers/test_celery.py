"""Celery's master imports the tasks and forks its pool, again after every few tasks."""

from __future__ import annotations

from pathlib import Path

from celery import Celery

from connectly_conversions import Issue, RateLimitedError, Sandbox

from .running import PATIENCE, Program, assert_each_once


def test_prefork(
    sandbox: Sandbox,
    environment: dict[str, str],
    before_the_fork: list[str],
    tmp_path: Path,
) -> None:
    folder = str(tmp_path)
    broker = Celery(broker="filesystem://")
    broker.conf.broker_transport_options = {
        "data_folder_in": folder,
        "data_folder_out": folder,
        "control_folder": folder,
    }
    orders = [f"order-{number}" for number in range(20)]
    for order in orders:
        broker.send_task("report", [order])
    broker.close()
    with Program(
        *("-m", "celery", "--app=tasks", "worker", "--pool=prefork", "--concurrency=2"),
        *("--max-tasks-per-child=3", "--loglevel=INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        environment={**environment, "BROKER_FOLDER": folder},
    ) as worker:
        sandbox.wait_for(len(before_the_fork + orders), PATIENCE)
        done = worker.wait_for(r"Task report\[.*\] succeeded in .*: (\d+)", len(orders))
        # Not `stop`: the master once hung in billiard's own shutdown, waiting for the lock of its
        # queue, in a run where it had never used the client. Its workers end after three tasks
        # each, which is the end that a client lives through every few minutes.
    assert len({task[1] for task in done}) >= len(orders) // 3
    assert_each_once(sandbox, before_the_fork + orders)


def test_an_error_keeps_its_code_in_celerys_json() -> None:
    backend = Celery(backend="cache+memory://").backend
    issue = Issue("required", "error", "payload.value", "is missing")
    original = RateLimitedError(
        "later", "rate_limited", 429, retryable=True, retry_after=1.5, attempts=3, issues=[issue]
    )
    stored = backend.encode(backend.prepare_exception(original, serializer="json"))
    restored = backend.exception_to_python(backend.decode(stored))
    assert type(restored) is RateLimitedError
    assert vars(restored) == vars(original)
