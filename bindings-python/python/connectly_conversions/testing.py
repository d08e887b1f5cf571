"""A sandbox for a shop's own tests: Connectly's API, emulated in this process."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any

from connectly_conversions._native import NativeSandbox
from connectly_conversions._types import Amount, EventTime, Id, Self

__all__ = ["Received", "Recorded", "Sandbox"]


@dataclass(frozen=True)
class Received:
    """A conversion that the sandbox accepted."""

    event_name: str
    """``Purchase`` or ``ViewContent``."""
    order_id: str | None
    """The order's id."""
    currency: str | None
    """The currency, in upper case."""
    value: Decimal | None
    """The total."""
    event_time: int
    """When the order was placed, in Unix seconds."""
    times: int
    """How often this order has come by now."""
    duplicate: bool
    """Whether this order had come before."""
    business_id: str
    """The business that it came for."""
    body: dict[str, Any]
    """The request's body; its numbers with a fraction are ``Decimal``."""


@dataclass(frozen=True)
class Recorded:
    """A request to the sandbox, and what became of it."""

    method: str
    """The method."""
    path: str
    """The path."""
    headers: dict[str, str]
    """The headers by their lower-case names; the key is masked."""
    body: str
    """The body as text."""
    status: int | None
    """The status that was answered; ``None`` where a fault gave none."""
    fault: str | None
    """The kind of the fault that was played."""
    recorded: bool
    """Whether a conversion was recorded."""


class Sandbox:
    """Connectly's API on a loopback port of this machine.

    It answers as the API does, checks events with the same rules, remembers orders, plays faults
    on request, and shows at :attr:`url` what arrived. A context manager; it stops with its block.

    Args:
        port: The port to listen on; a free one unless given.
        api_key: The only API key to accept; any unless given.
        business_id: The only business to know; any UUID unless given.
    """

    def __init__(
        self,
        *,
        port: int | None = None,
        api_key: str | None = None,
        business_id: str | uuid.UUID | None = None,
    ) -> None:
        self._native = NativeSandbox(port=port, api_key=api_key, business_id=business_id)

    @property
    def url(self) -> str:
        """The base URL for a client: ``http://127.0.0.1:PORT``."""
        return self._native.url

    @property
    def received(self) -> list[Received]:
        """The conversions that were accepted, in order; one that came twice is there twice."""
        members = json.loads(self._native.received_json(), parse_float=Decimal)["received"]
        return [
            Received(
                event_name=member["event_name"],
                order_id=member["order_id"],
                currency=member["currency"],
                value=None if member["value"] is None else Decimal(member["value"]),
                event_time=member["event_time"],
                times=member["times"],
                duplicate=member["duplicate"],
                business_id=member["business_id"],
                body=member["body"],
            )
            for member in members
        ]

    @property
    def requests(self) -> list[Recorded]:
        """Every request to the API with its answer, in order."""
        names = Recorded.__dataclass_fields__
        members = json.loads(self._native.requests_json())["requests"]
        return [Recorded(**{name: member[name] for name in names}) for member in members]

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Received]:
        """Waits until ``count`` conversions were accepted, for what is sent in the background.

        Raises:
            AssertionError: They were not, within ``timeout`` seconds.
        """
        if not self._native.wait_for(count, timeout):
            message = f"{len(self.received)} of {count} conversions came in {timeout} seconds"
            raise AssertionError(message)
        return self.received

    def fail_next(
        self,
        status: int | None = None,
        *,
        kind: str | None = None,
        retry_after: int | None = None,
        order_id: Id | None = None,
        times: int | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
        location: str | None = None,
        recorded: bool | None = None,
    ) -> None:
        """Plays a fault on the next request that it matches; faults queue up in order.

        Args:
            status: Answer this status.
            kind: Another fault: ``delay`` (of ``seconds``), ``hang``, ``reset``,
                ``reset_after_recording``, ``half_answer``, ``garbage``, ``oversized_body``,
                ``slow_drip``, ``close_idle``, ``huge_header``, ``gzip_bomb``, ``redirect`` (to
                ``location``), ``not_received``, ``duplicate_answer``.
            retry_after: A ``Retry-After`` header of so many seconds.
            order_id: Only requests for this order.
            times: On how many requests (1); 0 is always.
            body: The answer's body.
            headers: Further headers of the answer.
            seconds: How long a ``delay`` takes.
            location: Where a ``redirect`` points.
            recorded: Record the conversion although the answer denies it.

        Raises:
            ConfigurationError: There is no such fault.
        """
        members = {
            "kind": kind or ("status" if status is not None else None),
            "status": status,
            "retry_after": retry_after,
            "order_id": None if order_id is None else str(order_id),
            "times": times,
            "body": body,
            "headers": None if headers is None else dict(headers),
            "seconds": seconds,
            "location": location,
            "recorded": recorded,
        }
        self._native.script_json(
            json.dumps({name: value for name, value in members.items() if value is not None})
        )

    def clear_faults(self) -> None:
        """Forgets the faults that were not played yet."""
        self._native.clear_faults()

    def reset(self) -> None:
        """As if just started: journal, orders, faults and clock."""
        self._native.reset()

    def set_now(self, moment: EventTime | None) -> None:
        """Sets the sandbox's clock, where it stays; ``None`` for the real one."""
        self._native.set_now(moment)

    def assert_reported(
        self,
        order_id: Id,
        *,
        value: Amount | None = None,
        currency: str | None = None,
        times: int = 1,
    ) -> Received:
        """Asserts that this order was reported, once unless told otherwise, and returns it.

        Args:
            order_id: The order.
            value: The total that must have been reported.
            currency: The currency that must have been reported.
            times: How often it must have come; at least once.

        Raises:
            AssertionError: It was not so; the message says what came instead.
        """
        __tracebackhide__ = True
        received = self.received
        found = [event for event in received if event.order_id == str(order_id)]
        came = ", ".join(f"{event.event_name} {event.order_id}" for event in received) or "nothing"
        if len(found) != max(times, 1):
            message = f"order {order_id} came {len(found)} times, not {times}; received: {came}"
            raise AssertionError(message)
        event = found[-1]
        if value is not None and event.value != Decimal(str(value)):
            message = f"order {order_id} was reported with {event.value}, not {value}"
            raise AssertionError(message)
        if currency is not None and event.currency != currency:
            message = f"order {order_id} was reported in {event.currency}, not {currency}"
            raise AssertionError(message)
        return event

    def stop(self) -> None:
        """Stops; connections in use are cut."""
        self._native.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Sandbox {self.url}>"
