"""How Celery runs; see the README."""

import os

broker_url = os.environ.get("CELERY_BROKER_URL", "amqp://")
if broker_url == "filesystem://":  # to try it: every message is a file
    folder = os.environ["CELERY_BROKER_FOLDER"]
    broker_transport_options = dict.fromkeys(
        ("data_folder_in", "data_folder_out", "control_folder"), folder
    )

# A task that is lost with its process runs again; the ledger lets no order count twice.
task_acks_late = True
task_reject_on_worker_lost = True
