"""Params that stay with carts and orders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.test import RequestFactory

from connectly_conversions.django import Queued, bind, outbox, report_purchase
from connectly_conversions.django.models import BoundTracking, OutboxEvent

from ..conftest import VISIT
from .shop.models import Cart, Order

if TYPE_CHECKING:
    from connectly_conversions import TrackingParams


def _report(order: Order, **options: Any) -> Any:
    return report_purchase(order, currency="USD", value=order.total, **options)


def _wire(order: Order) -> Any:
    event = OutboxEvent.objects.get(order_id=str(order.pk))
    return json.loads(bytes(event.wire))


def test_params_stay_with_the_order_for_a_webhook_that_has_no_session(
    tracking: TrackingParams,
) -> None:
    shop = RequestFactory()
    landing = shop.get("/", VISIT)
    cart = Cart.objects.create()

    assert bind(cart, landing) is not None
    order = Order.objects.create()
    assert bind(order, cart) is not None
    assert bind(order, shop.get("/")) is not None  # nothing new: what is bound stays

    assert isinstance(_report(order), Queued)
    assert _wire(order)["cnct_tracking_id"] == VISIT["cnct_tracking_id"]


def test_forgetting_a_customer_forgets_what_was_bound(tracking: TrackingParams) -> None:
    order = Order.objects.create()
    bind(order, tracking)
    _report(order)

    outbox().forget(str(order.pk))

    assert not BoundTracking.objects.exists()
    event = OutboxEvent.objects.get()
    assert (event.order_id, event.wire, event.tracking_hash) == (None, None, None)


def test_the_visitor_of_a_request_is_reported() -> None:
    request = RequestFactory().get("/", VISIT)
    order = Order.objects.create()

    assert isinstance(_report(order, request=request), Queued)
