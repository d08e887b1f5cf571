"""What an argument may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, Union

if TYPE_CHECKING:
    import datetime
    import decimal
    import uuid

Amount: TypeAlias = Union["decimal.Decimal", int, str, float]
"""Money in the currency's major unit: ``Decimal("99.97")``, ``"99.97"``, ``100``.

A float is taken where its shortest form has at most 15 significant digits.
"""

EventTime: TypeAlias = Union["datetime.datetime", int]
"""An aware ``datetime``, or Unix seconds."""

Id: TypeAlias = Union[str, int, "uuid.UUID"]
"""The id of an order or a product."""

VisitCount: TypeAlias = Literal["captured", "kept", "partial", "invalid", "skipped", "none"]
"""What a visit was, as one word for a counter."""

SkipReason: TypeAlias = Literal["consent", "method", "prefetch", "link_preview"]
"""Why a request is not a visit to count."""
