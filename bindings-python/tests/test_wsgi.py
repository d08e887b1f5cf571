"""The WSGI middleware, in a real Flask app and as the specification (PEP 3333) has its callers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode
from wsgiref.validate import validator

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient

from connectly_conversions import COOKIE_NAME, Landing, TrackingParams, Visit
from connectly_conversions.wsgi import ConnectlyMiddleware, tracking_for, visits

from .conftest import VISIT

LANDING = f"/?{urlencode(VISIT)}"
OTHER = f"/?{urlencode({**VISIT, 'cnct_tracking_id': 'trk-other'})}"
OURS = VISIT["cnct_tracking_id"]


@pytest.fixture(autouse=True)
def _counts_anew() -> None:
    visits.clear()


class _Browser(FlaskClient):
    """Reads each answer to its end and closes it, as a server does."""

    def open(self, *args: Any, **options: Any) -> Any:
        return super().open(*args, **{"buffered": True, **options})


def _shop(**options: Any) -> Flask:
    app = Flask(__name__)
    app.test_client_class = _Browser
    # Outside and inside, the standard library checks every call against the specification.
    app.wsgi_app = validator(ConnectlyMiddleware(validator(app.wsgi_app), **options))  # type: ignore[method-assign]

    @app.route("/", methods=["GET", "POST"])
    def page() -> dict[str, Any]:
        params = tracking_for(request)
        return {"known": params and params.cnct_tracking_id}

    @app.get("/cached")
    def cached() -> Response:
        return Response("a page", headers={"Cache-Control": "public, max-age=600"})

    return app


def _known(response: Any) -> Any:
    return response.json["known"]


def test_a_landing_is_kept_in_a_cookie() -> None:
    browser = _shop().test_client()

    response = browser.get(LANDING, base_url="https://shop.example")

    assert _known(response) == OURS
    assert response.headers["Cache-Control"] == "private, no-store"
    [cookie] = response.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"{COOKIE_NAME}=v1.")
    assert cookie.endswith("; Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert _known(browser.get("/", base_url="https://shop.example")) == OURS
    assert visits == {"captured": 1}


def test_what_is_known_is_not_written_again() -> None:
    browser = _shop().test_client()
    browser.get(LANDING)

    again = browser.get(LANDING)

    assert "Set-Cookie" not in again.headers
    assert "Cache-Control" not in again.headers
    assert visits["kept"] == 1


def test_a_page_without_params_stays_as_it_is() -> None:
    response = _shop().test_client().get("/cached")
    assert response.headers["Cache-Control"] == "public, max-age=600"
    assert "Set-Cookie" not in response.headers
    assert not visits


def test_a_cached_landing_is_handed_to_nobody_else() -> None:
    response = _shop().test_client().get(f"/cached?{urlencode(VISIT)}")
    assert response.headers.getlist("Cache-Control") == ["private, no-store"]


def test_a_session_of_the_environment_keeps_them_as_well() -> None:
    kept: dict[str, Any] = {}
    app = _shop(session="beaker.session")
    inner = app.wsgi_app

    def with_sessions(environ: dict[str, Any], start_response: Any) -> Any:
        return inner({**environ, "beaker.session": kept}, start_response)

    app.wsgi_app = with_sessions  # type: ignore[assignment,method-assign]
    app.test_client().get(LANDING)
    assert TrackingParams.from_dict(kept["connectly_tracking"]).cnct_tracking_id == OURS
    assert _known(app.test_client().get("/")) == OURS


def test_a_bad_visit_breaks_nothing_displaces_nothing_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    browser = _shop().test_client()
    browser.get(LANDING)
    with caplog.at_level(logging.WARNING, "connectly_conversions"):
        partial = browser.get("/?cnct_tracking_id=trk-new")
        invalid = browser.get(f"/?{urlencode({**VISIT, 'ad_id': 'x' * 1025})}")

    assert [_known(partial), _known(invalid)] == [OURS, OURS]
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
    browser = _shop().test_client()
    response = browser.open(LANDING, method=method, headers=headers)
    assert "Set-Cookie" not in response.headers
    assert _known(browser.get("/")) is None
    assert not visits


def test_the_first_visit_counts_where_the_landing_says_so() -> None:
    browser = _shop(landing=Landing("first")).test_client()
    browser.get(LANDING)
    assert _known(browser.get(OTHER)) == OURS


def test_without_consent_nothing_is_kept_and_what_was_kept_goes() -> None:
    browser = _shop(consent=lambda environ: "no" not in environ["HTTP_COOKIE"]).test_client()
    browser.set_cookie("consent", "yes")
    browser.get(LANDING)
    browser.set_cookie("consent", "no")

    response = browser.get("/")

    assert _known(response) is None
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert _known(browser.get(LANDING)) is None


def test_a_rule_of_the_shop_that_fails_breaks_no_page(caplog: pytest.LogCaptureFixture) -> None:
    def broken(environ: Any) -> bool:
        raise RuntimeError("of the shop")

    response = _shop(consent=broken).test_client().get(LANDING)

    assert (response.status_code, _known(response)) == (200, None)
    assert "Set-Cookie" not in response.headers
    assert "could not be kept" in caplog.text


def test_visits_are_told_and_whoever_fails_at_that_breaks_no_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[tuple[str, str]] = []

    def tell(environ: Any, visit: Visit) -> None:
        told.append((environ["PATH_INFO"], visit.count))
        raise RuntimeError("of the shop")

    browser = _shop(on_visit=tell).test_client()
    browser.get("/")
    assert _known(browser.get(LANDING)) == OURS
    assert told == [("/", "captured")]
    assert "on_visit failed" in caplog.text


def _call(app: Any, query: str = urlencode(VISIT), **environ: Any) -> tuple[list[Any], list[Any]]:
    """What a server hands over, and what it gets: the calls of `start_response`, and the body."""
    started: list[Any] = []

    def start_response(*arguments: Any) -> Any:
        started.append(arguments)
        return started.append

    given = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": query, **environ}
    return started, list(ConnectlyMiddleware(app)(given, start_response))


def test_headers_are_replaced_after_an_error_and_its_trace_is_handed_on() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Cache-Control", "public")])
        try:
            {}["in the middle of the page"]
        except KeyError:
            start_response("500 Oops", [("Content-Type", "text/plain")], sys.exc_info())
        return [b"failed"]

    started, body = _call(app)

    assert body == [b"failed"]
    (ok, headers), (status, after, trace) = started
    assert (ok, status) == ("200 OK", "500 Oops")
    assert isinstance(trace[1], KeyError)
    for sent in (headers, after):
        assert [value for name, value in sent if name == "Cache-Control"] == ["private, no-store"]
        assert len([value for name, value in sent if name == "Set-Cookie"]) == 1
    assert after[0] == ("Content-Type", "text/plain")


def test_what_an_app_writes_goes_out() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        write = start_response("200 OK", [])
        write("written")
        return []

    started, _ = _call(app)
    assert started[1] == "written"


def test_what_is_streamed_is_the_app_s_own_and_is_closed_by_the_server() -> None:
    class Pieces:
        closed = False

        def __iter__(self) -> Iterator[bytes]:
            yield b"one"

        def close(self) -> None:
            self.closed = True

    pieces = Pieces()

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return pieces

    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": urlencode(VISIT)}
    assert ConnectlyMiddleware(app)(environ, lambda *_: None) is pieces


def test_bytes_that_no_browser_has_encoded_are_read_as_utf_8() -> None:
    found: list[Any] = []

    def app(environ: Any, start_response: Any) -> Any:
        found.append(tracking_for(environ))
        return []

    _call(app, urlencode(VISIT).replace(OURS, "trk-é".encode().decode("latin-1")))
    assert found[0].cnct_tracking_id == "trk-é"


@pytest.mark.parametrize(
    "query", ["q=%ff%00&&=&;", "sendout_id=only", "\xff\x00", "\u0101", "?" * 9]
)
def test_no_query_breaks_a_page(query: str) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return [b"a page"]

    cookies = "cnct_tracking=%\xff; =;;"
    started, body = _call(
        app, query, HTTP_COOKIE=cookies, HTTP_HOST="\xff", HTTP_USER_AGENT="\ud800"
    )
    assert (started, body) == ([("200 OK", [])], [b"a page"])


def test_many_visitors_at_once_are_kept_apart() -> None:
    app = _shop()

    def visit(number: int) -> tuple[str, int]:
        query = urlencode({**VISIT, "cnct_tracking_id": f"trk-{number}"})
        response = app.test_client().get(f"/?{query}")
        return _known(response), len(response.headers.getlist("Set-Cookie"))

    with ThreadPoolExecutor(8) as visitors:
        assert list(visitors.map(visit, range(200))) == [(f"trk-{n}", 1) for n in range(200)]
    assert visits == {"captured": 200}


def test_without_the_middleware_its_absence_is_told(caplog: pytest.LogCaptureFixture) -> None:
    assert tracking_for({"REQUEST_METHOD": "GET"}) is None
    assert "put it around the app" in caplog.text
