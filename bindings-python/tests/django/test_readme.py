"""The README's chapter on Django, as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings

from connectly_conversions.django import conf

README = Path(__file__).parents[2] / "README.md"
_CHAPTER = README.read_text(encoding="utf-8").split("\n## Django\n")[1].split("\n## ")[0]
# The orders are the example's, and tests/browser runs them as they stand.
SETTINGS, _ORDERS, URLS = re.findall(r"```python\n(.*?)```", _CHAPTER, re.DOTALL)


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


def test_the_headless_landing_has_a_url() -> None:
    (page,) = _run(URLS)["urlpatterns"]
    assert page.resolve("landing") is not None
