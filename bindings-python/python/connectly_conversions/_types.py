"""What an argument may be. All of it exists at run time, for tools that resolve annotations."""

from __future__ import annotations

import datetime
import decimal
import sys
import uuid
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import Self
elif sys.version_info >= (3, 11):
    from typing import Self
else:
    Self = Any

__all__ = ["Amount", "EventTime", "Id", "Self", "SkipReason", "VisitCount"]

Amount: TypeAlias = decimal.Decimal | int | str | float
"""Money in the currency's major unit: ``Decimal("99.97")``, ``"99.97"``, ``100``.

A float is taken where its shortest form has at most 15 significant digits.
"""

EventTime: TypeAlias = datetime.datetime | int | float | str
"""An aware ``datetime``, Unix seconds (of which a fraction is dropped), or a text of RFC 3339."""

Id: TypeAlias = str | int | uuid.UUID
"""The id of an order or a product."""

VisitCount: TypeAlias = Literal["captured", "kept", "partial", "invalid", "skipped", "none"]
"""What a visit was, as one word for a counter."""

SkipReason: TypeAlias = Literal["consent", "method", "prefetch", "link_preview"]
"""Why a request is not a visit to count."""
