"""The README's chapter on Django, as it stands."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone

from connectly_conversions import Sandbox
from connectly_conversions.django import conf

from ..conftest import VISIT
from .shop.models import Order

README = Path(__file__).parents[2] / "README.md"
_CHAPTER = README.read_text(encoding="utf-8").split("\n## Django\n")[1].split("\n## ")[0]
SETTINGS, VIEWS, URLS = re.findall(r"```python\n(.*?)```", _CHAPTER, re.DOTALL)


def _run(snippet: str, **names: Any) -> dict[str, Any]:
    exec(compile(snippet, str(README), "exec"), names)
    return names


def test_the_settings_are_this_projects() -> None:
    names = _run(SETTINGS, INSTALLED_APPS=[], MIDDLEWARE=[])
    assert {*names["INSTALLED_APPS"]} <= {*settings.INSTALLED_APPS}
    assert {*names["MIDDLEWARE"]} <= {*settings.MIDDLEWARE}
    assert names["CONNECTLY"].keys() <= conf.KNOWN


def test_every_setting_is_told() -> None:
    told = {*re.findall(r"`([A-Z_]+)`", _CHAPTER)}
    assert told >= conf.KNOWN


def test_an_order_is_reported_by_its_webhook(sandbox: Sandbox) -> None:
    order = Order.objects.create()
    lines = [SimpleNamespace(sku="case", quantity=2, price=Decimal("49.985"))]
    paid = SimpleNamespace(all=lambda: lines)
    order.lines, order.paid_at = paid, timezone.now()  # type: ignore[attr-defined]
    shop = _run(VIEWS, place_order=lambda _: order, mark_as_paid=lambda _: order)
    requests = RequestFactory()

    shop["checkout"](requests.get("/", VISIT))
    for _ in range(2):  # a webhook comes twice
        shop["payment_webhook"](requests.post("/"))
    call_command("connectly_deliver", once=True, verbosity=0)

    sandbox.assert_reported(str(order.pk), value="99.97", times=1)


def test_the_headless_landing_has_a_url() -> None:
    (page,) = _run(URLS)["urlpatterns"]
    assert page.resolve("landing") is not None
