"""Shops with one defect each: the journeys must notice it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import test_journeys as journeys
from shops import DJANGO, Description

if TYPE_CHECKING:
    from reported import Reported
    from shopper import Shopper


@pytest.fixture
def description(flaw: str) -> Description:
    return replace(
        DJANGO,
        web=(*DJANGO.web, "flawed_django:application"),
        environment={"PYTHONPATH": str(Path(__file__).parent), "FLAW": flaw},
    )


@pytest.mark.parametrize("flaw", ["fresh order id"])
def test_a_thank_you_page_that_reports_anew(shopper: Shopper, reported: Reported) -> None:
    with pytest.raises(AssertionError, match=r"ORD-.*-0"):
        journeys.test_1_a_shopper_comes_by_an_ad_and_buys(shopper, reported)


@pytest.mark.parametrize("flaw", ["forgets to bind"])
def test_an_order_without_the_params(shopper: Shopper, reported: Reported) -> None:
    with pytest.raises(AssertionError, match="not_attributed"):
        journeys.test_1_a_shopper_comes_by_an_ad_and_buys(shopper, reported)


@pytest.mark.parametrize("flaw", ["binds by the cookie only"])
def test_a_shop_that_needs_its_cookie(shopper_without_cookies: Shopper, reported: Reported) -> None:
    with pytest.raises(AssertionError, match="not_attributed"):
        journeys.test_7_a_browser_without_cookies(shopper_without_cookies, reported)
