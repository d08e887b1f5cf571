"""A Django project on a real database: ``pytest tests/django --database postgresql``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

import django
from connectly_conversions import Sandbox, TrackingParams

from ..conftest import BUSINESS, KEY, VISIT
from .databases import SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

CORE_SCHEMA = Path(__file__).parents[3] / "core" / "schema"
_CONNECTLY = {"BUSINESS_ID": BUSINESS, "API_KEY": KEY}
_running = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=sorted(SERVERS), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    database = _running.enter_context(SERVERS[config.getoption("--database")]())
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CONNECTLY=_CONNECTLY,
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "corsheaders",
            "connectly_conversions.django",
            "tests.django.shop.apps.ShopConfig",
        ],
        # As the README has them for a front end on another host.
        CORS_ALLOWED_ORIGINS=["https://www.shop.example"],
        CORS_ALLOW_CREDENTIALS=True,
        MIDDLEWARE=[
            "corsheaders.middleware.CorsMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "connectly_conversions.django.middleware.ConnectlyMiddleware",
        ],
        ROOT_URLCONF="tests.django.shop.urls",
        SECRET_KEY="of-a-test",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        TIME_ZONE="America/Mexico_City",
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


def pytest_unconfigure() -> None:
    if settings.configured:
        from django.db import connections

        connections.close_all()
    _running.close()


@pytest.fixture
def connection() -> BaseDatabaseWrapper:
    from django.db import connection

    return connection


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """Each test begins with empty tables, and with connections of its own."""
    from django.contrib.sessions.models import Session
    from django.db import connection

    from connectly_conversions.django.middleware import visits
    from connectly_conversions.django.models import BoundTracking, OutboxControl, OutboxEvent

    from .shop.models import Cart, Order

    visits.clear()
    yield
    assert not connection.in_atomic_block
    for model in (BoundTracking, OutboxEvent, Order, Cart, Session):
        model.objects.all().delete()
    OutboxControl.objects.exclude(business_id="").delete()
    connection.close()


@pytest.fixture
def connectly() -> Iterator[Any]:
    """Sets members of ``CONNECTLY`` for one test."""
    from django.test import override_settings

    with ExitStack() as stack:

        def override(**members: Any) -> None:
            # Left out where they are None.
            given = {**settings.CONNECTLY, **members}
            chosen = {name: value for name, value in given.items() if value is not None}
            stack.enter_context(override_settings(CONNECTLY=chosen))

        yield override


@pytest.fixture
def tracking() -> TrackingParams:
    return TrackingParams(**VISIT)


@pytest.fixture
def sandbox(connectly: Any) -> Iterator[Sandbox]:
    with Sandbox(api_key=KEY, business_id=BUSINESS) as sandbox:
        connectly(BASE_URL=sandbox.url)
        yield sandbox


# A developer's shell may hold anything; a worker of another process has only what it is told.
os.environ.pop("DJANGO_SETTINGS_MODULE", None)
