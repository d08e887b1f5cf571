"""The Django shop with a defect, as shops have them; ``FLAW`` names it."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, Any

# isort: off
from project.wsgi import application  # before all that needs Django's settings

from connectly_conversions.django import report_purchase
from shop import orders, views

# isort: on

if TYPE_CHECKING:
    from shop.models import Order

__all__ = ["application"]

_times = count()


def _fresh_order_id(order: Order) -> None:
    """The thank-you page makes an id of its own for each report."""
    report_purchase(
        order, order_id=f"{order.pk}-{next(_times)}", currency="USD", value=order.total, paid=True
    )


def _forgets_to_bind(*_: Any) -> None:
    """The order is made without the params; the webhook knows of none."""


if os.environ["FLAW"] == "fresh order id":
    views.orders = type("Orders", (), {**vars(orders), "report": staticmethod(_fresh_order_id)})
elif os.environ["FLAW"] == "forgets to bind":
    orders.bind = _forgets_to_bind
elif os.environ["FLAW"] == "binds by the cookie only":
    views.bind = _forgets_to_bind
else:
    raise ValueError(os.environ["FLAW"])
