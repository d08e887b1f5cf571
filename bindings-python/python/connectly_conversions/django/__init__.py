"""Connectly in a Django shop: add ``connectly_conversions.django`` to ``INSTALLED_APPS``.

``tracking_for`` tells what is known of a visitor, ``bind`` keeps it with a cart or an order, and
``report_purchase`` reports an order in the database transaction that places it.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from connectly_conversions.reporting import (
    Duplicate,
    Failed,
    Held,
    Invalid,
    NotAttributed,
    Queued,
    Report,
    Skipped,
)

if _TYPE_CHECKING:
    from connectly_conversions.django.outboxes import outbox
    from connectly_conversions.django.reports import areport_purchase, report_purchase
    from connectly_conversions.django.signals import visited
    from connectly_conversions.django.tracking import abind, atracking_for, bind, tracking_for

__all__ = [
    "Duplicate",
    "Failed",
    "Held",
    "Invalid",
    "NotAttributed",
    "Queued",
    "Report",
    "Skipped",
    "abind",
    "areport_purchase",
    "atracking_for",
    "bind",
    "outbox",
    "report_purchase",
    "tracking_for",
    "visited",
]

_WHERE = {
    "abind": "tracking",
    "areport_purchase": "reports",
    "atracking_for": "tracking",
    "bind": "tracking",
    "outbox": "outboxes",
    "report_purchase": "reports",
    "tracking_for": "tracking",
    "visited": "signals",
}


def __getattr__(name: str) -> object:
    """Loads what needs Django's models once they are asked for, since apps load before them."""
    if name in _WHERE:
        import importlib  # noqa: PLC0415

        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
