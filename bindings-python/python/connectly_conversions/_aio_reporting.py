"""Reports a shop's orders, in asyncio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from connectly_conversions import _aio, _reporting
from connectly_conversions._native import Item, Operation, Reporting, TrackingParams
from connectly_conversions._open import BaseOutbox
from connectly_conversions._types import Amount, EventTime, Id
from connectly_conversions.reporting import Report


class AsyncReports(BaseOutbox):
    """What :class:`AsyncOutbox` does with a shop's orders."""

    async def _ask(self, operation: Operation) -> str:
        answer = await _aio.answer(operation)
        self._warn()
        return answer

    async def report_purchase(
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
        rules: Reporting = _reporting.RULES,
        strict: bool = False,
        **payload: Any,  # noqa: ANN401 - the core says what it knows
    ) -> Report:
        """As :meth:`connectly_conversions.Outbox.report_purchase`."""
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
            operation = self._native.report(order, rules, hold_until, traceparent)
            return _reporting.read(await self._ask(operation))
        except Exception as error:
            if strict:
                raise
            return _reporting.failed(order_id, error)
