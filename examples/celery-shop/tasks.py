"""Finishes orders, reports them, and delivers the reports: `celery --app tasks worker`.

The environment has CONNECTLY_API_KEY, CONNECTLY_BUSINESS_ID and, for a sandbox, CONNECTLY_BASE_URL;
and CONNECTLY_OUTBOX_URL, a file on a disk that the shop's processes share.
"""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown
from connectly_conversions import Client, Outbox, OutboxError, TrackingParams

app = Celery("shop", config_source="celeryconfig")

# Nothing is opened here, so both may be made before Celery forks.
outbox = Outbox.open(os.environ["CONNECTLY_OUTBOX_URL"])
client = Client()


@app.task(autoretry_for=(OutboxError,), retry_backoff=True, max_retries=None)
def finish_order(order):
    """Everything else that an order needs comes here. A full disk has the task run again."""
    tracking = order["tracking"]
    outbox.report_purchase(
        order_id=order["id"],
        currency="USD",
        value=order["total"],
        items=order["lines"],
        tracking=tracking and TrackingParams.from_dict(tracking),
        strict=True,
    )


@worker_process_init.connect
def deliver(**_):
    """After the fork: each of Celery's processes delivers what is due, whoever reported it."""
    worker = outbox.worker(client)
    worker.start()
    # Celery ends its processes past Python's exit handlers. Attempts under way end first.
    worker_process_shutdown.connect(lambda **_: worker.stop(), weak=False)
