"""What gunicorn tells the tests."""

from __future__ import annotations

from typing import Any


def post_worker_init(worker: Any) -> None:
    worker.log.info("Worker %s hears signals", worker.pid)
