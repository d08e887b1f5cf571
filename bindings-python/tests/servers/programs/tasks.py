"""A shop's Celery tasks; the broker is a folder."""

from __future__ import annotations

import os

import shop
from celery import Celery

if os.environ.get("OUTBOX_URL"):
    import outbox_shop

app = Celery("tasks", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": os.environ["BROKER_FOLDER"],
        "data_folder_out": os.environ["BROKER_FOLDER"],
        "control_folder": os.environ["BROKER_FOLDER"],
    },
    worker_hijack_root_logger=False,
)


@app.task(name="report")
def report(order_id: str) -> int:
    shop.client.send(shop.purchase(order_id))
    return os.getpid()


@app.task(name="enqueue")
def enqueue(order_id: str) -> int:
    outbox_shop.outbox.enqueue(shop.purchase(order_id))
    return os.getpid()
