"""A page of a CDN beside a shop, as a real Chromium sees it: the capture snippet, and no server."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from connectly_conversions import COOKIE_NAME, SCRIPT_COOKIE_NAME, SNIPPET, TrackingParams

from shopper import AD, Shopper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reported import Reported
    from running import Shop

PAGE = '<script src="/connectly.js"></script><h1>Sale</h1><a href="{}/">To the shop</a>'


@pytest.fixture
def cdn(shop: Shop) -> Iterator[str]:
    """Serves the same bytes to everybody, and looks at nothing."""

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path == "/connectly.js"
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
            self.send_header("Cache-Control", "public, max-age=600")
            self.end_headers()
            self.wfile.write((SNIPPET if is_script else PAGE.format(shop.url)).encode())

        def log_message(self, format: str, *args: object) -> None:
            """A CDN's log is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _cookies(shopper: Shopper) -> dict[str, tuple[str, bool]]:
    cookies = shopper.page.context.cookies()
    ours = [cookie for cookie in cookies if cookie["name"].startswith("cnct_")]
    return {cookie["name"]: (cookie["value"], cookie["httpOnly"]) for cookie in ours}


def test_10_the_landing_is_a_page_of_a_cdn(cdn: str, shopper: Shopper, reported: Reported) -> None:
    shopper.page.goto(f"{cdn}/sale.html?{AD.query}")
    value, is_http_only = _cookies(shopper)[SCRIPT_COOKIE_NAME]
    params = TrackingParams.from_cookie(value)
    assert params.cnct_tracking_id == AD.cnct_tracking_id
    assert params.extra == {"utm_source": "whatsapp"}
    assert not is_http_only

    shopper.page.get_by_role("link", name="To the shop", exact=True).click()
    assert _cookies(shopper) == {COOKIE_NAME: (value, True)}
    reported.is_only(shopper.buys())


def test_a_page_of_a_cdn_that_nobody_came_to_by_an_ad_keeps_nothing(
    cdn: str, shopper: Shopper
) -> None:
    shopper.page.goto(f"{cdn}/sale.html?{AD.query.replace('sendout_id', 'sent')}")
    assert _cookies(shopper) == {}
