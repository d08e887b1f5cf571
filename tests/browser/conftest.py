"""Shops, browsers and a sandbox: ``pytest tests/browser --shop django``."""

from __future__ import annotations

import json
import os
import shutil
import signal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
import pytest
from connectly_conversions import Sandbox
from playwright.sync_api import Page, Playwright, sync_playwright

# Before they are imported: their assertions tell what they found.
pytest.register_assert_rewrite("reported", "running", "shopper")

from reported import Reported
from running import BUSINESS, KEY, Shop
from shopper import Shopper
from shops import SHOPS, Description
from tests.django.databases import postgresql
from tests.servers.running import PATIENCE

# A shell that starts a job in the background lets it ignore SIGINT, and its children inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

ARGUMENTS = [
    "--no-sandbox",  # CI is root
    "--disable-gpu",
    "--disable-background-networking",
    # Nothing but this machine is reached, whatever the shell says of proxies.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WITHOUT_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}
"""What Chromium writes down where its settings say "block all cookies"."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shop", action="append", choices=sorted(SHOPS), help="all unless given")
    parser.addoption("--wheel", help="the wheel that the READMEs' commands install")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shop_name" in metafunc.fixturenames:
        metafunc.parametrize("shop_name", metafunc.config.getoption("--shop") or sorted(SHOPS))


@pytest.fixture
def description(shop_name: str) -> Description:
    return SHOPS[shop_name]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(api_key=KEY, business_id=BUSINESS) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, Any]]:
    """A PostgreSQL for all tests that ask for one."""
    with postgresql() as server:
        yield server


@pytest.fixture
def database_url(description: Description, request: pytest.FixtureRequest) -> str | None:
    """A database of its own for each test of a shop that is given one."""
    if not description.has_server:
        return None
    server = request.getfixturevalue("server")
    host, user = server["HOST"], server["USER"]
    with psycopg.connect(host=host, user=user, dbname=server["NAME"], autocommit=True) as session:
        count = session.execute("SELECT count(*) FROM pg_database").fetchone()
        assert count is not None
        name = f"shop_{count[0]}"
        session.execute(f"CREATE DATABASE {name}")
    return f"postgresql://{user}@{quote(host, safe='')}/{name}"


@pytest.fixture
def shop(
    description: Description, sandbox: Sandbox, tmp_path: Path, database_url: str | None
) -> Iterator[Shop]:
    data = tmp_path / "data"
    data.mkdir()
    with Shop(description, sandbox, data, database_url) as shop:
        yield shop


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # Playwright's driver is a process too: it gets no secrets of a developer's shell.
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    assert found, "Chromium is missing: make test-browser installs it"
    return found


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def shopper(browser: Browser, shop: Shop) -> Iterator[Shopper]:
    """A shopper whose browser has never been here."""
    with browser.new_context() as context:
        yield Shopper(_patient(context.new_page()), shop.url)


@pytest.fixture
def another_shopper(browser: Browser, shop: Shop) -> Iterator[Shopper]:
    """Somebody else, by another ad."""
    with browser.new_context() as context:
        yield Shopper(_patient(context.new_page()), shop.url)


@pytest.fixture
def shopper_without_cookies(
    playwright: Playwright, chromium: str, shop: Shop, tmp_path: Path
) -> Iterator[Shopper]:
    """A shopper who has forbidden all cookies in Chromium's own settings."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    preferences = profile / "Default" / "Preferences"
    preferences.write_text(json.dumps(WITHOUT_COOKIES), encoding="utf-8")
    with playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium, args=ARGUMENTS
    ) as context:
        yield Shopper(_patient(context.pages[0]), shop.url)


def _patient(page: Page) -> Page:
    page.set_default_timeout(PATIENCE * 1000)
    return page


@pytest.fixture
def reported(shop: Shop, sandbox: Sandbox, another_shopper: Shopper) -> Reported:
    return Reported(shop, sandbox, another_shopper)
