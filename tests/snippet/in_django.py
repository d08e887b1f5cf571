"""Django's side: what its middleware makes of each of these cookies of the snippet."""

import json
import sys

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

settings.configure(
    SECRET_KEY="of a test",
    ALLOWED_HOSTS=["shop.example"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["connectly_conversions.django"],
    MIDDLEWARE=["connectly_conversions.django.middleware.ConnectlyMiddleware"],
    CONNECTLY={"SESSION": False},
)
django.setup()

from connectly_conversions.django import tracking_for  # noqa: E402 - it has models


def page(request: HttpRequest) -> HttpResponse:
    """What is known of the visitor."""
    params = tracking_for(request)
    return HttpResponse("" if params is None else params.to_json())


urlpatterns = [path("", page)]

for cookie in json.load(sys.stdin):
    answer = Client().get("/", HTTP_HOST="shop.example", HTTP_COOKIE=f"cnct_landing={cookie}")
    cookies = {morsel.key: morsel.value for morsel in answer.cookies.values()}
    print(json.dumps([answer.content.decode(), cookies, answer["Cache-Control"]]))
