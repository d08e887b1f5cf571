"""The capture snippet in a template."""

from __future__ import annotations

from typing import Any

from django.template import Context, Template

from connectly_conversions import SNIPPET

PAGE = Template("{% load connectly %}{% connectly_snippet %}")


def test_a_template_has_the_snippet() -> None:
    assert PAGE.render(Context()) == f"<script>{SNIPPET}</script>"


def test_the_snippets_cookie_is_for_the_domain_of_the_others(connectly: Any) -> None:
    connectly(COOKIE_DOMAIN='shop.example"')
    page = PAGE.render(Context())
    assert page.startswith('<script data-domain="shop.example&quot;">(()=>')
