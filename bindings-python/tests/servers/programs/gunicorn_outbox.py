"""A worker of the outbox in each of gunicorn's processes, but not in its master."""

from __future__ import annotations

from typing import Any

import outbox_shop


def post_worker_init(worker: Any) -> None:
    outbox_shop.worker().start()
    worker.log.info("Worker %s hears signals", worker.pid)
