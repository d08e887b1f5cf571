"""A visit, as Python's frameworks have it; the rules are the contract's."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectly_conversions import (
    COOKIE_NAME,
    SCRIPT_COOKIE_NAME,
    ConfigurationError,
    Landing,
    TrackingParams,
)

LINK = "/phones?cnct_tracking_id=t1&sendout_id=s1&ctwa_clid=c1&ad_id=23851"
KNOWN = TrackingParams("t0", "s0", "c0", "1", captured_at=1746480000)


def test_a_page_s_link_is_captured_with_its_cookie() -> None:
    visit = Landing().visit("GET", LINK, headers={"Host": "shop.example"})
    assert visit.count == "captured"
    assert visit.params is not None
    [cookie] = visit.cookies
    assert cookie == (
        f"{COOKIE_NAME}={visit.params.to_cookie()}; "
        "Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Lax"
    )
    assert visit.no_store


@pytest.mark.parametrize("url", [LINK, LINK.encode(), urlsplit(f"https://shop.example{LINK}")])
def test_a_url_may_be_text_bytes_or_an_object(url: Any) -> None:
    assert Landing().visit("GET", url).count == "captured"


def _simple_cookie() -> SimpleCookie:
    cookie: SimpleCookie = SimpleCookie()
    cookie.load(f"theme=dark; {COOKIE_NAME}={KNOWN.to_cookie()}")
    return cookie


@pytest.mark.parametrize(
    "cookies",
    [
        {COOKIE_NAME: KNOWN.to_cookie(), "theme": "dark"},
        [(COOKIE_NAME, KNOWN.to_cookie())],
        f"theme=dark; {COOKIE_NAME}={KNOWN.to_cookie()}",
        f"{COOKIE_NAME}={KNOWN.to_cookie()}".encode(),
        _simple_cookie(),
    ],
    ids=["mapping", "pairs", "header", "header in bytes", "SimpleCookie"],
)
def test_cookies_come_in_any_of_python_s_forms(cookies: Any) -> None:
    assert Landing().visit("GET", "/checkout", cookies).params == KNOWN


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": f"{COOKIE_NAME}={KNOWN.to_cookie()}"},
        [("cookie", f"{COOKIE_NAME}={KNOWN.to_cookie()}")],
        [(b"host", b"shop.example"), (b"cookie", f"{COOKIE_NAME}={KNOWN.to_cookie()}".encode())],
    ],
    ids=["mapping", "pairs", "an ASGI scope's"],
)
def test_headers_come_in_any_of_python_s_forms(headers: Any) -> None:
    assert Landing().visit("GET", "/checkout", headers=headers).params == KNOWN


def test_what_a_session_holds_is_known() -> None:
    landing = Landing("first")
    visit = landing.visit("GET", LINK, stored=KNOWN)
    assert (visit.count, visit.params, visit.cookies) == ("kept", KNOWN, ())


def test_a_script_s_cookie_is_taken_over() -> None:
    visit = Landing().visit("GET", "/cart", {SCRIPT_COOKIE_NAME: KNOWN.to_cookie()})
    assert visit.params == KNOWN
    assert [cookie.split("=")[0] for cookie in visit.cookies] == [COOKIE_NAME, SCRIPT_COOKIE_NAME]


@pytest.mark.parametrize("consent", [False, None, 0, 1, "", "false", "yes"])
def test_without_consent_there_are_no_params(consent: Any) -> None:
    visit = Landing().visit("GET", LINK, stored=KNOWN, consent=consent)
    assert (visit.count, visit.skipped, visit.params) == ("skipped", "consent", None)


def test_what_a_visitor_sends_raises_nothing() -> None:
    headers = [("Host", "\x00"), ("User-Agent", "\ud800"), ("Cookie", ";;=;cnct_landing=%")]
    visit = Landing().visit("\ud800", "\ud800?\x00", {"cnct_tracking": "\ud800"}, headers)
    assert (visit.count, visit.skipped) == ("skipped", "method")


def test_max_age_may_be_a_timedelta() -> None:
    [cookie] = Landing(max_age=timedelta(days=7)).visit("GET", LINK).cookies
    assert "; Max-Age=604800;" in cookie


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"touch": "middle"}, "invalid_option"),
        ({"max_age": 0}, "invalid_timeout"),
        ({"max_age": timedelta(days=-1)}, "invalid_timeout"),
        ({"domain": "https://shop.example"}, "invalid_option"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(options: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Landing(**options)
    [name] = options
    assert caught.value.code == code
    assert caught.value.message.startswith(f"{name}: ")


@pytest.mark.parametrize("arguments", [{"cookies": 1}, {"headers": 1}, {"stored": "{}"}])
def test_an_argument_of_the_shop_s_that_is_none_raises(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Landing().visit("GET", "/", **arguments)
    with pytest.raises(ConfigurationError, match="now"):
        Landing().visit("GET", "/", now="today")


def test_the_repr_shows_no_values() -> None:
    landing = Landing()
    assert repr(landing.visit("GET", LINK)) == "<Visit count='captured'>"
    assert repr(landing.visit("HEAD", LINK)) == "<Visit count='skipped' skipped='method'>"
