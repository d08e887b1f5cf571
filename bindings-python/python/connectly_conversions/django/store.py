"""A Django database as the core's third store: each job runs in a transaction of its ORM."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import DatabaseError, IntegrityError, connections, transaction

from connectly_conversions.django import waiting
from connectly_conversions.django.tables import Tables

if TYPE_CHECKING:
    from connectly_conversions._native import NativeJob


_ATTEMPTS = 5
"""So often a worker tries a transaction that the database has chosen to end for another."""


class Store:
    """Runs jobs on the thread that asks, in that thread's transaction if one is open.

    Args:
        using: The database.
        worked: Called after each transaction of a worker, which waits for locks as long as the
            database does.
    """

    def __init__(self, using: str, *, worked: Callable[[], object] | None = None) -> None:
        self._using = using
        self._worked = worked
        self._failed = threading.local()

    def run(self, job: NativeJob, reading: bool) -> None:
        """Does it in a transaction, or raises and undoes it."""
        self._failed.cause = None
        if self._worked is not None:
            self._alone(job, reading=reading)
            self._worked()
        elif reading:
            job.run(Tables(self._using, reading=True))
        else:
            try:
                self._briefly(job, asks_first=False)
            except IntegrityError:  # the order is known
                self._briefly(job, asks_first=True)

    def _briefly(self, job: NativeJob, *, asks_first: bool) -> None:
        with waiting.brief(connections[self._using]) as now:
            job.run(Tables(self._using, asks_first=asks_first, now=now))

    def _alone(self, job: NativeJob, *, reading: bool) -> None:
        connection = connections[self._using]
        if not connection.in_atomic_block:
            # The server may have closed it since.
            connection.close_if_unusable_or_obsolete()
        if reading:
            job.run(Tables(self._using, reading=True))
            return
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with transaction.atomic(self._using):
                    waiting.begin_to_write(connection)
                    job.run(Tables(self._using))
            except DatabaseError as error:  # noqa: PERF203 - it is rarely tried twice
                # A deadlock of two workers: the other one goes on.
                is_over = connection.in_atomic_block or attempt == _ATTEMPTS
                if is_over or waiting.code_of(error) != "outbox_busy":
                    raise
            else:
                return

    def explain(self, error: Exception) -> str:
        """The code of a failure; the failure itself is :attr:`cause`."""
        self._failed.cause = error
        return waiting.code_of(error)

    @property
    def cause(self) -> Exception | None:
        """What the last job of this thread failed of."""
        cause: Exception | None = getattr(self._failed, "cause", None)
        return cause
