"""The README's snippets, as they stand: the shops are driven, the rest runs as one program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django.conf
import django.http
import django.test
import pytest

from connectly_conversions import COOKIE_NAME, Sandbox, TrackingParams

from .conftest import VISIT

README = Path(__file__).parents[1] / "README.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
SHOP, DJANGO, *PROGRAM = SNIPPETS

# What visitors come with that is no Connectly link, or a broken one.
ORDINARY = ["/", "/?utm_source=x&ad_id=1", "/?q=%ff%00&&=&;", "/?sendout_id=only", "/%ff?lists=1"]


@dataclass
class Line:
    sku: str
    quantity: int
    price: Decimal


@dataclass
class Order:
    id: str
    total: Decimal
    lines: list[Line]
    placed_at: datetime


def run(snippet: str, **names: Any) -> dict[str, Any]:
    names["__name__"] = "snippet"
    exec(compile(snippet, str(README), "exec"), names)
    return names


@pytest.fixture
def shop() -> dict[str, Any]:
    lines = [Line("data-pass-30d", 1, Decimal("49.99")), Line("case", 1, Decimal("49.98"))]
    order = Order("ORD-7821", Decimal("99.97"), lines, datetime.now(timezone.utc))
    return run(SHOP, place_order=lambda: order)


def test_the_shop_reports_an_order(shop: dict[str, Any], connectly_sandbox: Sandbox) -> None:
    visitor = shop["app"].test_client()
    landing = visitor.get(f"/?{urlencode(VISIT)}", base_url="http://localhost")
    assert landing.headers["Cache-Control"] == "private, no-store"
    assert visitor.post("/checkout", base_url="http://localhost").json == {"order": "ORD-7821"}
    shop["reports"].shutdown()
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", currency="USD")


def test_the_shop_survives_ordinary_visitors(shop: dict[str, Any]) -> None:
    for path in ORDINARY:
        answer = shop["app"].test_client().get(path)
        assert answer.status_code == 404  # it has no such page
        assert "Set-Cookie" not in answer.headers
    with shop["app"].test_client() as visitor:
        visitor.set_cookie(COOKIE_NAME, "v1.nonsense")
        assert visitor.post("/checkout").json == {"order": "ORD-7821"}


def test_a_checkout_waits_for_no_report(
    shop: dict[str, Any], connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    connectly_sandbox.fail_next(kind="hang", times=0)
    with shop["app"].test_client() as visitor:
        visitor.set_cookie(COOKIE_NAME, tracking.to_cookie())
        answers = [visitor.post("/checkout").json for _ in range(8)]
    assert answers == [{"order": "ORD-7821"}] * 8
    connectly_sandbox.stop()  # ends what hangs
    shop["reports"].shutdown(cancel_futures=True)


def test_djangos_middleware() -> None:
    if not django.conf.settings.configured:
        django.conf.settings.configure(ALLOWED_HOSTS=["*"])
    middleware = run(DJANGO)["remember_the_visit"](lambda _: django.http.HttpResponse("page"))
    requests = django.test.RequestFactory()
    answer = middleware(requests.get(f"/?{urlencode(VISIT)}"))
    cookie = answer.cookies[COOKIE_NAME]
    restored = TrackingParams.from_cookie(cookie.value)
    assert restored.sendout_id == VISIT["sendout_id"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/", True, "Lax")
    assert answer["Cache-Control"] == "private, no-store"
    for path in ORDINARY:
        ordinary = middleware(requests.get(path))
        assert (ordinary.status_code, len(ordinary.cookies)) == (200, 0)


def test_the_rest_runs_from_top_to_bottom(connectly_sandbox: Sandbox) -> None:
    names: dict[str, Any] = {}
    for snippet in PROGRAM:
        names |= run(snippet, **names)
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", times=3)

    connectly_sandbox.reset()
    names["test_an_order_is_reported"](connectly_sandbox)
