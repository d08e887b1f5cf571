"""What was reported, by the sandbox's word."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from shopper import AD, ANOTHER_AD, ITEMS, Ad, Shopper

if TYPE_CHECKING:
    from connectly_conversions import Received, Sandbox

    from running import Shop

PATIENCE = 180.0
"""Seconds. A killed worker holds an order for a minute; only what hangs comes near this."""


class Reported:
    """Asks the sandbox."""

    def __init__(self, shop: Shop, sandbox: Sandbox, another_shopper: Shopper) -> None:
        self._shop = shop
        self._sandbox = sandbox
        self._another_shopper = another_shopper

    def arrives(self, order: str) -> None:
        """Waits for the report of an order, the first that comes."""
        self._sandbox.wait_for(1, PATIENCE)
        self._sandbox.assert_reported(order)

    def is_only(self, *orders: str) -> None:
        """These orders were reported, once each and with all that belongs to them; nothing else.

        How is it known that nothing else comes? Another shopper buys. Due events go oldest first:
        when that report is there, whatever was due before is at least on its way; and a worker
        that is asked to stop ends what is on its way.
        """
        for order in orders:
            self._shop.will_report(order)
        self._another_shopper.lands(ANOTHER_AD)
        others = self._another_shopper.buys()
        self._sandbox.wait_for(len(orders) + 1, PATIENCE)
        self._shop.worker.stop()

        received = self._sandbox.received
        assert sorted(str(event.order_id) for event in received) == sorted([*orders, others])
        for event in received:
            _is_right(event, ANOTHER_AD if event.order_id == others else AD)


def _is_right(event: Received, ad: Ad) -> None:
    assert (event.event_name, event.currency, event.value) == ("Purchase", "USD", Decimal("99.97"))
    assert event.times == 1
    contents = event.body["payload"]["contents"]
    assert {item["id"]: (item["quantity"], item["item_price"]) for item in contents} == {
        sku: (1, Decimal(price)) for sku, price in ITEMS.items()
    }
    assert len(contents) == len(ITEMS)
    clicked = event.body["attribution"]["meta_ctwa"]
    told = {name: event.body[name] for name in ("cnct_tracking_id", "sendout_id")}
    assert {**told, **clicked} == vars(ad)
