"""A sandbox for a shop's own tests: Connectly's API in this process."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any

from connectly_conversions._codes import FaultKind
from connectly_conversions._native import NativeSandbox
from connectly_conversions._types import Amount, EventTime, Id, Self
from connectly_conversions.errors import Issue

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
    warnings: tuple[Issue, ...]
    """What a client that checks events would have been warned of."""
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


def _received(member: dict[str, Any]) -> Received:
    value = member["value"]
    return Received(
        event_name=member["event_name"],
        order_id=member["order_id"],
        currency=member["currency"],
        value=None if value is None else Decimal(value),
        event_time=member["event_time"],
        times=member["times"],
        duplicate=member["duplicate"],
        business_id=member["business_id"],
        warnings=tuple(Issue(**issue) for issue in member["warnings"]),
        body=member["body"],
    )


class Sandbox:
    """Connectly's API on a loopback port of this machine.

    It answers as the API does, checks events with the same rules, remembers orders, plays faults
    on request, and shows at :attr:`url` what arrived. A context manager; it stops with its block.
    What arrived can be asked for afterwards, too.

    While it runs, no client of this process sends to another machine: such a ``send`` raises
    ``ConfigurationError`` (``sandbox_active``), so that no test reports an order for real.

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
        return [_received(member) for member in members]

    @property
    def requests(self) -> list[Recorded]:
        """Every request to the API with its answer, in order."""
        names = Recorded.__dataclass_fields__
        members = json.loads(self._native.requests_json())["requests"]
        return [Recorded(**{name: member[name] for name in names}) for member in members]

    def wait_for(self, count: int, timeout: float | None = None) -> list[Received]:
        """Waits until ``count`` conversions were accepted, for what is sent in the background.

        Args:
            count: How many.
            timeout: How long to wait at most. Default: 10 seconds.

        Raises:
            AssertionError: They were not; the message says what came instead.
        """
        __tracebackhide__ = True
        self._native.wait_for(count, timeout)
        return self.received

    def fail_next(
        self,
        status: int | None = None,
        *,
        kind: FaultKind | None = None,
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
            kind: Another fault, one of ``FaultKind``; the README lists them.
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
        order_id: Id | None = None,
        *,
        value: Amount | None = None,
        currency: str | None = None,
        times: int = 1,
        event_name: str | None = None,
    ) -> Received:
        """Asserts that this was reported, once unless told otherwise, and returns the last of it.

        Args:
            order_id: The order; any unless given.
            value: The total that must have been reported; ``99.9`` is ``99.90``.
            currency: The currency that must have been reported, in upper or lower case.
            times: How often it must have come, at least once.
            event_name: ``Purchase`` or ``ViewContent``; either unless given.

        Raises:
            AssertionError: It was not so; the message says what came instead.
        """
        __tracebackhide__ = True
        members = {
            "order_id": None if order_id is None else str(order_id),
            "value": None if value is None else str(value),
            "currency": currency,
            "times": times,
            "event_name": event_name,
        }
        found = self._native.assert_reported(json.dumps(members))
        return _received(json.loads(found, parse_float=Decimal))

    def assert_not_reported(self, order_id: Id) -> None:
        """Asserts that no event of this order was reported.

        Raises:
            AssertionError: One was; the message says what came.
        """
        __tracebackhide__ = True
        self._native.assert_not_reported(str(order_id))

    def stop(self) -> None:
        """Stops: the port is closed, connections in use are cut, whoever waits is told."""
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
