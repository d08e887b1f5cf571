"""What a project has set wrong is said when it starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import override_settings

from ..conftest import BUSINESS, KEY


class Elsewhere:
    """A router that keeps the outbox away from the orders."""

    def allow_migrate(self, database: str, app_label: str, **_: Any) -> bool | None:
        return False if app_label == "connectly" else None

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "warehouse" if model._meta.app_label == "connectly" else None


def _found() -> list[str]:
    return sorted({str(message.id) for message in run_checks(tags=["connectly"])})


def _with(**members: Any) -> override_settings:
    return override_settings(CONNECTLY={"BUSINESS_ID": BUSINESS, "API_KEY": KEY, **members})


def test_a_project_that_is_set_right_passes() -> None:
    assert _found() == []


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"BUSINES_ID": "1"}, ["connectly.E001"]),
        ({"TOUCH": "middle"}, ["connectly.E002"]),
        ({"COOKIE_DOMAIN": "localhost"}, ["connectly.E002"]),
        ({"VALUE": "gross"}, ["connectly.E002"]),
        ({"CONSENT": "shop.nothing.there"}, ["connectly.E002"]),
        ({"BUSINESS_ID": "4711"}, ["connectly.E003"]),
        ({"BUSINESSES": {"4711": "key"}}, ["connectly.E003"]),
        ({"DATABASES": ["warehouse"]}, ["connectly.E004", "connectly.E005"]),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(members: dict[str, Any], found: list[str]) -> None:
    with _with(**members):
        assert _found() == found


def test_a_router_that_keeps_the_outbox_from_the_orders_is_refused() -> None:
    with override_settings(DATABASE_ROUTERS=["tests.django.test_checks.Elsewhere"]):
        assert _found() == ["connectly.E005"]


def test_a_middleware_that_is_missing_or_too_early_is_told() -> None:
    ours = settings.MIDDLEWARE[-1]
    with override_settings(MIDDLEWARE=settings.MIDDLEWARE[:-1]):
        assert _found() == ["connectly.W001"]
    with override_settings(MIDDLEWARE=[ours, *settings.MIDDLEWARE[:-1]]):
        assert _found() == ["connectly.W002"]


def test_the_models_are_what_the_migrations_make() -> None:
    call_command("makemigrations", "connectly", check=True, dry_run=True, verbosity=0)
