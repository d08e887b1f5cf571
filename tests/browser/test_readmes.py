"""From `pip install` to a first reported order, by nothing but what a README says of Django."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from running import urlopen
from shopper import ITEMS, Shopper
from shops import DJANGO
from tests.servers.running import PATIENCE, Process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
ORDERS = "shop/orders.py"

# How this machine reaches its package registry.
REGISTRY = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("PIP_", "SSL_CERT_")) or name.lower().endswith("_proxy")
}


@dataclass(frozen=True)
class Chapter:
    """What a README says."""

    install: str
    settings: str
    orders: str
    serve: str
    status: str
    link: str


def _chapter(readme: str, heading: str) -> Chapter:
    text = (ROOT / readme).read_text(encoding="utf-8")
    chapter = re.split(r"\n##+ ", text.split(f"\n{heading}\n")[1])[0]
    install, serve, status = re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)
    settings, orders = re.findall(r"```python\n(.*?)```", chapter, re.DOTALL)[:2]
    link = re.search(r"`http://127\.0\.0\.1:8000(/\?\S+)`", chapter)
    assert link
    return Chapter(install, settings, orders, serve, status, link[1])


CHAPTERS = {
    "README.md": _chapter("README.md", "### In a Django shop, from nothing to a report"),
    "bindings-python/README.md": _chapter("bindings-python/README.md", "## Django"),
}


@pytest.fixture(params=CHAPTERS)
def chapter(request: pytest.FixtureRequest) -> Chapter:
    return CHAPTERS[request.param]


def test_the_code_is_the_examples(chapter: Chapter) -> None:
    quoted = chapter.orders.removeprefix(f"# {ORDERS}\n")
    assert quoted.strip() in (DJANGO.folder / ORDERS).read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A shop that has nothing of Connectly's yet, but for the orders' functions."""
    project = tmp_path / "project"
    shutil.copytree(DJANGO.folder, project, ignore=shutil.ignore_patterns("__pycache__"))
    settings = project / "project" / "settings.py"
    text = settings.read_text(encoding="utf-8")
    without = re.sub(r'^    "connectly_conversions\..*\n', "", text, flags=re.MULTILINE)
    without = re.sub(r"^CONNECTLY = \{\n.*?^\}\n", "", without, flags=re.MULTILINE | re.DOTALL)
    assert "connectly_conversions" not in without
    assert "\nCONNECTLY" not in without
    settings.write_text(without, encoding="utf-8")
    (project / ORDERS).unlink()
    return project


@pytest.fixture
def environment(tmp_path: Path, pytestconfig: pytest.Config, project: Path) -> dict[str, str]:
    """A new environment, where the shop is at home and the wheel can be had."""
    wheel = pytestconfig.getoption("--wheel")
    assert wheel, "make test-browser gives --wheel"
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    shops_own = project / "requirements.txt"
    subprocess.run([venv / "bin/pip", "install", "--quiet", "-r", shops_own], check=True)
    return {
        "PATH": f"{venv}/bin:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "PIP_FIND_LINKS": str(Path(wheel).resolve().parent),
        "PYTHONUNBUFFERED": "1",
        "SHOP_DATA": str(tmp_path),
        "SHOP_DEBUG": "1",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Any]:
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE * 1000)
        yield context.new_page()


def test_a_first_order_is_reported(
    chapter: Chapter, project: Path, environment: dict[str, str], visitor: Any
) -> None:
    def run(command: str, **more: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=project,
            env={**environment, **more},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    run(chapter.install, **{**REGISTRY, "PIP_FIND_LINKS": environment["PIP_FIND_LINKS"]})
    with (project / "project/settings.py").open("a", encoding="utf-8") as settings:
        settings.write(chapter.settings)
    (project / ORDERS).write_text(chapter.orders, encoding="utf-8")

    shop, sandbox = _free_port(), _free_port()
    serve = chapter.serve.replace("8000", str(shop)).replace("8099", str(sandbox))
    with Process("bash", "-euc", serve, cwd=project, environment=environment) as served:
        served.wait_for(rf"http://127\.0\.0\.1:{shop}/")
        visitor.goto(f"http://127.0.0.1:{shop}{chapter.link}")
        order = Shopper(visitor, f"http://127.0.0.1:{shop}").buys()

        deadline = time.monotonic() + PATIENCE
        status = chapter.status.replace("ORD-7821", order)
        while (record := json.loads(run(status)))["state"] != "accepted":
            assert time.monotonic() < deadline, (record, served.lines)

        with urlopen(f"http://127.0.0.1:{sandbox}/sandbox/received", timeout=PATIENCE) as answer:
            (received,) = json.load(answer)["received"]
    assert (received["order_id"], received["value"], received["times"]) == (order, "99.97", 1)
    assert received["body"]["cnct_tracking_id"] == "t1"
    assert len(received["body"]["payload"]["contents"]) == len(ITEMS)
