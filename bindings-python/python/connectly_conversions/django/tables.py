"""What the core asks of the outbox's tables, by the ORM, within one transaction."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.db import connections
from django.db.models import Case, Count, Min, Q, QuerySet, Value, When

from connectly_conversions.django import rows, waiting
from connectly_conversions.django.models import BoundTracking, OutboxControl, OutboxEvent
from connectly_conversions.outbox import Counts

_QUEUE = (
    *("paused_until", "refused_code", "paused_since", "paused_before", "probed_at"),
    *("probed_id", "failures", "opened", "open_until", "last_accepted_at"),
)
_NOTHING = {field.name: 0 for field in dataclasses.fields(Counts)}


class Tables:
    """The tables in one database.

    Args:
        using: The database.
        reading: Locks nothing.
        asks_first: Looks for a row before one is added. Most orders are new, and a row that another
            transaction has just added is seen by no question.
        now: What the clock has just told, for the first question.
    """

    def __init__(
        self,
        using: str,
        *,
        reading: bool = False,
        asks_first: bool = True,
        now: int | None = None,
    ) -> None:
        self._using = using
        self._reading = reading
        self._asks_first = asks_first
        # A row that was looked for may have been waited for.
        self._now = None if asks_first else now

    def _events(self, business_id: str) -> QuerySet[OutboxEvent]:
        events = OutboxEvent.objects.using(self._using)
        of_it: QuerySet[OutboxEvent] = events.filter(business_id=business_id)
        return of_it

    def _locked(self, events: Any, *, skip: bool = False) -> Any:
        features = connections[self._using].features
        if self._reading or not features.has_select_for_update:
            return events
        skip = skip and features.has_select_for_update_skip_locked
        return events.select_for_update(skip_locked=skip)

    @staticmethod
    def explain(error: BaseException) -> str:
        """The code of what one of these methods failed of."""
        return waiting.code_of(error)

    def now(self) -> int:
        """The clock that leases and waits go by; asked anew, since a lock may be waited for."""
        known, self._now = self._now, None
        return waiting.now(connections[self._using]) if known is None else known

    def queue(self, business_id: str) -> str:
        """The queue of a business, which no other transaction changes before this one ends."""
        control = self._locked(OutboxControl.objects.using(self._using))
        found = control.filter(business_id=business_id).values(*_QUEUE).first()
        if found is None and not self._reading:
            OutboxControl.objects.using(self._using).bulk_create(
                [OutboxControl(business_id=business_id)], ignore_conflicts=True
            )
            found = control.filter(business_id=business_id).values(*_QUEUE).first()
        return json.dumps(found or {})

    def put_queue(self, business_id: str, queue: str) -> None:
        """Writes it."""
        control = OutboxControl.objects.using(self._using).filter(business_id=business_id)
        control.update(**json.loads(queue))

    def find(self, business_id: str, column: str, value: Any) -> list[tuple[int, str]]:
        """The rows whose column has this value."""
        events = self._locked(self._events(business_id).filter(**{column: value}))
        return self._rows(events)

    @staticmethod
    def _rows(events: QuerySet[Any]) -> list[tuple[int, str]]:
        found = events.annotate(has_payload=rows.HAS_PAYLOAD).values(*rows.ROW)
        return [(values["id"], rows.row_of(values)) for values in found]

    def insert(self, row: str, entry: dict[str, Any]) -> int:
        """Adds a row and gives its id."""
        connection = connections[self._using]
        values = {**rows.columns_of(row), **entry}
        # The model would cost a checkout more than all the rest.
        with connection.cursor() as cursor:
            if connection.features.can_return_columns_from_insert:
                cursor.execute(rows.INSERT + " RETURNING id", [values[n] for n in rows.COLUMNS])
                return int(cursor.fetchone()[0])
            cursor.execute(rows.INSERT, [values[name] for name in rows.COLUMNS])
            table = OutboxEvent._meta.db_table  # noqa: SLF001
            return int(connection.ops.last_insert_id(cursor, table, "id"))

    def insert_if_new(self, row: str, entry: dict[str, Any]) -> int | None:
        """Adds a row without asking; the database refuses a key that is taken."""
        return None if self._asks_first else self.insert(row, entry)

    def update(self, id: int, row: str, change: str, entry: dict[str, Any] | None) -> None:
        """Writes a row as it shall be."""
        values = rows.columns_of(row)
        event = OutboxEvent.objects.using(self._using).filter(pk=id)
        if change == "take" and entry is not None:
            values |= {name: entry[name] for name in rows.ENTRY}
        elif change == "erase":
            hashes = event.filter(tracking_hash__isnull=False).values("tracking_hash")
            bound = BoundTracking.objects.using(self._using)
            bound.filter(tracking_hash__in=[bytes(h["tracking_hash"]) for h in hashes]).delete()
            values |= rows.ERASED
        event.update(**values)

    def expired(self, business_id: str, now: int, longest: int, most: int) -> list[tuple[int, str]]:
        """Leases that are over, or were given by a clock that was set back since."""
        over = Q(lease_until__lte=now) | Q(lease_until__gt=longest)
        events = self._events(business_id).filter(over, state="leased")
        return self._rows(self._locked(events, skip=True)[:most])

    def due(
        self, business_id: str, now: int, longest: int, most: int, last: int | None
    ) -> list[tuple[int, str, bytes, str, str | None, str | None]]:
        """What is due, oldest first; ``last`` comes after all others."""
        is_due = Q(state__in=["pending", "held"], due_at__lte=now)
        events = self._events(business_id).filter(is_due | Q(state="pending", due_at__gt=longest))
        order = ["due_at", "id"]
        if last is not None:
            is_last = Case(When(pk=last, then=Value(1)), default=Value(0))
            events = events.annotate(is_last=is_last)
            order.insert(0, "is_last")
        found = self._locked(events.order_by(*order), skip=True)[:most]
        names = (*rows.ROW, "wire", "event_name", "order_id", "traceparent")
        return [
            (
                values["id"],
                rows.row_of(values),
                bytes(values["wire"]),
                values["event_name"],
                values["order_id"],
                values["traceparent"],
            )
            for values in found.annotate(has_payload=rows.HAS_PAYLOAD).values(*names)
        ]

    def next_due(self, business_id: str) -> int | None:
        """The earliest moment at which an event becomes due or a lease expires."""
        events = self._events(business_id)
        due = events.filter(state__in=["pending", "held"]).aggregate(at=Min("due_at"))["at"]
        lease = events.filter(state="leased").aggregate(at=Min("lease_until"))["at"]
        return min((at for at in (due, lease) if at is not None), default=None)

    def records(
        self,
        business_id: str,
        states: list[str],
        column: str,
        value: Any,
        code: str | None,
        after: int,
        most: int,
    ) -> list[str]:
        """Records for people, by id."""
        events = self._events(business_id).filter(state__in=states, pk__gt=after)
        if column:
            events = events.filter(**{column: value})
        if code is not None:
            events = events.filter(code=code)
        found = events.annotate(has_payload=rows.HAS_PAYLOAD).order_by("pk")[:most]
        return [rows.record_of(values) for values in found.values(*rows.RECORD)]

    def counts(self, business_id: str) -> str:
        """How many events are in each state."""
        found = self._events(business_id).values_list("state").annotate(count=Count("pk"))
        return json.dumps({**_NOTHING, **dict(found.order_by())})

    def ages(self, business_id: str, now: int, placed_before: int) -> tuple[int | None, int]:
        """Since when the oldest event is due, and how many holds are of old orders."""
        events = self._events(business_id)
        due = events.filter(state__in=["pending", "held"], due_at__lte=now)
        holds = events.filter(state="held", event_time__lt=placed_before)
        return due.aggregate(at=Min("due_at"))["at"], holds.count()

    def retire(self, business_id: str, before: int, most: int) -> int:
        """Erases payloads that nobody needs any longer."""
        ended = self._events(business_id).filter(
            state__in=["accepted", "cancelled"], wire__isnull=False, finished_at__lt=before
        )
        ids = list(ended.values_list("pk", flat=True)[:most])
        return int(OutboxEvent.objects.using(self._using).filter(pk__in=ids).update(wire=None))
