"""What becomes of an order that a shop reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from connectly_conversions._codes import Omission, ReportResult
from connectly_conversions._native import Reporting
from connectly_conversions.errors import Issue

__all__ = [
    "Duplicate",
    "Failed",
    "Held",
    "Invalid",
    "NotAttributed",
    "Omission",
    "Queued",
    "Report",
    "ReportResult",
    "Reporting",
    "Skipped",
]


@dataclass(frozen=True)
class Queued:
    """It is stored and will be sent."""

    id: int
    """The ledger's own number of it."""


@dataclass(frozen=True)
class Held:
    """It is stored, and waits for a time or for ``release``."""

    id: int
    """The ledger's own number of it."""


@dataclass(frozen=True)
class Duplicate:
    """The order was there before and stays as it was."""

    id: int
    """The ledger's own number of it."""
    conflict: bool
    """Whether this report has another content than the first."""


@dataclass(frozen=True)
class NotAttributed:
    """The customer did not come from an ad, as far as is known. The ledger has the order."""


@dataclass(frozen=True)
class Skipped:
    """The order is deliberately not reported, and the ledger says so."""

    reason: Omission | str
    """Why: one of ``Omission``, or the shop's own word."""


@dataclass(frozen=True)
class Invalid:
    """The event breaks a rule. It is kept as a dead letter, to be repaired."""

    issues: tuple[Issue, ...]
    """Every problem."""


@dataclass(frozen=True)
class Failed:
    """Nothing is known to be stored."""

    error: Exception
    """Why."""


Report: TypeAlias = Queued | Held | Duplicate | NotAttributed | Skipped | Invalid | Failed
"""What became of an order."""
