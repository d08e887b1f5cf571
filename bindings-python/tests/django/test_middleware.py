"""What the middleware makes of visits."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from connectly_conversions import COOKIE_NAME
from connectly_conversions.django import visited
from connectly_conversions.django.middleware import visits

from ..conftest import VISIT

LANDING = f"/?{urlencode(VISIT)}"
OTHER = f"/?{urlencode({**VISIT, 'cnct_tracking_id': 'trk-other'})}"


def _known(response: Any) -> str | None:
    params = response.json()["params"]
    return params and params["cnct_tracking_id"]


def test_a_landing_is_kept_in_session_and_cookie() -> None:
    shop = Client()

    response = shop.get(LANDING)

    assert _known(response) == VISIT["cnct_tracking_id"]
    assert response["Cache-Control"] == "private, no-store"
    morsel = response.cookies[COOKIE_NAME]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert _known(shop.get("/")) == VISIT["cnct_tracking_id"]
    assert visits["captured"] == 1


def test_bytes_that_no_browser_has_encoded_are_read_as_utf_8() -> None:
    """As ``curl`` sends them; WSGI hands each byte over as a character."""
    link = LANDING.replace(VISIT["cnct_tracking_id"], "trk-é")
    assert _known(Client().get(link)) == "trk-é"

    async def visits_the_shop() -> str | None:
        return _known(await AsyncClient().get(f"/async{link[1:]}"))

    assert asyncio.run(visits_the_shop()) == "trk-é"


def test_either_alone_is_enough() -> None:
    for forgotten in (COOKIE_NAME, "sessionid"):
        shop = Client()
        shop.get(LANDING)
        del shop.cookies[forgotten]
        assert _known(shop.get("/")) == VISIT["cnct_tracking_id"]


def test_what_is_known_is_not_written_again() -> None:
    shop = Client()
    shop.get(LANDING)

    again = shop.get(LANDING)

    assert COOKIE_NAME not in again.cookies
    assert "Cache-Control" not in again


def test_a_page_without_params_stays_cacheable_and_opens_no_session() -> None:
    shop = Client()
    shop.cookies["sessionid"] = "of-somebody"
    with CaptureQueriesContext(connection) as queries:
        response = shop.get("/cached")

    assert response["Cache-Control"] == "public, max-age=600"
    assert not response.cookies
    assert len(queries) == 0
    assert not visits


def test_a_cached_landing_is_handed_to_nobody_else() -> None:
    response = Client().get(f"/cached?{urlencode(VISIT)}")

    assert response["Cache-Control"] == "private, no-store"


def test_a_bad_visit_breaks_nothing_displaces_nothing_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shop = Client()
    shop.get(LANDING)
    with caplog.at_level(logging.WARNING, "connectly_conversions"):
        partial = shop.get("/?cnct_tracking_id=trk-new")
        invalid = shop.get(f"/?{urlencode({**VISIT, 'ad_id': 'x' * 1025})}")

    assert [_known(partial), _known(invalid)] == [VISIT["cnct_tracking_id"]] * 2
    assert (visits["partial"], visits["invalid"]) == (1, 1)
    assert len(caplog.records) == 2
    assert "trk-new" not in caplog.text


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", {}),
        ("post", {}),
        ("get", {"HTTP_SEC_PURPOSE": "prefetch"}),
        ("get", {"HTTP_USER_AGENT": "WhatsApp/2.23.20.0 A"}),
    ],
)
def test_what_is_no_visit_is_skipped(method: str, headers: dict[str, str]) -> None:
    shop = Client()

    response = getattr(shop, method)(LANDING, **headers)

    assert not response.cookies
    assert _known(shop.get("/")) is None


def test_the_last_visit_counts_unless_the_first_one_does(connectly: Any) -> None:
    shop = Client()
    shop.get(LANDING)
    assert _known(shop.get(OTHER)) == "trk-other"

    connectly(TOUCH="first")
    shop = Client()
    shop.get(LANDING)
    assert _known(shop.get(OTHER)) == VISIT["cnct_tracking_id"]


def test_without_consent_nothing_is_kept_and_what_was_kept_goes(connectly: Any) -> None:
    connectly(CONSENT="tests.django.shop.rules.has_consent")
    shop = Client()
    shop.get(LANDING)
    shop.cookies["consent"] = "no"

    response = shop.get("/")

    assert _known(response) is None
    assert response.cookies[COOKIE_NAME]["max-age"] == "0"
    assert all("connectly_tracking" not in s.get_decoded() for s in Session.objects.all())
    assert _known(shop.get(LANDING)) is None


def test_a_cookie_of_a_domain_is_deleted_for_domain_and_host(connectly: Any) -> None:
    connectly(
        CONSENT="tests.django.shop.rules.has_consent",
        COOKIE_DOMAIN="shop.example",
    )
    shop = Client(HTTP_HOST="www.shop.example")
    assert shop.get(LANDING).cookies[f"{COOKIE_NAME} shop.example"]["domain"] == "shop.example"
    shop.cookies["consent"] = "no"

    deleted = [m for m in shop.get("/").cookies.values() if m.key == COOKIE_NAME]

    assert sorted(morsel["domain"] for morsel in deleted) == ["", "shop.example"]
    assert {morsel["max-age"] for morsel in deleted} == {"0"}


def test_cookie_and_session_can_be_turned_off(connectly: Any) -> None:
    connectly(COOKIE=False)
    shop = Client()
    assert COOKIE_NAME not in shop.get(LANDING).cookies
    assert _known(shop.get("/")) == VISIT["cnct_tracking_id"]

    connectly(COOKIE=True, SESSION=False)
    shop = Client()
    response = shop.get(LANDING)
    assert set(response.cookies) == {COOKIE_NAME}


def test_a_visit_is_told_to_whoever_listens() -> None:
    counts: list[str] = []

    def told(sender: Any, visit: Any, **_: Any) -> None:
        counts.append(visit.count)

    visited.connect(told)
    try:
        shop = Client()
        shop.get("/")
        shop.get(LANDING)
        shop.get(LANDING)
    finally:
        visited.disconnect(told)
    assert counts == ["captured", "kept"]


def test_a_rule_of_the_shop_that_fails_breaks_no_page(
    connectly: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Any) -> bool:
        raise RuntimeError("of the shop")

    connectly(CONSENT=broken)

    response = Client().get(f"/cached?{urlencode(VISIT)}")

    assert response.status_code == 200
    assert not response.cookies
    assert "could not be kept" in caplog.text


def test_async_views_are_served_without_leaving_the_loop() -> None:
    async def visits_the_shop() -> list[str | None]:
        shop = AsyncClient()
        return [_known(await shop.get(page)) for page in (f"/async{LANDING[1:]}", "/async")]

    assert asyncio.run(visits_the_shop()) == [VISIT["cnct_tracking_id"]] * 2
