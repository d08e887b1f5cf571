"""A shop's Celery tasks; the broker is a folder."""

from __future__ import annotations

import os

import shop
from celery import Celery

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
