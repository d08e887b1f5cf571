"""What machines and the back office call: no session, no cookies, a secret in a header."""

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from connectly_conversions.django import outbox
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from shop import orders
from shop.models import Order

View = Callable[..., HttpResponse]


def _for_who_knows_the_secret(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        given = request.headers.get("X-Webhook-Secret", "")
        if not constant_time_compare(given, settings.WEBHOOK_SECRET):
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        return view(request, *args, **kwargs)

    return guarded


@csrf_exempt  # the secret is the proof, and no browser comes here
@require_POST
@_for_who_knows_the_secret
def payment(request: HttpRequest) -> HttpResponse:
    """The bank's word, once or more often: ``{"order": "ORD-…", "status": "paid"}``."""
    try:
        document = json.loads(request.body)
        number, status = document["order"], document["status"]
    except (ValueError, TypeError, KeyError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if status == "paid":
        with transaction.atomic():
            orders.pay(_locked(number))
    return HttpResponse()


@csrf_exempt
@require_POST
@_for_who_knows_the_secret
def delivered(_request: HttpRequest, number: str) -> HttpResponse:
    """The customer has taken the goods and paid at the door."""
    with transaction.atomic():
        orders.pay(_locked(number))
    return HttpResponse()


@csrf_exempt
@require_POST
@_for_who_knows_the_secret
def returned(_request: HttpRequest, number: str) -> HttpResponse:
    """The customer has not taken them."""
    with transaction.atomic():
        orders.take_back(_locked(number))
    return HttpResponse()


@require_safe
@_for_who_knows_the_secret
def order(_request: HttpRequest, number: str) -> HttpResponse:
    """What became of an order's report, in the ledger's words."""
    found = get_object_or_404(Order, pk=number)
    record = outbox().status(found.pk)
    told = record and {"state": record.state, "reason": record.reason}
    return JsonResponse({"order": found.pk, "report": told})


def _locked(number: str) -> Order:
    """The order, which no other transaction changes before this one ends."""
    return get_object_or_404(Order.objects.select_for_update(), pk=number)
