"""The client of asyncio."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from types import TracebackType

from connectly_conversions import _exit_guard, _log, _waiting
from connectly_conversions._client import BaseClient
from connectly_conversions._native import (
    ConversionEvent,
    InFlight,
    Operation,
    Outcome,
    Receipt,
)
from connectly_conversions._types import Self
from connectly_conversions.errors import ConnectlyError


class _Waiter:
    """Wakes an event loop from the I/O thread."""

    def __init__(self) -> None:
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            message = (
                "AsyncClient and AsyncOutbox need a running event loop of asyncio; under trio use "
                "`await trio.to_thread.run_sync(client.send, event)` with a Client"
            )
            raise RuntimeError(message) from None
        self.news = asyncio.Event()
        _exit_guard.register()

    def __call__(self) -> None:
        self._loop.call_soon_threadsafe(self.news.set)

    async def next_outcome(
        self, requests: InFlight, feeding: asyncio.Task[None] | None = None
    ) -> Outcome | None:
        """The next outcome in order; ``None`` where none is to come."""
        _exit_guard.waiting.add(self)
        try:
            while True:
                self.news.clear()
                outcome = requests.take()
                if outcome is not None:
                    return outcome
                if not requests.pending and (feeding is None or feeding.done()):
                    return None
                if requests.pending and _exit_guard.exit_guard_is_closed():
                    requests.wait()  # holds up the loop; the interpreter is at its end
                else:
                    await self.news.wait()
        finally:
            _exit_guard.waiting.discard(self)

    async def answer(self, operation: Operation) -> str:
        """What the operation gives, which was not started yet."""
        operation.start(self)
        _exit_guard.waiting.add(self)
        try:
            while (given := operation.take()) is None:
                if _exit_guard.exit_guard_is_closed():
                    operation.wait()  # as above
                else:
                    await self.news.wait()
                    self.news.clear()
            return given
        finally:
            _exit_guard.waiting.discard(self)
            operation.stop()


async def answer(operation: Operation) -> str:
    """What an operation gives; cancelling it may leave it done."""
    return await _Waiter().answer(operation)


class AsyncClient(BaseClient):
    """Sends events from asyncio; works under uvloop too.

    Takes what :class:`connectly_conversions.Client` takes. A thread of this library's own does
    the I/O, so that nothing holds the event loop up; cancelling the task stops the request.
    """

    async def send(self, event: ConversionEvent) -> Receipt:
        """As :meth:`connectly_conversions.Client.send`; cancelling it stops the request."""
        waiter = _Waiter()
        requests = self._native.start(1, waiter)
        try:
            requests.push(event)
            receipt = _waiting.receipt(await waiter.next_outcome(requests))
        except ConnectlyError as error:
            _log.not_received(event, error)
            raise
        finally:
            requests.stop()
        _log.received(event, receipt)
        return receipt

    async def send_many(
        self,
        events: Iterable[ConversionEvent] | AsyncIterable[ConversionEvent],
        *,
        concurrency: int | None = None,
    ) -> list[Outcome]:
        """As :meth:`connectly_conversions.Client.send_many`; cancelling it stops the rest."""
        done: list[Outcome] = []
        outcomes = self.outcomes(events, concurrency=concurrency)
        try:
            async for outcome in outcomes:
                done.append(outcome)  # noqa: PERF401 - kept when it is interrupted
        except BaseException as error:
            _waiting.attach(error, done + getattr(error, "outcomes", []))
            raise
        finally:
            await outcomes.aclose()
        return done

    def outcomes(
        self,
        events: Iterable[ConversionEvent] | AsyncIterable[ConversionEvent],
        *,
        concurrency: int | None = None,
    ) -> AsyncGenerator[Outcome, None]:
        """As :meth:`connectly_conversions.Client.outcomes`, of an async iterable too.

        ``contextlib.aclosing`` stops the requests under way where the loop is left early.
        """
        if not isinstance(events, AsyncIterable):
            events = _given(_waiting.iterator(events))
        waiter = _Waiter()
        return _outcomes(events, self._native.start(concurrency, waiter), waiter)

    async def close(self, timeout: float | None = None) -> int:
        """As :meth:`connectly_conversions.Client.close`."""
        waiter = _Waiter()
        closing = self._native.start_close(timeout)
        return 0 if closing is None else int(await waiter.answer(closing))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


async def _given(events: Iterable[ConversionEvent]) -> AsyncGenerator[ConversionEvent, None]:
    for event in events:
        yield event


async def _outcomes(
    events: AsyncIterable[ConversionEvent], requests: InFlight, waiter: _Waiter
) -> AsyncGenerator[Outcome, None]:
    room = asyncio.Semaphore(requests.concurrency)

    async def feed() -> None:
        source = aiter(events)
        for index in itertools.count():
            await room.acquire()
            try:
                event = await anext(source)
            except StopAsyncIteration:
                return
            requests.push(_waiting.an_event(event, index))

    feeding = asyncio.ensure_future(feed())
    feeding.add_done_callback(lambda _: waiter.news.set())
    try:
        while (outcome := await waiter.next_outcome(requests, feeding)) is not None:
            room.release()
            _log.outcome(outcome)
            yield outcome
        feeding.result()  # raises what the source has raised
    except GeneratorExit:
        raise
    except BaseException as error:
        _waiting.attach(error, requests.stop())
        raise
    finally:
        requests.stop()
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
