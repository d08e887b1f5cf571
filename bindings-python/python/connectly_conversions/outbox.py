"""The outbox: what ``Outbox`` and ``AsyncOutbox`` are, take and give."""

from connectly_conversions._aio_outbox import AsyncOutbox, AsyncWorker
from connectly_conversions._codes import OutboxState, Verdict
from connectly_conversions._outbox import Outbox
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
from connectly_conversions._statement import Statement
from connectly_conversions._worker import Worker

__all__ = [
    "FOR_EVER",
    "AsyncOutbox",
    "AsyncWorker",
    "Attempted",
    "Changed",
    "Counts",
    "Delivered",
    "Enqueued",
    "Forgotten",
    "Metrics",
    "Outbox",
    "OutboxState",
    "Record",
    "Replayed",
    "ReplayedEvent",
    "Statement",
    "Verdict",
    "Worker",
]
