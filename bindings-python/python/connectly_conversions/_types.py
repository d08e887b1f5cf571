"""What an argument may be. All of it exists at run time, for tools that resolve annotations."""

from __future__ import annotations

import datetime
import decimal
import sys
import uuid
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import Self
elif sys.version_info >= (3, 11):
    from typing import Self
else:
    Self = Any

__all__ = ["Amount", "EventTime", "Id", "Self"]

Amount: TypeAlias = decimal.Decimal | int | str | float
"""Money in the currency's major unit: ``Decimal("99.97")``, ``"99.97"``, ``100``.

A float is taken where its shortest form has at most 15 significant digits.
"""

EventTime: TypeAlias = datetime.datetime | int | float | str
"""An aware ``datetime``, Unix seconds (of which a fraction is dropped), or a text of RFC 3339."""

Id: TypeAlias = str | int | uuid.UUID
"""The id of an order or a product."""
