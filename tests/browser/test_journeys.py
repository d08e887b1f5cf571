"""What shoppers do, and what is reported of it. The README tells what a shop is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from shopper import AD, Shopper

if TYPE_CHECKING:
    from connectly_conversions import Sandbox

    from reported import Reported
    from running import Shop


# First, since it waits for a minute, in which the others are played.
def test_8_the_worker_is_killed_in_the_middle_of_its_request(
    shop: Shop, shopper: Shopper, sandbox: Sandbox, reported: Reported
) -> None:
    sandbox.fail_next(kind="hang")
    shopper.lands(AD)
    order = shopper.buys()
    while not sandbox.requests:  # the worker has sent it, and gets no answer
        shop.will_report(order)
    shop.worker.kill()

    shop.start_worker()
    reported.is_only(order)


def test_1_a_shopper_comes_by_an_ad_and_buys(shopper: Shopper, reported: Reported) -> None:
    shopper.lands(AD)
    order = shopper.buys()
    reported.is_only(order)


def test_2_the_thank_you_page_is_reloaded(shopper: Shopper, reported: Reported) -> None:
    shopper.lands(AD)
    order = shopper.buys()
    shopper.reloads()
    reported.arrives(order)
    shopper.reloads()
    assert shopper.is_thanked() == order
    reported.is_only(order)


def test_3_pay_is_clicked_twice(shopper: Shopper, reported: Reported) -> None:
    shopper.lands(AD)
    shopper.fills_the_cart()
    shopper.presses("Pay by card")
    order = shopper.is_at_the_bank()
    shopper.page.go_back()
    shopper.presses("Pay by card")
    assert shopper.is_at_the_bank() == order  # a cart is one order
    shopper.presses_twice("Pay")
    assert shopper.is_thanked() == order
    reported.is_only(order)


def test_4_the_webhook_comes_more_than_once(
    shop: Shop, shopper: Shopper, reported: Reported
) -> None:
    shopper.lands(AD)
    shopper.fills_the_cart()
    shopper.presses("Pay by card")
    order = shopper.is_at_the_bank()
    with ThreadPoolExecutor() as bank:
        list(bank.map(shop.pays, [order, order]))
    reported.arrives(order)
    shop.pays(order)
    reported.is_only(order)


def test_5_the_buyer_never_returns_from_the_bank(
    shop: Shop, shopper: Shopper, reported: Reported
) -> None:
    shopper.lands(AD)
    shopper.fills_the_cart()
    shopper.presses("Pay by card")
    order = shopper.is_at_the_bank()
    shopper.page.close()
    shop.pays(order)
    reported.is_only(order)


def test_6_cash_on_delivery_is_reported_when_it_is_paid_at_the_door(
    shop: Shop, shopper: Shopper, reported: Reported
) -> None:
    orders = []
    for _ in range(3):
        shopper.lands(AD)
        orders.append(shopper.buys(by="Cash on delivery"))
    assert [shop.state_of(order) for order in orders] == ["held"] * 3
    on_its_way, delivered, returned = orders

    shop.delivers(delivered)
    shop.takes_back(returned)
    shopper.reloads()  # the page of the one that came back

    reported.is_only(delivered)
    assert shop.state_of(delivered) == "accepted"
    assert shop.state_of(returned) == "cancelled"
    assert shop.state_of(on_its_way) == "held"


def test_7_a_browser_without_cookies(shopper_without_cookies: Shopper, reported: Reported) -> None:
    shopper = shopper_without_cookies
    shopper.lands(AD)
    assert shopper.page.context.cookies() == []
    order = shopper.buys()
    reported.is_only(order)


def test_9_a_visitor_who_comes_by_no_ad(shop: Shop, shopper: Shopper, reported: Reported) -> None:
    shopper.lands()
    order = shopper.buys()
    assert shop.says_of(order) == {"state": "skipped", "reason": "not_attributed"}
    reported.is_only()


def test_11_the_shopper_comes_back_another_day(shopper: Shopper, reported: Reported) -> None:
    shopper.lands(AD)
    shopper.lands()  # the cookie is all that tells who it is
    order = shopper.buys()
    reported.is_only(order)


def test_what_is_of_one_shopper_or_of_the_office_is_nobody_elses(
    shop: Shop, shopper: Shopper
) -> None:
    answer = shopper.lands(AD)
    assert {"private", "no-store"} <= {*answer.headers["cache-control"].split(", ")}
    assert "cnct_tracking" in {cookie["name"] for cookie in shopper.page.context.cookies()}
    # Without the secret:
    assert shop.refuses("POST", "/webhook/payment")
    assert shop.refuses("POST", "/orders/ORD-1/delivered")
    assert shop.refuses("POST", "/orders/ORD-1/returned")
    assert shop.refuses("GET", "/orders/ORD-1")
