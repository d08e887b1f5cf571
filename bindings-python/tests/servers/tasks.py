"""A Celery worker that reports orders; its broker is a folder."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery

from .app import client, event

folder = Path(os.environ["SHOP_BROKER"])
app = Celery("shop", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder / "control"),
    },
    broker_connection_retry_on_startup=False,
    task_ignore_result=True,
)


@app.task
def report(order_id: str) -> None:
    client.send(event(order_id))
