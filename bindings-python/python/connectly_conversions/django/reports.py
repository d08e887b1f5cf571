"""Reports an order in the database transaction that places it."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal

from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from connectly_conversions import Amount, EventTime, Id, Item, TrackingParams
from connectly_conversions._reporting import failed, read
from connectly_conversions._waiting import answer
from connectly_conversions.django import conf, outboxes, tracking
from connectly_conversions.errors import OutboxError
from connectly_conversions.reporting import Report

_log = logging.getLogger("connectly_conversions")


def report_purchase(
    order: Model | object = None,
    *,
    currency: str,
    value: Amount,
    order_id: Id | None = None,
    items: Iterable[Item | Mapping[str, Any]] = (),
    tracking: TrackingParams | None = None,
    request: HttpRequest | None = None,
    paid: bool | None = None,
    paid_at: EventTime | None = None,
    tax: Amount | None = None,
    shipping: Amount | None = None,
    renewal: bool = False,
    hold_until: EventTime | Literal["release"] | None = None,
    business_id: str | uuid.UUID | None = None,
    using: str | None = None,
    traceparent: str | None = None,
    strict: bool = False,
    **payload: Any,
) -> Report:
    """Reports an order, or writes down why it is not reported. Never raises into a checkout.

    It writes one row, in a savepoint of the current transaction: rolled back means never sent,
    committed means sent. It waits for a lock of another transaction for 250 ms (1 s on MySQL): a
    second click on "pay" gets ``Failed``, and is tried once more after the commit.

    Args:
        order: The order, to which ``bind`` may have bound the params; ``SKIP_IF`` is asked with it.
        currency: An ISO 4217 code, in any case.
        value: The order's total as it was charged, with tax and shipping. What is reported of it
            is ``CONNECTLY["VALUE"]``.
        order_id: The shop's immutable id of the order; the order's primary key unless given.
        items: The lines of the order.
        tracking: The params; unless given what is bound to the order, else the request's.
        request: The request whose visitor buys.
        paid: Whether it is paid. ``False`` is ``Skipped``, unless it is held; ``True`` ends the
            hold of an earlier report, unless ``hold_until`` asks for one.
        paid_at: When it was paid; now unless given. Under ``USE_TZ = False`` a naive datetime is
            in ``TIME_ZONE``.
        tax: The tax in the total, where ``CONNECTLY["VALUE"]`` is without it.
        shipping: The shipping in the total, likewise.
        renewal: Whether it renews a subscription: no new purchase, unless
            ``CONNECTLY["REPORT_RENEWALS"]``.
        hold_until: A time, or ``"release"``: it waits for that, such as cash on delivery.
        business_id: The business, for a shop of several brands.
        using: The database; the order's own unless given.
        traceparent: The trace that it is reported in, as W3C ``traceparent``.
        strict: Raises what goes wrong instead of returning ``Failed``.
        **payload: Further members of the event: ``content_type``, ``content_ids``, ``num_items``,
            ``extra_payload``, ``rounding``, ``extra_currencies``.

    Raises:
        DatabaseError: The database has rolled back the whole transaction (a deadlock of MySQL):
            the order itself is lost, so nothing may go on. Everything else only if ``strict``.
    """
    lost = None
    try:
        using = using or _database(order)
        lost = partial(_is_lost, using, before=connections[using].needs_rollback)
        given: dict[str, Any] = {
            "order_id": _order_id(order) if order_id is None else order_id,
            "currency": currency,
            "value": value,
            "items": items,
            "tracking": _tracking(order, tracking, request, using),
            "paid": paid,
            "event_time": _aware(paid_at),
            "tax": tax,
            "shipping": shipping,
            "renewal": renewal,
            "excluded": _excluded(order),
            **payload,
        }
        done = partial(_write, given, using, business_id, hold_until, traceparent)
        try:
            return done()
        except OutboxError as error:
            if error.code == "outbox_busy" and not lost():
                transaction.on_commit(partial(_again, done, given["order_id"]), using, robust=True)
            raise
    except Exception as error:
        if strict or (lost is not None and lost()):
            raise
        return failed(_order_id(order) if order_id is None else order_id, error)


areport_purchase = sync_to_async(report_purchase, thread_sensitive=True)
"""As ``report_purchase``, in an async view."""


def _write(
    given: dict[str, Any],
    using: str,
    business_id: str | uuid.UUID | None,
    hold_until: EventTime | Literal["release"] | None,
    traceparent: str | None,
) -> Report:
    ledger = outboxes.kept(using, business_id)
    policy = conf.settings().reporting
    try:
        return read(answer(ledger.native.report(given, policy, hold_until, traceparent)))
    except OutboxError as error:
        raise error from ledger.store.cause


def _again(done: partial[Report], order_id: object) -> None:
    try:
        done()
    except Exception:  # noqa: BLE001 - the checkout is over
        _log.exception("order %s could not be reported after its transaction either", order_id)


def _is_lost(using: str, *, before: bool) -> bool:
    """Whether the transaction around it is gone."""
    return connections[using].needs_rollback and not before


def _database(order: object) -> str:
    return tracking.database_of(order)


def _order_id(order: object) -> Id | None:
    return order.pk if isinstance(order, Model) else None


def _tracking(
    order: object, params: TrackingParams | None, request: HttpRequest | None, using: str
) -> TrackingParams | None:
    if params is None and isinstance(order, Model) and order.pk is not None:
        params = tracking.bound(order, using)
    if params is None and request is not None:
        params = tracking.tracking_for(request)
    return params


def _excluded(order: object) -> str | None:
    """Why the shop's rule leaves it out; the empty text where it gives no reason."""
    skip_if = conf.settings().skip_if
    answered = None if skip_if is None or order is None else skip_if(order)
    if isinstance(answered, str):
        return answered or None
    return "" if answered else None


def _aware(moment: EventTime | None) -> EventTime | None:
    from django.conf import settings  # noqa: PLC0415

    if isinstance(moment, datetime.datetime) and timezone.is_naive(moment) and not settings.USE_TZ:
        return timezone.make_aware(moment, timezone.get_default_timezone())
    return moment
