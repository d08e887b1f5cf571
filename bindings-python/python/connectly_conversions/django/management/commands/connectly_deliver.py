"""Sends what the outbox holds."""

from __future__ import annotations

import signal
import threading
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from connectly_conversions._native import NativeWorker
from connectly_conversions.django import conf, delivery
from connectly_conversions.errors import ConnectlyError


class Command(BaseCommand):
    """As many as one likes may run, on as many machines as the database serves."""

    help = "Sends what the outbox holds: until it is stopped, or once."

    def add_arguments(self, parser: CommandParser) -> None:
        """What can be given."""
        parser.add_argument("--once", action="store_true", help="end when nothing is due now")
        parser.add_argument(
            "--deadline", type=float, help="end after so many seconds at the latest"
        )
        parser.add_argument("--database", help="the database; all of the setting unless given")
        parser.add_argument("--business-id", help="the business; all of the setting unless given")
        parser.add_argument("--concurrency", type=int, help="requests at a time (4)")
        parser.add_argument(
            "--rate", type=float, help="requests that begin within a second at most"
        )
        parser.add_argument(
            "--grace", type=float, default=10.0, help="seconds that a stop waits for requests (10)"
        )
        parser.add_argument(
            "--liveness-file", type=Path, help="is touched whenever the outbox was looked into"
        )

    def handle(self, **options: Any) -> None:
        """Runs it."""
        settings = conf.settings()
        databases = [options["database"]] if options["database"] else settings.databases
        named = options["business_id"]
        businesses = [named] if named else [settings.business_id, *settings.businesses]
        touch = partial(_touch, options["liveness_file"])
        try:
            workers = [
                delivery.worker(
                    using,
                    business_id,
                    concurrency=options["concurrency"],
                    rate=options["rate"],
                    worked=touch,
                )
                for using in databases
                for business_id in businesses
            ]
            touch()
            done = _run(workers, options)
        except ConnectlyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"accepted {done.accepted}, rejected {done.rejected},"
            f" dead {done.dead}, retried {done.retried}"
        )


def _touch(path: Path | None) -> None:
    if path is not None:
        path.touch()


def _run(workers: list[NativeWorker], options: dict[str, Any]) -> delivery.Delivered:
    run = partial(delivery.run, until_empty=options["once"], deadline=options["deadline"])
    stop = partial(_stop, workers, options["grace"])
    with delivery.Signals((signal.SIGTERM, signal.SIGINT), stop):
        if len(workers) == 1:
            return run(workers[0])
        # Each has a thread, and with that a connection.
        return _side_by_side(workers, run)


def _stop(workers: list[NativeWorker], grace: float) -> None:
    for worker in workers:
        worker.stop(grace)


def _side_by_side(workers: list[NativeWorker], run: Any) -> delivery.Delivered:
    done: list[delivery.Delivered] = []
    failed: list[Exception] = []

    def one(worker: NativeWorker) -> None:
        try:
            done.append(run(worker))
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)
            _stop(workers, 0.001)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():  # a signal is heard between two waits
            thread.join(0.2)
    if failed:
        raise failed[0]
    return delivery.total(done)
