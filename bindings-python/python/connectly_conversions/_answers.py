"""Reads the outbox's answers, which are JSON, into records."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

from connectly_conversions._records import (
    FOR_EVER,
    Attempted,
    Changed,
    Counts,
    Delivered,
    Enqueued,
    Forgotten,
    Metrics,
    Record,
    Replayed,
    ReplayedEvent,
)
from connectly_conversions.errors import Issue

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

_TIMES = (
    *("due_at", "enqueued_at", "first_attempt_at", "ambiguous_since"),
    *("finished_at", "forgotten_at"),
)


def enqueued(text: str) -> Enqueued:
    return Enqueued(**json.loads(text))


def enqueued_many(text: str) -> list[Enqueued]:
    return [Enqueued(**members) for members in json.loads(text)]


def changed(text: str) -> Changed:
    return Changed(**json.loads(text))


def forgotten(text: str) -> Forgotten:
    return Forgotten(**json.loads(text))


def counts(text: str) -> Counts:
    return Counts(**json.loads(text))


def delivered(text: str) -> Delivered:
    return Delivered(**json.loads(text))


def record(text: str) -> Record | None:
    members = json.loads(text)
    return None if members is None else _record(members)


def records(text: str) -> list[Record]:
    return [_record(members) for members in json.loads(text)]


def metrics(text: str) -> Metrics:
    members = json.loads(text)
    members["counts"] = Counts(**members["counts"])
    members["delivered"] = Delivered(**members["delivered"])
    members["oldest_due"] /= 1000
    for name in ("paused_until", "open_until"):
        members[name] = _time(members[name])
    return Metrics(**members)


def warnings(text: str) -> list[str]:
    found: list[str] = json.loads(text)
    return found


def attempted(text: str) -> Attempted:
    members = json.loads(text)
    members["took"] /= 1000
    return Attempted(**members)


def replayed(text: str) -> Replayed:
    members = json.loads(text)
    events = tuple(
        ReplayedEvent(_record(event["record"]), event["verdict"], event["counts"])
        for event in members["events"]
    )
    money = {currency: Decimal(total) for currency, total in members["money"].items()}
    return Replayed(events, members["replayed"], money)


def _record(members: dict[str, Any]) -> Record:
    for name in _TIMES:
        members[name] = _time(members[name])
    seconds, value = members["event_time"], members["value"]
    members["event_time"] = None if seconds is None else _time(seconds * 1000)
    members["value"] = None if value is None else Decimal(value)
    issues: list[dict[str, Any]] = json.loads(members["issues"] or "[]")
    members["issues"] = tuple(Issue(**issue) for issue in issues)
    return Record(**members)


def _time(milliseconds: int | None) -> datetime.datetime | None:
    if milliseconds is None:
        return None
    try:
        return _EPOCH + datetime.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return FOR_EVER
