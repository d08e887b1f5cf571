"""The whole journey of a purchase, with a script as the shopper."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from running import LINK, running

SECRET = "of-a-demo"  # the shop's, unless the environment has another


HERE = ProxyHandler({})
"""Everything is on this machine: no proxy is asked."""


class Page(HTMLParser):
    """A page as a browser without script has it: a form, and the order that it shows."""

    def __init__(self, url: str, text: str) -> None:
        super().__init__()
        self.url = url
        self.action = url
        self.fields: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Reads forms."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = urljoin(self.url, given.get("action", ""))
        elif tag == "input":
            self.fields.append((given["name"], given["value"]))


class Shopper:
    """A browser of few words."""

    def __init__(self) -> None:
        self._browser = build_opener(HTTPCookieProcessor(CookieJar()), HERE)

    def visit(self, url: str, form: list[tuple[str, str]] | None = None) -> Page:
        """Follows a link, or sends a form."""
        body = None if form is None else urlencode(form).encode()
        with self._browser.open(url, body, timeout=60) as answer:
            return Page(answer.url, answer.read().decode())


def main() -> None:
    """Plays it, and says what happens."""
    with running(port=0) as (shop, sandbox):
        print("A Django shop and its worker run, and a sandbox that plays Connectly's API.\n")
        shopper = Shopper()

        print(f"1. A shopper taps an ad in WhatsApp and lands in the shop:\n   {shop}{LINK}")
        landing = shopper.visit(shop + LINK)

        print("2. The shopper takes a data pass and a phone case, and goes to pay by card.")
        cart = shopper.visit(landing.action, landing.fields)
        bank = shopper.visit(cart.action, [*cart.fields, ("method", "card")])
        order = bank.url.rsplit("/", 1)[1]

        print(f"3. The bank calls the shop's webhook, which has no session: {order} is paid.")
        print("   The same transaction puts the report into the outbox. The bank calls twice:")
        for _ in range(2):
            webhook = Request(
                urljoin(shop, "webhook/payment"),
                data=json.dumps({"order": order, "status": "paid"}).encode(),
                headers={"Content-Type": "application/json", "X-Webhook-Secret": SECRET},
            )
            with build_opener(HERE).open(webhook, timeout=60) as answer:
                print(f"   it is answered {answer.status}")

        print("4. The worker sends it. Connectly has received:")
        sandbox.wait_for(1, 60)
        event = sandbox.assert_reported(order, value="99.97", currency="USD", times=1)
        clicked = event.body["attribution"]["meta_ctwa"]
        print(f"   {event.event_name} {event.order_id}, {event.value} {event.currency}, once")
        for item in event.body["payload"]["contents"]:
            print(f"   - {item['quantity']} x {item['id']} at {item['item_price']}")
        print(f"   for the click {clicked['ctwa_clid']} on the ad {clicked['ad_id']}\n")
        print("`make shop` starts the same shop for your own browser.")


if __name__ == "__main__":
    main()
