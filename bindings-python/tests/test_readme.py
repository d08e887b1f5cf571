"""The README's snippets, as they stand: the shops are driven, the rest runs as one program."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from connectly_conversions import COOKIE_NAME, Client, Sandbox, TrackingParams

from .conftest import VISIT
from .servers.running import PATIENCE, Program, post

README = Path(__file__).parents[1] / "README.md"
# Django's chapter has a project of its own, in tests/django; the transactions, test_statements.py.
ELSEWHERE = r"\n## (Django|In your own transaction)\n.*?(?=\n## )"
TEXT = re.sub(ELSEWHERE, "", README.read_text(encoding="utf-8"), flags=re.DOTALL)
SHOP, GUNICORN, FASTAPI, *PROGRAM = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)

# Where the snippets have their outbox.
FILE = "/var/lib/shop/connectly.db"

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


def in_folder(snippet: str, folder: Path) -> str:
    """With its outbox in this folder, and patience for a busy machine."""
    return snippet.replace(
        f'"sqlite://{FILE}"', f'"sqlite://{folder}/connectly.db", enqueue_timeout=60'
    )


def run(snippet: str, folder: Path, **names: Any) -> dict[str, Any]:
    names["__name__"] = "snippet"
    snippet = in_folder(snippet, folder)
    exec(compile(snippet, str(README), "exec"), names)
    return names


@pytest.fixture
def shop(tmp_path: Path, connectly_sandbox: Sandbox) -> dict[str, Any]:
    lines = [Line("data-pass-30d", 1, Decimal("49.99")), Line("case", 1, Decimal("49.98"))]
    order = Order("ORD-7821", Decimal("99.97"), lines, datetime.now(timezone.utc))
    return run(SHOP, tmp_path, place_order=lambda: order)


def test_the_shop_reports_an_order(shop: dict[str, Any], connectly_sandbox: Sandbox) -> None:
    visitor = shop["app"].test_client()
    landing = visitor.get(f"/?{urlencode(VISIT)}", base_url="http://localhost")
    assert landing.headers["Cache-Control"] == "private, no-store"
    for _ in range(2):  # a customer who orders twice by one click counts once
        assert visitor.post("/checkout", base_url="http://localhost").json == {"order": "ORD-7821"}
    with Client() as client:
        shop["outbox"].deliver(client)
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", currency="USD", times=1)


def test_the_same_with_fastapi(tmp_path: Path, connectly_sandbox: Sandbox) -> None:
    async def place_order() -> Order:
        return Order("ORD-7821", Decimal("99.97"), [], datetime.now(timezone.utc))

    app = run(FASTAPI, tmp_path, place_order=place_order)["app"]
    with TestClient(app, base_url="https://shop.example") as visitor:
        landing = visitor.get(f"/?{urlencode(VISIT)}")
        assert landing.headers["cache-control"] == "private, no-store"
        for _ in range(2):
            assert visitor.post("/checkout").json() == {"order": "ORD-7821"}
        connectly_sandbox.wait_for(1, PATIENCE)
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", currency="USD", times=1)


def test_the_shop_survives_ordinary_visitors(shop: dict[str, Any]) -> None:
    for path in ORDINARY:
        answer = shop["app"].test_client().get(path)
        assert answer.status_code == 404  # it has no such page
        assert "Set-Cookie" not in answer.headers
    with shop["app"].test_client() as visitor:
        visitor.set_cookie(COOKIE_NAME, "v1.nonsense")
        assert visitor.post("/checkout").json == {"order": "ORD-7821"}


def test_a_checkout_survives_an_outbox_that_cannot_be_opened(
    shop: dict[str, Any], tracking: TrackingParams, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "connectly.db").mkdir()
    with shop["app"].test_client() as visitor:
        visitor.set_cookie(COOKIE_NAME, tracking.to_cookie())
        assert visitor.post("/checkout").json == {"order": "ORD-7821"}
    assert "order ORD-7821 could not be reported" in caplog.text


PLACE_ORDER = """
import itertools
from datetime import datetime, timezone
from decimal import Decimal
from types import SimpleNamespace

numbers = itertools.count()


def place_order():
    line = SimpleNamespace(sku="data-pass-30d", quantity=1, price=Decimal("99.97"))
    order_id = f"{os.getpid()}-{next(numbers)}"
    now = datetime.now(timezone.utc)
    return SimpleNamespace(id=order_id, total=line.price, lines=[line], placed_at=now)
"""


def test_the_shop_under_gunicorn(
    tmp_path: Path, connectly_sandbox: Sandbox, tracking: TrackingParams
) -> None:
    """Its API is away while the orders come; the workers deliver them when it is back."""
    program = in_folder(SHOP, tmp_path)
    (tmp_path / "shop.py").write_text("import os\n" + program + PLACE_ORDER, encoding="utf-8")
    (tmp_path / "gunicorn.conf.py").write_text(GUNICORN, encoding="utf-8")
    connectly_sandbox.fail_next(status=503, times=4)
    with Program(
        *("-m", "gunicorn", "--preload", f"--config={tmp_path}/gunicorn.conf.py"),
        *(f"--chdir={tmp_path}", "--bind=127.0.0.1:0", "--workers=2", "shop:app"),
        environment={},  # the sandbox's, which the fixture has set
    ) as shop:
        port = int(shop.wait_for(r"Listening at: http://127\.0\.0\.1:(\d+)")[0][1])
        cookie = f"{COOKIE_NAME}={tracking.to_cookie()}"
        answers = [post(port, "/checkout", Cookie=cookie) for _ in range(10)]
        received = connectly_sandbox.wait_for(10, PATIENCE)
        shop.stop()
    orders = sorted(json.loads(answer)["order"] for answer in answers)
    assert sorted(event.order_id or "" for event in received) == orders
    assert {event.times for event in received} == {1}


def test_the_rest_runs_from_top_to_bottom(connectly_sandbox: Sandbox, tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    for snippet in PROGRAM:
        names |= run(snippet, tmp_path, **names)
    connectly_sandbox.assert_reported("ORD-7821", value="99.97", times=4)

    connectly_sandbox.reset()
    names["test_an_order_is_reported"](connectly_sandbox)
