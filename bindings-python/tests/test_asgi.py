"""The ASGI middleware, in real Starlette and FastAPI apps."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import Depends, FastAPI, Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from connectly_conversions import COOKIE_NAME, Landing, TrackingParams, Visit
from connectly_conversions.asgi import ConnectlyMiddleware, tracking_for, visits

from .conftest import VISIT

LANDING = f"/?{urlencode(VISIT)}"
OTHER = f"/?{urlencode({**VISIT, 'cnct_tracking_id': 'trk-other'})}"
OURS = VISIT["cnct_tracking_id"]


@pytest.fixture(autouse=True)
def _counts_anew() -> None:
    visits.clear()


class Sessions:
    """Sessions in memory, as Starlette's middleware has them in a cookie."""

    def __init__(self, app: Any, kept: dict[str, Any]) -> None:
        self._app, self._kept = app, kept

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["session"] = self._kept
        await self._app(scope, receive, send)


def _shop(kept: dict[str, Any] | None = None, **options: Any) -> FastAPI:
    app = FastAPI()
    app.add_middleware(ConnectlyMiddleware, **options)
    if kept is not None:
        app.add_middleware(Sessions, kept=kept)

    @app.api_route("/", methods=["GET", "HEAD", "POST"])
    async def page(request: Request) -> str | None:
        params = tracking_for(request)
        return params and params.cnct_tracking_id

    @app.get("/cached")
    async def cached() -> Response:
        return Response("a page", headers={"Cache-Control": "public, max-age=600"})

    return app


def _browser(app: Any) -> TestClient:
    return TestClient(app, base_url="https://shop.example")


def test_a_landing_is_kept_in_a_cookie() -> None:
    browser = _browser(_shop())

    response = browser.get(LANDING)

    assert response.json() == OURS
    assert response.headers["cache-control"] == "private, no-store"
    [cookie] = response.headers.get_list("set-cookie")
    assert cookie.startswith(f"{COOKIE_NAME}=v1.")
    assert cookie.endswith("; Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert browser.get("/").json() == OURS
    assert visits == {"captured": 1}


def test_what_is_known_is_not_written_again() -> None:
    browser = _browser(_shop())
    browser.get(LANDING)

    again = browser.get(LANDING)

    assert "set-cookie" not in again.headers
    assert "cache-control" not in again.headers
    assert visits["kept"] == 1


def test_a_session_keeps_them_as_well() -> None:
    kept: dict[str, Any] = {}
    browser = _browser(_shop(kept))
    browser.get(LANDING)
    assert TrackingParams.from_dict(kept["connectly_tracking"]).cnct_tracking_id == OURS

    browser.cookies.clear()

    assert browser.get("/").json() == OURS


def test_a_session_of_another_program_is_no_failure() -> None:
    kept: dict[str, Any] = {"connectly_tracking": {"of": "another"}}
    browser = _browser(_shop(kept))
    assert browser.get("/").json() is None
    assert browser.get(LANDING).json() == OURS


def test_cookie_and_session_can_be_turned_off() -> None:
    kept: dict[str, Any] = {}
    assert "set-cookie" not in _browser(_shop(kept, cookie=False)).get(LANDING).headers
    assert kept

    kept = {}
    assert "set-cookie" in _browser(_shop(kept, session=None)).get(LANDING).headers
    assert not kept


def test_a_page_without_params_stays_as_it_is() -> None:
    kept: dict[str, Any] = {}
    response = _browser(_shop(kept)).get("/cached")
    assert response.headers["cache-control"] == "public, max-age=600"
    assert "set-cookie" not in response.headers
    assert not kept
    assert not visits


def test_a_cached_landing_is_handed_to_nobody_else() -> None:
    response = _browser(_shop()).get(f"/cached?{urlencode(VISIT)}")
    assert response.headers.get_list("cache-control") == ["private, no-store"]


def test_a_bad_visit_breaks_nothing_displaces_nothing_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    browser = _browser(_shop())
    browser.get(LANDING)
    with caplog.at_level(logging.WARNING, "connectly_conversions"):
        partial = browser.get("/?cnct_tracking_id=trk-new")
        invalid = browser.get(f"/?{urlencode({**VISIT, 'ad_id': 'x' * 1025})}")

    assert [partial.json(), invalid.json()] == [OURS, OURS]
    assert (visits["partial"], visits["invalid"]) == (1, 1)
    assert len(caplog.records) == 2
    assert "trk-new" not in caplog.text


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("POST", {}),
        ("GET", {"Sec-Purpose": "prefetch"}),
        ("GET", {"User-Agent": "WhatsApp/2.23.20.0 A"}),
    ],
)
def test_what_is_no_visit_is_skipped(method: str, headers: dict[str, str]) -> None:
    browser = _browser(_shop())
    response = browser.request(method, LANDING, headers=headers)
    assert "set-cookie" not in response.headers
    assert browser.get("/").json() is None
    assert not visits


def test_the_last_visit_counts_unless_the_first_one_does() -> None:
    browser = _browser(_shop())
    browser.get(LANDING)
    assert browser.get(OTHER).json() == "trk-other"

    browser = _browser(_shop(landing=Landing("first")))
    browser.get(LANDING)
    assert browser.get(OTHER).json() == OURS


def test_without_consent_nothing_is_kept_and_what_was_kept_goes() -> None:
    def has_consent(scope: Any) -> bool:
        return StarletteRequest(scope).cookies.get("consent") != "no"

    kept: dict[str, Any] = {}
    browser = _browser(_shop(kept, consent=has_consent))
    browser.get(LANDING)
    browser.cookies.set("consent", "no", domain="shop.example")

    response = browser.get("/")

    assert response.json() is None
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert not kept
    assert browser.get(LANDING).json() is None


def test_a_rule_of_the_shop_that_fails_breaks_no_page(caplog: pytest.LogCaptureFixture) -> None:
    def broken(scope: Any) -> bool:
        raise RuntimeError("of the shop")

    response = _browser(_shop(consent=broken)).get(LANDING)

    assert (response.status_code, response.json()) == (200, None)
    assert "set-cookie" not in response.headers
    assert "could not be kept" in caplog.text


def test_visits_are_told_and_whoever_fails_at_that_breaks_no_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[tuple[str, str]] = []

    def tell(scope: Any, visit: Visit) -> None:
        told.append((scope["path"], visit.count))
        raise RuntimeError("of the shop")

    browser = _browser(_shop(on_visit=tell))
    browser.get("/")
    assert browser.get(LANDING).json() == OURS
    assert told == [("/", "captured")]
    assert "on_visit failed" in caplog.text


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"q=%ff%00&&=&;",
        b"sendout_id=only",
        b"\xff\x00",
        b"cnct_tracking_id=\xe9\xff",
        b"?" * 9,
    ],
)
def test_no_query_breaks_a_page(query: bytes) -> None:
    async def visit() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"cookie", b"cnct_tracking=%\xff; =;;"), (b"host", b"\xff"), (b"\xff", b"")]
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": query}
        await _shop()({**scope, "headers": headers}, receive, send)
        return sent

    start, *_ = asyncio.run(visit())
    assert start["status"] == 200


def test_bytes_that_no_browser_has_encoded_are_read_as_utf_8() -> None:
    link = LANDING.replace(OURS, "trk-é")

    async def visit() -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        query = link.removeprefix("/?").encode()
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": query}
        await _shop()({**scope, "headers": []}, receive, send)
        return sent

    assert asyncio.run(visit())[1]["body"].decode() == '"trk-é"'


def test_what_is_streamed_is_streamed() -> None:
    """The second piece is written only once the first one has arrived."""
    app, arrived = FastAPI(), asyncio.Event()
    app.add_middleware(ConnectlyMiddleware)

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        await asyncio.wait_for(arrived.wait(), 60)
        yield b"two"

    @app.get("/")
    async def stream() -> StreamingResponse:
        return StreamingResponse(pieces())

    async def visit() -> list[bytes]:
        bodies: list[bytes] = []

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body" and message["body"]:
                bodies.append(message["body"])
                arrived.set()

        async def receive() -> Any:
            await asyncio.Event().wait()

        query = urlencode(VISIT).encode()
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": query}
        await app({**scope, "headers": [], "asgi": {"spec_version": "2.4"}}, receive, send)
        return bodies

    assert asyncio.run(visit()) == [b"one ", b"two"]


def test_a_websocket_is_no_visit_but_its_visitor_is_known() -> None:
    app = _shop()

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept()
        params = tracking_for(socket)
        await socket.send_json(params and params.cnct_tracking_id)
        await socket.close()

    browser = _browser(app)
    with browser.websocket_connect(f"/live?{urlencode(VISIT)}") as socket:
        assert socket.receive_json() is None
    browser.get(LANDING)
    cookie = {"Cookie": f"{COOKIE_NAME}={browser.cookies[COOKIE_NAME]}"}
    with browser.websocket_connect("/live", headers=cookie) as socket:
        assert socket.receive_json() == OURS
    assert visits == {"captured": 1}


def test_the_lifespan_passes_through_untouched() -> None:
    seen: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    with TestClient(ConnectlyMiddleware(app)):
        pass
    [scope] = seen
    assert "connectly_conversions" not in scope


def test_it_serves_mounted_apps_and_dependencies() -> None:
    def params(request: Request) -> TrackingParams | None:
        return tracking_for(request)

    api, known = FastAPI(), Depends(params)

    @api.get("/cart")
    async def cart(found: TrackingParams | None = known) -> str | None:
        return found and found.ad_id

    async def home(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(tracking_for(request.scope) is not None)

    app = Starlette(
        routes=[Route("/", home), Mount("/api", api)],
        middleware=[Middleware(ConnectlyMiddleware)],
    )
    browser = _browser(app)
    assert browser.get(LANDING).json() is True
    assert browser.get("/api/cart").json() == VISIT["ad_id"]


def test_many_visitors_at_once_are_kept_apart() -> None:
    app = _shop()

    async def visit(number: int) -> tuple[str, int]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        query = urlencode({**VISIT, "cnct_tracking_id": f"trk-{number}"}).encode()
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": query}
        await app({**scope, "headers": []}, receive, send)
        return sent[1]["body"].decode(), len(
            [h for h in sent[0]["headers"] if h[0] == b"set-cookie"]
        )

    async def everybody() -> list[tuple[str, int]]:
        return await asyncio.gather(*(visit(number) for number in range(100)))

    assert asyncio.run(everybody()) == [(f'"trk-{number}"', 1) for number in range(100)]
    assert visits == {"captured": 100}


def test_without_the_middleware_its_absence_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert tracking_for({"type": "http"}) is None
    assert "put it around the app" in caplog.text
