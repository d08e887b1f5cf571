"""The pages of the shop."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpResponse, JsonResponse
from django.urls import path

from connectly_conversions.django import atracking_for, tracking_for, views

if TYPE_CHECKING:
    from django.http import HttpRequest


def _told(params: Any) -> JsonResponse:
    return JsonResponse({"params": params and json.loads(params.to_json())})


def page(request: HttpRequest) -> HttpResponse:
    return _told(tracking_for(request))


async def async_page(request: HttpRequest) -> HttpResponse:
    return _told(await atracking_for(request))


def cached(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page", headers={"Cache-Control": "public, max-age=600"})


urlpatterns = [
    path("", page),
    path("admin/", admin.site.urls),
    path("health", views.health),
    path("landing", views.landing),
    path("async", async_page),
    path("cached", cached),
]
