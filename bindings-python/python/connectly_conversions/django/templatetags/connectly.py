"""What a template needs: ``{% load connectly %}``."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from connectly_conversions import SNIPPET
from connectly_conversions.django import conf
from django import template

register = template.Library()


@register.simple_tag
def connectly_snippet() -> SafeString:
    """The script of a page that a CDN keeps: it keeps what the visitor's link told.

    The visitor's next request that reaches Django has it taken over by the middleware.
    """
    domain = conf.given().get("COOKIE_DOMAIN")
    attribute = format_html(' data-domain="{}"', domain) if domain else ""
    return format_html("<script{}>{}</script>", attribute, mark_safe(SNIPPET))  # noqa: S308 - ours
