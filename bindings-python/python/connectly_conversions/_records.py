"""What the outbox tells."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from connectly_conversions._codes import OutboxState, Verdict
from connectly_conversions.errors import Issue

FOR_EVER = datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)
"""The ``paused_until`` of a pause that only ``resume`` ends."""


@dataclass(frozen=True)
class Enqueued:
    """What ``enqueue`` did."""

    id: int
    """The outbox's own number of the event."""
    state: OutboxState
    """Where the event stands now."""
    duplicate: bool
    """Whether the order was there before and stays as it was."""
    replaced: bool
    """Whether the event took the place of one of which nothing was counted."""
    conflict: bool
    """Whether the order was there before with another content; it stays as it was."""


@dataclass(frozen=True)
class Changed:
    """What ``release``, ``cancel`` or ``skip`` did."""

    changed: bool
    """Whether it did anything."""
    state: OutboxState | None
    """Where the event stands now; ``None`` where there is none."""


@dataclass(frozen=True)
class Forgotten:
    """What ``forget`` did."""

    forgotten: int
    """Events whose personal data is gone."""
    later: int
    """Events under way, whose data goes as soon as their attempt has ended."""


@dataclass(frozen=True)
class Record:
    """One conversion in the ledger. Times are aware datetimes in UTC."""

    id: int
    """The outbox's own number of it."""
    event_name: str
    """``Purchase`` or ``ViewContent``."""
    order_id: str | None
    """The order's id; ``None`` where it has none, and once it is forgotten."""
    state: OutboxState
    """Where it stands."""
    due_at: datetime.datetime | None
    """When it may be sent, or becomes pending by itself."""
    attempts: int
    """Attempts since it was enqueued or replayed."""
    enqueued_at: datetime.datetime
    """When it was enqueued."""
    first_attempt_at: datetime.datetime | None
    """The first attempt."""
    ambiguous_since: datetime.datetime | None
    """The first attempt that may have been recorded though nobody knows."""
    finished_at: datetime.datetime | None
    """When it was accepted, rejected, given up, cancelled or skipped."""
    code: str | None
    """The code of the last failure."""
    status: int | None
    """The HTTP status of the last answer."""
    message: str | None
    """The last failure in words."""
    reason: str | None
    """Why it was skipped or cancelled."""
    event_time: datetime.datetime | None
    """When the order was placed."""
    currency: str | None
    """The currency."""
    value: Decimal | None
    """The total, in the currency's major unit."""
    has_payload: bool
    """Whether the payload is still there, so that it can be replayed."""
    issues: tuple[Issue, ...]
    """The problems of an invalid event."""
    forgotten_at: datetime.datetime | None
    """When its personal data was erased."""


@dataclass(frozen=True)
class Counts:
    """How many events are in each state."""

    held: int
    pending: int
    leased: int
    accepted: int
    rejected: int
    dead: int
    cancelled: int
    skipped: int


@dataclass(frozen=True)
class Delivered:
    """What a delivery did."""

    accepted: int
    """Events that the API received."""
    rejected: int
    """Events that it refused."""
    dead: int
    """Events that were given up."""
    retried: int
    """Attempts after which the event goes out again."""


@dataclass(frozen=True)
class Metrics:
    """The outbox in numbers."""

    counts: Counts
    """How many events are in each state."""
    oldest_due: float
    """How long the oldest event that is due has waited, in seconds; 0 where none is."""
    overdue_holds: int
    """Held events whose order is older than six days: Meta counts nothing older than seven."""
    delivered: Delivered
    """What this process delivered so far."""
    leases_lost: int
    """Outcomes that came after the lease had passed on."""
    paused_until: datetime.datetime | None
    """Until when the operator has paused the queue; the latest time there is: until ``resume``."""
    refused_code: str | None
    """The code of the answer that has stopped the queue: key, business or address are wrong."""
    open_until: datetime.datetime | None
    """Until when the circuit breaker is open."""


@dataclass(frozen=True)
class Attempted:
    """What came of one attempt, for a metric or a log line."""

    id: int
    """The outbox's own number of the event."""
    event_name: str
    """``Purchase`` or ``ViewContent``."""
    order_id: str | None
    """The order's id."""
    state: OutboxState
    """Where the event stands now."""
    attempts: int
    """Attempts since it was enqueued or replayed."""
    code: str | None
    """The code of the failure."""
    status: int | None
    """The HTTP status, if an answer came."""
    took: float
    """How long the attempt took, in seconds."""
    traceparent: str | None
    """The trace that the event was enqueued in, as W3C ``traceparent``."""


@dataclass(frozen=True)
class ReplayedEvent:
    """What a replay does with one event."""

    record: Record
    """The event as it was before."""
    verdict: Verdict
    """Whether it goes out again, or why it does not."""
    counts: bool
    """Whether Meta would still count it: it goes out, and the order is not older than 7 days."""


@dataclass(frozen=True)
class Replayed:
    """What a replay did, or would do."""

    events: tuple[ReplayedEvent, ...]
    """One line an event."""
    replayed: int
    """How many go out again."""
    money: Mapping[str, Decimal]
    """The money of those that would still count, by currency."""
