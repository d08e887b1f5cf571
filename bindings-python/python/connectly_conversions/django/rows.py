"""Rows of the outbox as the core's state machine has them: JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import models

_ROW = (
    *("state", "has_order_id", "due_at", "lease_no", "leased_at", "lease_until"),
    *("attempts", "lost_claims", "lone_refusals", "refused_at", "first_attempt_at"),
    *("ambiguous_since", "trying_since", "enqueued_at", "finished_at", "code", "status"),
    *("message", "reason", "forget", "forgotten_at"),
)
ROW = ("id", *_ROW, "content_hash", "has_payload")
"""What the state machine is asked with."""

ENTRY = (
    *("content_hash", "tracking_hash", "order_id", "event_time", "currency", "value"),
    *("document", "issues", "traceparent", "wire"),
)
"""What an event is about, beside its key."""

COLUMNS = tuple(dict.fromkeys((*("business_id", "event_name", "conversion_key"), *_ROW, *ENTRY)))
INSERT = (
    f"INSERT INTO connectly_outbox ({', '.join(COLUMNS)})"  # noqa: S608 - names of columns
    f" VALUES ({', '.join(['%s'] * len(COLUMNS))})"
)
"""Adds a row. No name needs quotes on any database."""

RECORD = (
    *("id", "event_name", "order_id", "state", "due_at", "attempts", "enqueued_at"),
    *("first_attempt_at", "ambiguous_since", "finished_at", "code", "status", "message"),
    *("reason", "event_time", "currency", "value", "has_payload", "issues", "forgotten_at"),
)
"""What a person is told."""

ERASED: dict[str, None] = dict.fromkeys(
    (
        *("tracking_hash", "order_id", "currency", "value"),
        *("document", "issues", "traceparent", "wire"),
    )
)
"""What tells who the customer is; times and hashes of the conversion stay."""

HAS_PAYLOAD = models.ExpressionWrapper(
    models.Q(wire__isnull=False), output_field=models.BooleanField()
)
"""Whether there are bytes, without reading them."""


def row_of(values: Mapping[str, Any]) -> str:
    """The JSON of a row whose columns were read."""
    row = {name: values[name] for name in _ROW}
    row["has_order_id"], row["forget"] = bool(row["has_order_id"]), bool(row["forget"])
    row["has_payload"] = bool(values["has_payload"])
    content = values["content_hash"]
    row["content_hash"] = None if content is None else bytes(content).hex()
    return json.dumps(row)


def columns_of(row: str) -> dict[str, Any]:
    """The columns of a row of JSON."""
    values: dict[str, Any] = json.loads(row)
    del values["has_payload"]
    content = values["content_hash"]
    values["content_hash"] = None if content is None else bytes.fromhex(content)
    return values


def record_of(values: Mapping[str, Any]) -> str:
    """The JSON of what a person is told."""
    record = {name: values[name] for name in RECORD}
    record["has_payload"] = bool(record["has_payload"])
    return json.dumps(record)
