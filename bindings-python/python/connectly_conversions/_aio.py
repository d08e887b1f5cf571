"""The client of asyncio."""

from __future__ import annotations

import asyncio
import atexit
import os
from typing import TYPE_CHECKING, Generic, TypeVar

from connectly_conversions import _log
from connectly_conversions._client import BaseClient
from connectly_conversions._native import close_gate
from connectly_conversions.errors import ConnectlyError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from typing_extensions import Self

    from connectly_conversions._native import ConversionEvent, Outcome, Receipt

T = TypeVar("T")


def _settle(future: asyncio.Future[T], value: T, error: BaseException | None) -> None:
    """Runs in the event loop."""
    if future.done():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


class _Gate:
    """Closes Python to the I/O thread when the interpreter exits; registered at the first use."""

    registered_in = 0

    @classmethod
    def register(cls) -> None:
        if cls.registered_in != os.getpid():
            cls.registered_in = os.getpid()
            atexit.unregister(close_gate)  # a forked child inherits it
            atexit.register(close_gate)


class _Deliver(Generic[T]):
    """Hands a result from the I/O thread to the event loop."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]) -> None:
        self.loop = loop
        self.future = future

    def __call__(self, value: T, error: BaseException | None) -> None:
        self.loop.call_soon_threadsafe(_settle, self.future, value, error)


class AsyncClient(BaseClient):
    """Sends events from asyncio; works under uvloop too.

    Takes what :class:`connectly_conversions.Client` takes. A thread of this library's own does
    the I/O, so that nothing holds the event loop up; cancelling the task stops the request.
    """

    async def send(self, event: ConversionEvent) -> Receipt:
        """As :meth:`connectly_conversions.Client.send`; cancelling it stops the request."""
        _Gate.register()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        request = self._native.start_send(event, _Deliver(loop, future))
        try:
            receipt = await future
        except ConnectlyError as error:
            _log.not_received(event, error)
            raise
        finally:
            request.abort()  # does nothing where it has ended
        _log.received(event, receipt)
        return receipt

    async def send_many(
        self, events: Iterable[ConversionEvent], *, concurrency: int | None = None
    ) -> list[Outcome]:
        """As :meth:`connectly_conversions.Client.send_many`; cancelling it stops the rest."""
        _Gate.register()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Outcome]] = loop.create_future()
        request = self._native.start_send_many(events, concurrency, _Deliver(loop, future))
        try:
            outcomes = await future
        finally:
            request.abort()
        _log.outcomes(outcomes)
        return outcomes

    async def close(self) -> None:
        """Refuses further sends. Those under way end as they would."""
        self._native.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
