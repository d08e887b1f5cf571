"""Reports a shop's orders; what every adapter shares of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from connectly_conversions import _waiting
from connectly_conversions._native import Item, Operation, Reporting, TrackingParams
from connectly_conversions._open import BaseOutbox
from connectly_conversions._types import Amount, EventTime, Id
from connectly_conversions.errors import Issue
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

if TYPE_CHECKING:
    from connectly_conversions.reporting import ReportResult

RULES = Reporting()
"""Those of a shop that has set none."""

_log = logging.getLogger("connectly_conversions")


def read(text: str) -> Report:
    """Reads the core's answer."""
    answer: dict[str, Any] = json.loads(text)
    result: ReportResult = answer["result"]
    if result == "queued":
        return Queued(answer["id"])
    if result == "held":
        return Held(answer["id"])
    if result == "duplicate":
        return Duplicate(answer["id"], answer["conflict"])
    if result == "not_attributed":
        return NotAttributed()
    if result == "skipped":
        return Skipped(answer["reason"])
    return Invalid(tuple(Issue(**issue) for issue in answer["issues"]))


def failed(order_id: object, error: Exception) -> Failed:
    """A checkout goes on, whatever it is."""
    _log.warning("order %s could not be reported: %s", order_id, error, exc_info=error)
    return Failed(error)


class Reports(BaseOutbox):
    """What :class:`Outbox` does with a shop's orders."""

    def _ask(self, operation: Operation) -> str:
        answer = _waiting.answer(operation)
        self._warn()
        return answer

    def report_purchase(
        self,
        *,
        order_id: Id | None,
        currency: str,
        value: Amount,
        items: Iterable[Item | Mapping[str, Any]] = (),
        tracking: TrackingParams | None = None,
        paid: bool | None = None,
        paid_at: EventTime | None = None,
        tax: Amount | None = None,
        shipping: Amount | None = None,
        renewal: bool = False,
        excluded: bool | str | None = None,
        hold_until: EventTime | Literal["release"] | None = None,
        traceparent: str | None = None,
        rules: Reporting = RULES,
        strict: bool = False,
        **payload: Any,  # noqa: ANN401 - the core says what it knows
    ) -> Report:
        """Reports an order, or writes down why it is not reported. Never raises into a checkout.

        Report every order, with the params or without: the ledger then tells of each what became
        of it. Reported again, an order stays one.

        Args:
            order_id: The shop's immutable id of the order.
            currency: An ISO 4217 code, in any case.
            value: The order's total as it was charged, with tax and shipping. What is reported of
                it is ``rules``.
            items: The lines of the order.
            tracking: The params that were kept at the landing, in a cookie, a session or the
                order's row; ``None``: the customer came from no ad, as far as is known.
            paid: Whether it is paid. ``False`` is ``Skipped``, unless it is held; ``True`` ends a
                hold.
            paid_at: When it was paid; now unless given.
            tax: The tax in the total, where ``rules`` have the value without it.
            shipping: The shipping in the total, likewise.
            renewal: Whether it renews a subscription: no new purchase, unless ``rules`` say so.
            excluded: The shop's own reason to leave it out, such as an order of staff: a word, or
                ``True``.
            hold_until: A time, or ``"release"``: it waits for that, such as cash on delivery.
            traceparent: The trace that it is reported in, as W3C ``traceparent``.
            rules: What is reported; :class:`connectly_conversions.reporting.Reporting` with its
                defaults unless given.
            strict: Raises what goes wrong instead of returning ``Failed``.
            **payload: Further members of the event: ``content_type``, ``content_ids``,
                ``num_items``, ``extra_payload``, ``rounding``, ``extra_currencies``.

        Returns:
            What became of it; of ``connectly_conversions.reporting``.

        Raises:
            ConnectlyError: Only if ``strict``.
        """
        order = {
            "order_id": order_id,
            "currency": currency,
            "value": value,
            "items": items,
            "tracking": tracking,
            "paid": paid,
            "event_time": paid_at,
            "tax": tax,
            "shipping": shipping,
            "renewal": renewal,
            "excluded": excluded,
            **payload,
        }
        try:
            return read(self._ask(self._native.report(order, rules, hold_until, traceparent)))
        except Exception as error:
            if strict:
                raise
            return failed(order_id, error)
