"""The shop against the sandbox, as a browser and its orders see it."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from connectly_conversions import AsyncOutbox, Sandbox
from fastapi.testclient import TestClient

LINK = "/?cnct_tracking_id=trk-7f9c&sendout_id=so-4815&ctwa_clid=ARAk&ad_id=120215559412340678"
CART = {
    "currency": "USD",
    "lines": [
        {"sku": "data-pass-30d", "quantity": 1, "price": "49.99"},
        {"sku": "phone-case-blk", "quantity": 1, "price": "49.98"},
    ],
}


@pytest.fixture
def browser(
    connectly_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[TestClient]:
    monkeypatch.setenv("CONNECTLY_OUTBOX_URL", f"sqlite://{tmp_path}/connectly.db")
    monkeypatch.syspath_prepend(Path(__file__).parent)
    sys.modules.pop("shop", None)
    shop = importlib.import_module("shop")
    # A busy machine is no reason to fail.
    shop.outbox = AsyncOutbox.open(os.environ["CONNECTLY_OUTBOX_URL"], enqueue_timeout=60)
    with TestClient(shop.app, base_url="https://shop.example") as browser:
        yield browser


def test_an_order_after_a_connectly_link_is_reported(
    browser: TestClient, connectly_sandbox: Sandbox
) -> None:
    browser.get(LINK)
    order_id = browser.post("/checkout", json=CART).json()["order_id"]
    connectly_sandbox.wait_for(1)
    received = connectly_sandbox.assert_reported(order_id, value="99.97", currency="USD")
    assert received.body["attribution"]["meta_ctwa"]["ad_id"] == "120215559412340678"
    assert received.body["payload"]["num_items"] == 2


def test_anybody_elses_order_is_not(browser: TestClient, connectly_sandbox: Sandbox) -> None:
    browser.get("/?utm_source=news")
    assert browser.post("/checkout", json=CART).status_code == 200
    assert connectly_sandbox.requests == []


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_checkout_never_fails_for_its_report(
    browser: TestClient, connectly_sandbox: Sandbox, status: int
) -> None:
    connectly_sandbox.fail_next(status=status, retry_after=3600, times=0)
    browser.get(LINK)
    assert browser.post("/checkout", json=CART).status_code == 200


def test_an_order_outlives_an_outage(browser: TestClient, connectly_sandbox: Sandbox) -> None:
    connectly_sandbox.fail_next(status=503, times=2)
    browser.get(LINK)
    order_id = browser.post("/checkout", json=CART).json()["order_id"]
    connectly_sandbox.wait_for(1)
    connectly_sandbox.assert_reported(order_id, times=1)


def test_an_outbox_that_cannot_be_opened_fails_no_checkout(
    browser: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "connectly.db").unlink(missing_ok=True)
    (tmp_path / "connectly.db").mkdir()
    browser.get(LINK)
    assert browser.post("/checkout", json=CART).status_code == 200


@pytest.mark.parametrize("query", ["", "?sendout_id=so-4815", "?q=%ff%00&&=", "?ad_id=1&lists=1"])
def test_an_ordinary_visitor_sees_the_page(browser: TestClient, query: str) -> None:
    page = browser.get("/" + query)
    assert page.status_code == 200
    assert "set-cookie" not in page.headers


def test_a_page_that_sets_a_cookie_is_nobody_elses(browser: TestClient) -> None:
    assert browser.get(LINK).headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in browser.get(LINK).headers  # nothing has changed
