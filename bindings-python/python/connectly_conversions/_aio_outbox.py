"""The outbox of asyncio."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType
from typing import Literal

from connectly_conversions import _aio, _answers, _log, _waiting
from connectly_conversions._aio_reporting import AsyncReports
from connectly_conversions._client import BaseClient
from connectly_conversions._native import ConversionEvent
from connectly_conversions._open import native
from connectly_conversions._outbox import PAGE
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
from connectly_conversions._types import EventTime, Id, Self
from connectly_conversions._worker import BaseWorker


class AsyncOutbox(AsyncReports):
    """The outbox for asyncio; works under uvloop too.

    Does what :class:`connectly_conversions.Outbox` does, method by method, and nothing holds the
    event loop up. What is cancelled may yet come to be done: an event whose ``enqueue`` was
    cancelled may be stored.
    """

    async def enqueue(
        self,
        event: ConversionEvent,
        *,
        hold_until: EventTime | Literal["release"] | None = None,
        traceparent: str | None = None,
    ) -> Enqueued:
        """As :meth:`connectly_conversions.Outbox.enqueue`."""
        operation = self._native.enqueue(event, hold_until, traceparent)
        done = _answers.enqueued(await self._ask(operation))
        _log.enqueued(event, done)
        return done

    async def enqueue_many(self, events: Iterable[ConversionEvent]) -> list[Enqueued]:
        """As :meth:`connectly_conversions.Outbox.enqueue_many`."""
        checked = _waiting.events(events)
        done = _answers.enqueued_many(await self._ask(self._native.enqueue_many(checked)))
        for event, enqueued in zip(checked, done, strict=True):
            _log.enqueued(event, enqueued)
        return done

    async def skip(self, order_id: Id, reason: str, *, event_name: str = "Purchase") -> Changed:
        """As :meth:`connectly_conversions.Outbox.skip`."""
        return _answers.changed(await self._ask(self._native.skip(order_id, reason, event_name)))

    async def release(
        self, order_id: Id | None = None, *, id: int | None = None, event_name: str = "Purchase"
    ) -> Changed:
        """As :meth:`connectly_conversions.Outbox.release`."""
        event = (order_id, id, None, event_name)
        return _answers.changed(await self._ask(self._native.release(event)))

    async def cancel(
        self,
        order_id: Id | None = None,
        reason: str | None = None,
        *,
        id: int | None = None,
        event_name: str = "Purchase",
    ) -> Changed:
        """As :meth:`connectly_conversions.Outbox.cancel`."""
        event = (order_id, id, None, event_name)
        return _answers.changed(await self._ask(self._native.cancel(event, reason)))

    async def forget(
        self,
        order_id: Id | None = None,
        *,
        id: int | None = None,
        tracking_id: str | None = None,
        event_name: str = "Purchase",
    ) -> Forgotten:
        """As :meth:`connectly_conversions.Outbox.forget`."""
        event = (order_id, id, tracking_id, event_name)
        return _answers.forgotten(await self._ask(self._native.forget(event)))

    async def status(
        self, order_id: Id | None = None, *, id: int | None = None, event_name: str = "Purchase"
    ) -> Record | None:
        """As :meth:`connectly_conversions.Outbox.status`."""
        event = (order_id, id, None, event_name)
        return _answers.record(await self._ask(self._native.status(event)))

    async def counts(self) -> Counts:
        """As :meth:`connectly_conversions.Outbox.counts`."""
        return _answers.counts(await self._ask(self._native.counts()))

    async def metrics(self) -> Metrics:
        """As :meth:`connectly_conversions.Outbox.metrics`."""
        return _answers.metrics(await self._ask(self._native.metrics()))

    async def warnings(self) -> list[str]:
        """As :meth:`connectly_conversions.Outbox.warnings`."""
        return _answers.warnings(await self._ask(self._native.warnings()))

    async def dead_letters(self, after: int = 0, limit: int | None = None) -> AsyncIterator[Record]:
        """As :meth:`connectly_conversions.Outbox.dead_letters`."""
        left = limit
        while left is None or left > 0:
            size = PAGE if left is None else min(left, PAGE)
            page = _answers.records(await self._ask(self._native.dead_letters(after, size)))
            for record in page:
                yield record
            if len(page) < size:
                return
            after = page[-1].id
            left = left and left - size

    async def replay(
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
        """As :meth:`connectly_conversions.Outbox.replay`."""
        event = (order_id, id, None, event_name)
        operation = self._native.replay(event, code, all, force, plan)
        return _answers.replayed(await self._ask(operation))

    async def pause(self, until: EventTime | None = None) -> None:
        """As :meth:`connectly_conversions.Outbox.pause`."""
        await self._ask(self._native.pause(until))

    async def resume(self) -> None:
        """As :meth:`connectly_conversions.Outbox.resume`."""
        await self._ask(self._native.resume())

    async def deliver(
        self, client: BaseClient, *, until_empty: bool = True, deadline: float | None = None
    ) -> Delivered:
        """As :meth:`connectly_conversions.Outbox.deliver`; cancelling it stops it in order."""
        operation = self._native.deliver(native(client), until_empty, deadline)
        done = _answers.delivered(await self._ask(operation))
        _log.clock()
        return done

    def worker(
        self,
        client: BaseClient,
        *,
        concurrency: int | None = None,
        rate: float | None = None,
        on_attempt: Callable[[Attempted], object] | None = None,
    ) -> AsyncWorker:
        """As :meth:`connectly_conversions.Outbox.worker`: ``async with outbox.worker(client)``.

        ``on_attempt`` is called by the event loop that runs now.
        """
        told = _log.hook(on_attempt)
        loop = asyncio.get_running_loop()

        def tell(attempt: str) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(told, attempt)

        return AsyncWorker(
            self._native.worker(native(client), concurrency, rate, (tell, _log.failing))
        )

    async def close(self) -> None:
        """As :meth:`connectly_conversions.Outbox.close`."""
        await self._ask(self._native.close())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class AsyncWorker(BaseWorker):
    """Delivers while its ``async with`` block runs, or from :meth:`start` to :meth:`stop`."""

    async def stop(self, timeout: float | None = None) -> None:
        """As ``Worker.stop``."""
        stopping = self._stopping(timeout)
        if stopping is not None:
            await _aio.answer(stopping)

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()
