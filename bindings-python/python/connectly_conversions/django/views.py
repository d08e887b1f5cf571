"""Pages for machines: a health check, and the landing of a headless shop."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectly_conversions.django import conf, middleware, tracking
from connectly_conversions.django.outboxes import outbox
from connectly_conversions.errors import ConnectlyError

OLDEST_DUE = 15 * 60
"""Seconds that an event may be due before somebody should look: a worker is gone, or the API."""


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answers 200 while what is due is sent, and 503 with the reason once it is not.

    ``problems`` is empty, or holds ``refused`` (key, business or address are wrong), ``overdue``
    (the oldest event is due for 15 minutes) or ``unavailable`` (the database cannot be asked).
    """
    del request
    businesses: list[str | None] = [
        conf.settings().business_id,
        *conf.settings().businesses,
    ]
    answers, healthy = [], True
    for using in conf.settings().databases:
        for business_id in businesses:
            answer = _of(using, business_id)
            healthy = healthy and not answer["problems"]
            answers.append(answer)
    told = {"outboxes": answers, "visits": dict(middleware.visits)}
    return JsonResponse(told, status=200 if healthy else 503)


def _of(using: str, business_id: str | None) -> dict[str, Any]:
    try:
        it = outbox(using=using, business_id=business_id)
        metrics = it.metrics()
    except ConnectlyError as error:
        return {"database": using, "problems": ["unavailable"], "code": error.code}
    problems = ["refused"] if metrics.refused_code else []
    is_paused = metrics.paused_until is not None
    if metrics.oldest_due > OLDEST_DUE and not is_paused:
        problems.append("overdue")
    waiting = metrics.counts.pending + metrics.counts.leased
    return {
        "database": using,
        "business_id": it.business_id,
        "problems": problems,
        "waiting": waiting,
        "held": metrics.counts.held,
        "dead": metrics.counts.dead + metrics.counts.rejected,
        "oldest_due": round(metrics.oldest_due, 3),
        "overdue_holds": metrics.overdue_holds,
        "paused": is_paused,
        "refused_code": metrics.refused_code,
    }


@csrf_exempt
@require_POST
def landing(request: HttpRequest) -> HttpResponse:
    """A front end on another host posts the URL that its visitor landed on.

    ``{"url": "https://www.shop.example/phones?cnct_tracking_id=…"}`` as JSON, or ``url`` as a form.
    The answer's cookie is for ``CONNECTLY["COOKIE_DOMAIN"]``. It says ``count`` and nothing about
    the visitor. It needs no CSRF token: whoever can forge it can forge a landing's link as well.
    """
    seen = tracking.seen(request, _url(request))
    visit = seen.capture()
    response = JsonResponse({"count": "none" if visit is None else visit.count})
    middleware.set_cookies(response, seen.cookies(visit))
    return response


def _url(request: HttpRequest) -> str:
    if request.content_type != "application/json":
        return request.POST.get("url", "/")
    try:
        document = json.loads(request.body)
    except ValueError:
        return "/"
    url = document.get("url") if isinstance(document, dict) else None
    return url if isinstance(url, str) else "/"
