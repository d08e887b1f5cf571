"""A shopper with a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Response


@dataclass(frozen=True)
class Ad:
    """What the link of an ad tells."""

    cnct_tracking_id: str
    sendout_id: str
    ctwa_clid: str
    ad_id: str

    @property
    def query(self) -> str:
        """As it is in the link, with what else such links carry."""
        return urlencode({"utm_source": "whatsapp", **vars(self)})


AD = Ad("trk-7f9c", "so-4815", "ARAkLkA8rmlF", "120215559412340678")
ANOTHER_AD = Ad("trk-0b21", "so-4816", "ARBother", "120215559412340679")
ITEMS = {"data-pass-30d": "49.99", "phone-case-blk": "49.98"}


class Shopper:
    """Does what a shopper does, with the words that are on the pages."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    def lands(self, ad: Ad | None = None, *, path: str = "/") -> Response:
        """Comes to the shop by the link of an ad, or by its bare address."""
        query = f"?{ad.query}" if ad else ""
        answer = self.page.goto(f"{self._url}{path}{query}")
        assert answer is not None
        assert answer.ok, answer.status
        return answer

    def fills_the_cart(self) -> None:
        """Chooses everything that there is."""
        for sku in ITEMS:
            self.page.locator(f'input[name="sku"][value="{sku}"]').check()
        self.presses("Add to cart")
        expect(self.page.locator("body")).to_contain_text("99.97")

    def presses(self, button: str) -> None:
        """Presses a button."""
        self._button(button).click()

    def presses_twice(self, button: str) -> None:
        """Presses it as those do who are used to icons."""
        self._button(button).dblclick()

    def _button(self, words: str) -> Locator:
        return self.page.get_by_role("button", name=words, exact=True)

    def is_at_the_bank(self) -> str:
        """Waits for the bank's page; the order's id."""
        self.page.wait_for_url(re.compile(r"/bank/ORD-[^/]+$"))
        return self.page.url.rsplit("/", 1)[1]

    def is_thanked(self) -> str:
        """Waits for the thank-you page; the order's id."""
        self.page.wait_for_url(re.compile(r"/thanks/ORD-[^/]+$"))
        order = self.page.locator("#order").inner_text()
        assert self.page.url.endswith(f"/thanks/{order}")
        return order

    def reloads(self) -> None:
        """Presses F5."""
        answer = self.page.reload()
        assert answer is not None
        assert answer.ok, answer.status

    def buys(self, *, by: str = "Pay by card") -> str:
        """From the catalogue to the thank-you page; the order's id."""
        self.fills_the_cart()
        self.presses(by)
        if by == "Pay by card":
            self.is_at_the_bank()
            self.presses("Pay")
        return self.is_thanked()
