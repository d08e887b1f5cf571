"""The blocking client."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from types import TracebackType
from typing import Concatenate, ParamSpec

from connectly_conversions import _log, _waiting
from connectly_conversions._native import (
    ConversionEvent,
    InFlight,
    NativeClient,
    Outcome,
    Receipt,
    RetryPolicy,
)
from connectly_conversions._types import Self
from connectly_conversions._waiting import Waiter
from connectly_conversions.errors import ConnectlyError

P = ParamSpec("P")


def _with_the_clients_rounding(
    make: Callable[P, ConversionEvent],
) -> Callable[Concatenate[BaseClient, P], ConversionEvent]:
    def method(self: BaseClient, /, *args: P.args, **kwargs: P.kwargs) -> ConversionEvent:
        if kwargs.get("rounding") is None:
            kwargs["rounding"] = self.rounding
        return make(*args, **kwargs)

    method.__name__ = make.__name__
    method.__qualname__ = f"BaseClient.{make.__name__}"
    method.__doc__ = f"As ``ConversionEvent.{make.__name__}``, with this client's ``rounding``."
    return method


class BaseClient:
    """What :class:`Client` and ``AsyncClient`` share: the settings, and whether it is closed."""

    def __init__(
        self,
        api_key: str | None = None,
        business_id: str | uuid.UUID | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        attempt_timeout: float | None = None,
        retry: RetryPolicy | None = None,
        max_connections: int | None = None,
        proxy: str | None = None,
        ca_bundle: str | os.PathLike[str] | None = None,
        user_agent: str | None = None,
        rounding: str | None = None,
        allow_insecure_http_for_tests: bool = False,
    ) -> None:
        try:
            self._native = NativeClient(
                api_key,
                business_id,
                base_url=base_url,
                timeout=timeout,
                connect_timeout=connect_timeout,
                attempt_timeout=attempt_timeout,
                retry=retry,
                max_connections=max_connections,
                proxy=proxy,
                ca_bundle=ca_bundle,
                user_agent=user_agent,
                rounding=rounding,
                allow_insecure_http_for_tests=allow_insecure_http_for_tests,
            )
        finally:
            # A traceback with locals, as error trackers take it, shows this frame.
            del api_key, base_url, proxy
        self.rounding = rounding

    purchase = _with_the_clients_rounding(ConversionEvent.purchase)
    view_content = _with_the_clients_rounding(ConversionEvent.view_content)

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._native.closed

    def __repr__(self) -> str:
        native: NativeClient | None = getattr(self, "_native", None)  # not yet, in a traceback
        closed = native is not None and native.closed
        return f"<{type(self).__name__}{' closed' if closed else ''}>"


class Client(BaseClient):
    """Sends events and waits for the answer.

    One client serves a whole process, its threads and its forks; each process makes its own
    connections, when it first sends. Waiting releases the GIL, and Ctrl-C is heard.

    Args:
        api_key: The API key (Connectly inbox, Settings, General, API Key). Default:
            ``CONNECTLY_API_KEY`` of the environment.
        business_id: The UUID of the business at Connectly. Default: ``CONNECTLY_BUSINESS_ID`` of
            the environment.
        base_url: Another host than Connectly's, such as a sandbox. Default: ``CONNECTLY_BASE_URL``
            of the environment, else ``https://api.connectly.ai``.
        timeout: The time for the whole call with its retries. Default: 15 seconds.
        attempt_timeout: The time for one attempt, never longer than the whole call. Default: 5
            seconds.
        connect_timeout: The time for name look-up, connection and TLS handshake. Default: 3
            seconds.
        retry: How often and how patiently a call tries again.
        max_connections: The number of requests that the client makes at once. Further sends wait
            for one of them to end, within their own deadline. Default: ``100``.
        proxy: The URL of a proxy. ``NO_PROXY`` is respected. Default: ``HTTPS_PROXY`` of the
            environment.
        ca_bundle: A PEM file of certificates to trust beside those of the system.
        user_agent: Is added to this library's name in the header ``User-Agent``.
        rounding: What to do with amounts that are finer than their currency, for events that are
            made with this client's options. Default: ``never``.
        allow_insecure_http_for_tests: Allows plain ``http`` to other machines, for a sandbox in
            another container. The API key can be read on the way: for tests only. Default:
            ``False``.

    Raises:
        ConfigurationError: A setting is missing or cannot be used.
    """

    def send(self, event: ConversionEvent) -> Receipt:
        """Sends one event, again where that is safe, and returns the API's receipt.

        Raises:
            ConnectlyError: The API did not say that it received the event; the subclass and
                ``retryable`` say what to do.
        """
        try:
            if _waiting.in_a_greenlet():
                with _waiting.in_flight(self._native, 1) as (requests, waiter):
                    requests.push(event)
                    receipt = _waiting.receipt(_waiting.next_outcome(requests, waiter))
            else:
                receipt = self._native.send(event)
        except ConnectlyError as error:
            _log.not_received(event, error)
            raise
        _log.received(event, receipt)
        return receipt

    def send_many(
        self, events: Iterable[ConversionEvent], *, concurrency: int | None = None
    ) -> list[Outcome]:
        """Sends each event in a request of its own, ``concurrency`` (4) at a time.

        Returns one outcome an event, in their order, and never raises for one of them. After the
        first 401, 403 or 404 the events not yet started get that error unsent.

        What interrupts it (``KeyboardInterrupt``, or whatever ``events`` raises) has the outcomes
        so far as its attribute ``outcomes``.
        """
        done: list[Outcome] = []
        try:
            done.extend(self.outcomes(events, concurrency=concurrency))
        except BaseException as error:
            _waiting.attach(error, done + getattr(error, "outcomes", []))
            raise
        return done

    def outcomes(
        self, events: Iterable[ConversionEvent], *, concurrency: int | None = None
    ) -> Generator[Outcome, None, None]:
        """As :meth:`send_many`, one by one as they come, for what does not fit into memory.

        Takes an event from ``events`` when there is room for it: at most ``concurrency`` are
        held. Where ``events`` raises, that comes after the outcomes of what was taken. What
        interrupts it has, as its attribute ``outcomes``, those that were not given out yet.
        Leaving the loop stops the requests under way.
        """
        self._native.start(concurrency)  # raises here what is wrong with it
        return self._outcomes(_waiting.iterator(events), concurrency)

    def _outcomes(
        self, events: Iterator[ConversionEvent], concurrency: int | None
    ) -> Generator[Outcome, None, None]:
        with _waiting.in_flight(self._native, concurrency) as (requests, waiter):
            yield from _outcomes(events, requests, waiter)

    def close(self, timeout: float | None = None) -> int:
        """Refuses further sends and waits for those under way, of other threads too.

        Args:
            timeout: Seconds that they may yet take; as long as they are allowed to unless given.
                Then they are cut off: each raises ``client_closed`` at once, or
                ``unknown_outcome`` where nobody may say whether its event has arrived.

        Returns:
            How many were cut off. In a signal handler that has interrupted a send it waits for
            none and gives 0.
        """
        if not _waiting.in_a_greenlet():
            return self._native.close(timeout)
        closing = self._native.start_close(timeout)
        return 0 if closing is None else int(_waiting.answer(closing))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _outcomes(
    events: Iterator[ConversionEvent], requests: InFlight, waiter: Waiter | None
) -> Generator[Outcome, None, None]:
    numbered = enumerate(events)
    failure: Exception | None = None
    exhausted = False
    try:
        while True:
            if not exhausted and requests.pending < requests.concurrency:
                try:
                    index, event = next(numbered)
                    requests.push(_waiting.an_event(event, index))
                except StopIteration:
                    exhausted = True
                except Exception as error:  # noqa: BLE001 - raised when what was taken has ended
                    failure, exhausted = error, True
                outcome = requests.take()  # whatever the source takes its time for
                if outcome is None:
                    continue
            elif requests.pending:
                outcome = _waiting.next_outcome(requests, waiter)
            else:
                break
            _log.outcome(outcome)
            yield outcome
        _raise(failure)
    except GeneratorExit:
        raise
    except BaseException as error:
        _waiting.attach(error, requests.stop())
        raise


def _raise(failure: Exception | None) -> None:
    if failure is not None:
        raise failure
