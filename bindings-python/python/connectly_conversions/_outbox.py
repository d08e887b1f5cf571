"""The blocking outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Literal

from connectly_conversions import _answers, _log, _waiting
from connectly_conversions._client import BaseClient
from connectly_conversions._native import ConversionEvent
from connectly_conversions._open import native
from connectly_conversions._records import (
    Attempted,
    Changed,
    Counts,
    Delivered,
    Enqueued,
    Forgotten,
    Metrics,
    Record,
    Replayed,
)
from connectly_conversions._reporting import Reports
from connectly_conversions._types import EventTime, Id, Self
from connectly_conversions._worker import Worker

PAGE = 500
"""Dead letters that are read at a time."""


class Outbox(Reports):
    """The durable queue and ledger of what a shop reports.

    An event that it took is never lost, an order is never counted twice, and of every order it
    tells what became of it. One outbox serves a whole process, its threads and its forks; many
    processes of one machine may share a file. Waiting releases the GIL, and Ctrl-C is heard.

    Where a method takes an ``order_id``, it means that order's event of the name ``event_name``;
    ``id`` is the number that :meth:`enqueue` gave.
    """

    def enqueue(
        self,
        event: ConversionEvent,
        *,
        hold_until: EventTime | Literal["release"] | None = None,
        traceparent: str | None = None,
    ) -> Enqueued:
        """Takes an event. When this returns, it is on the disk.

        Args:
            event: The event.
            hold_until: A time at which it becomes pending by itself, or ``"release"``: it waits
                for :meth:`release`, for as long as that takes. Not held unless given.
            traceparent: The trace that it is enqueued in, as W3C ``traceparent``.

        Raises:
            OutboxError: That cannot be said within ``enqueue_timeout``, or the file fails. The
                event may still come to be stored; enqueueing it again does no harm if it has an
                order id.
        """
        done = _answers.enqueued(self._ask(self._native.enqueue(event, hold_until, traceparent)))
        _log.enqueued(event, done)
        return done

    def enqueue_many(self, events: Iterable[ConversionEvent]) -> list[Enqueued]:
        """Takes many events in one transaction: all of them, or none. It has no time limit."""
        checked = _waiting.events(events)
        done = _answers.enqueued_many(self._ask(self._native.enqueue_many(checked)))
        for event, enqueued in zip(checked, done, strict=True):
            _log.enqueued(event, enqueued)
        return done

    def skip(self, order_id: Id, reason: str, *, event_name: str = "Purchase") -> Changed:
        """Writes down that an order is deliberately not reported, and why.

        An event of it that was not sent yet is cancelled.
        """
        return _answers.changed(self._ask(self._native.skip(order_id, reason, event_name)))

    def release(
        self, order_id: Id | None = None, *, id: int | None = None, event_name: str = "Purchase"
    ) -> Changed:
        """Lets a held event go."""
        return _answers.changed(self._ask(self._native.release((order_id, id, None, event_name))))

    def cancel(
        self,
        order_id: Id | None = None,
        reason: str | None = None,
        *,
        id: int | None = None,
        event_name: str = "Purchase",
    ) -> Changed:
        """Takes back an event that was not sent: one that is held or pending."""
        event = (order_id, id, None, event_name)
        return _answers.changed(self._ask(self._native.cancel(event, reason)))

    def forget(
        self,
        order_id: Id | None = None,
        *,
        id: int | None = None,
        tracking_id: str | None = None,
        event_name: str = "Purchase",
    ) -> Forgotten:
        """Erases what is stored of a customer; the bytes are gone from the file.

        What stays proves that the conversion was there and what became of it. An event that was
        not sent yet never is; one under way is erased as soon as its attempt has ended.

        Args:
            order_id: The order.
            id: The number that ``enqueue`` gave.
            tracking_id: Every event of this ``cnct_tracking_id``.
            event_name: ``Purchase`` or ``ViewContent``.
        """
        event = (order_id, id, tracking_id, event_name)
        return _answers.forgotten(self._ask(self._native.forget(event)))

    def status(
        self, order_id: Id | None = None, *, id: int | None = None, event_name: str = "Purchase"
    ) -> Record | None:
        """What became of an event; ``None`` where the outbox knows nothing of it."""
        return _answers.record(self._ask(self._native.status((order_id, id, None, event_name))))

    def counts(self) -> Counts:
        """How many events are in each state."""
        return _answers.counts(self._ask(self._native.counts()))

    def metrics(self) -> Metrics:
        """The outbox in numbers."""
        return _answers.metrics(self._ask(self._native.metrics()))

    def warnings(self) -> list[str]:
        """Why it may be lost although it works: a disk that goes with its container."""
        return _answers.warnings(self._ask(self._native.warnings()))

    def dead_letters(self, after: int = 0, limit: int | None = None) -> Iterator[Record]:
        """Events that ended without success, rejected or dead, by their ids.

        Args:
            after: Begins after this id.
            limit: How many at most; all unless given.
        """
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(left, PAGE)
            page = _answers.records(self._ask(self._native.dead_letters(after, size)))
            yield from page
            if len(page) < size:
                return
            after = page[-1].id
            left = left and left - size

    def replay(
        self,
        order_id: Id | None = None,
        *,
        id: int | None = None,
        code: str | None = None,
        all: bool = False,
        force: bool = False,
        plan: bool = False,
        event_name: str = "Purchase",
    ) -> Replayed:
        """Sends dead letters again: one event, those with one code, or all.

        What may have been recorded goes only within 48 hours of that attempt, or with ``force``,
        which takes the risk that the order counts twice.

        Args:
            order_id: The order; a cancelled one, too.
            id: The number that ``enqueue`` gave.
            code: All whose last failure had this code.
            all: All.
            force: Also what could then count twice.
            plan: Does nothing, and tells what it would do and how much money would still count.
            event_name: ``Purchase`` or ``ViewContent``.
        """
        event = (order_id, id, None, event_name)
        return _answers.replayed(self._ask(self._native.replay(event, code, all, force, plan)))

    def pause(self, until: EventTime | None = None) -> None:
        """Stops delivery for every worker, until this time or until :meth:`resume`.

        Events are taken as before.
        """
        self._ask(self._native.pause(until))

    def resume(self) -> None:
        """Lets delivery go on, whatever stopped it."""
        self._ask(self._native.resume())

    def deliver(
        self, client: BaseClient, *, until_empty: bool = True, deadline: float | None = None
    ) -> Delivered:
        """Delivers what is due now, and ends: for cron, or a function that is frozen when idle.

        Args:
            client: Sends the events; of the same business.
            until_empty: Ends when nothing is due now. It never waits for a backoff or a pause.
            deadline: How long it may take at most, in seconds.

        Raises:
            OutboxError: The file fails.
        """
        operation = self._native.deliver(native(client), until_empty, deadline)
        done = _answers.delivered(self._ask(operation))
        _log.clock()
        return done

    def worker(
        self,
        client: BaseClient,
        *,
        concurrency: int | None = None,
        rate: float | None = None,
        on_attempt: Callable[[Attempted], object] | None = None,
    ) -> Worker:
        """What sends the events in the background: ``with outbox.worker(client): ...``.

        It runs in the process that starts it, on a thread of this library's own, and not in
        forked children. As many as one likes may work on one file, in as many processes.

        Args:
            client: Sends the events; of the same business. The worker has connections of its own,
                which ``client.close`` leaves alone.
            concurrency: How many requests run at a time. Default: ``4``.
            rate: How many requests begin within a second at most; no limit unless given.
            on_attempt: Is told what came of each attempt, once that is on the disk, on a thread
                of its own. What it raises is logged.

        Raises:
            ConfigurationError: An option cannot be used, or the client is of another business.
        """
        told = (_log.hook(on_attempt), _log.failing)
        return Worker(self._native.worker(native(client), concurrency, rate, told))

    def close(self) -> None:
        """Ends what is under way and closes the file. A later call opens it again."""
        self._ask(self._native.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
