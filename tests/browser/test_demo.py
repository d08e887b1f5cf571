"""The Django shop's two commands, which need no browser: the demo, and the shop to try."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from running import urlopen
from shopper import AD
from shops import DJANGO, PYTHON
from tests.servers.running import PATIENCE, Process

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHON": PYTHON}


def test_the_demo_shows_one_purchase(environment: dict[str, str]) -> None:
    with Process(PYTHON, "demo.py", cwd=DJANGO.folder, environment=environment) as demo:
        demo.ends()
        (reported,) = demo.wait_for(r"^ +Purchase (ORD-\w+), 99\.97 USD, once$")
        demo.wait_for(rf"{reported[1]} is paid\.$")
        demo.wait_for(r"- 1 x data-pass-30d at 49\.99$")
        demo.wait_for(rf"for the click {AD.ctwa_clid} on the ad {AD.ad_id}$")


def test_the_shop_starts_with_one_command(environment: dict[str, str]) -> None:
    environment["PORT"] = "0"
    run = str(DJANGO.folder / "run")
    with Process(run, cwd=DJANGO.folder, environment=environment) as shop:
        (landing,) = shop.wait_for(r"(http://127\.0\.0\.1:\d+)/\?(.*)$")
        (sandbox,) = shop.wait_for(r"What Connectly gets: +(http://\S+)$")
        shop.wait_for(r"Ctrl-C")
        for page in (landing[0], sandbox[1], f"{landing[1]}/admin/"):
            with urlopen(page, timeout=PATIENCE) as answer:
                assert answer.status == 200
        shop.stop(signal.SIGINT)
