"""The admin, the health check, and the landing of a headless shop."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client

from connectly_conversions import COOKIE_NAME
from connectly_conversions.django import outbox, report_purchase
from connectly_conversions.django.models import OutboxEvent

from ..conftest import VISIT
from .shop.models import Order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectly_conversions import Sandbox, TrackingParams

LIST = "/admin/connectly/outboxevent/"
FRONT = "https://www.shop.example"


def _order(tracking: TrackingParams, **options: Any) -> OutboxEvent:
    order = Order.objects.create()
    report_purchase(order, currency="USD", value=order.total, tracking=tracking, **options)
    return OutboxEvent.objects.get(order_id=str(order.pk))


@pytest.fixture
def operator() -> Iterator[User]:
    user = User.objects.create_user("operator", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_outboxevent"))
    yield user
    user.delete()


def _may(user: User, action: str) -> Client:
    user.user_permissions.add(Permission.objects.get(codename=f"{action}_outboxevent"))
    return _in(user)


def _in(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def _act(client: Client, action: str, event: OutboxEvent) -> str:
    chosen = {"action": action, "_selected_action": [event.pk]}
    response = client.post(LIST, chosen, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_admin_tells_each_order_and_the_apis_own_words(
    operator: User, tracking: TrackingParams, sandbox: Sandbox
) -> None:
    event = _order(tracking)
    sandbox.fail_next(status=400)
    call_command("connectly_deliver", once=True, stdout=io.StringIO())
    event.refresh_from_db()
    assert event.message

    shop = _in(operator)
    page = shop.get(LIST, {"state__exact": "rejected"}).content.decode()
    one = shop.get(f"{LIST}{event.pk}/change/").content.decode()

    assert str(event.order_id) in page
    assert event.message in one
    for value in VISIT.values():
        assert value not in page + one


def test_nobody_writes_into_the_ledger_by_the_admin(
    operator: User, tracking: TrackingParams
) -> None:
    event = _order(tracking)
    root = User.objects.create_superuser("root")
    try:
        shop = _in(root)
        assert shop.get(f"{LIST}add/").status_code == 403
        assert shop.get(f"{LIST}{event.pk}/delete/").status_code == 403
        assert "delete_selected" not in shop.get(LIST).content.decode()
    finally:
        root.delete()


@pytest.mark.parametrize(
    ("action", "options", "state"),
    [
        ("release", {"hold_until": "release"}, "pending"),
        ("cancel", {}, "cancelled"),
    ],
)
def test_each_action_has_a_permission_of_its_own(
    operator: User, tracking: TrackingParams, action: str, options: dict[str, Any], state: str
) -> None:
    event = _order(tracking, **options)
    before = event.state

    _act(_in(operator), action, event)
    event.refresh_from_db()
    assert event.state == before

    shop = _may(operator, action)
    assert f"1 {action}" in _act(shop, action, event)
    event.refresh_from_db()
    assert event.state == state
    assert "could not be" in _act(shop, action, event)


def test_an_operator_sends_a_dead_letter_again(
    operator: User, tracking: TrackingParams, sandbox: Sandbox
) -> None:
    event = _order(tracking)
    sandbox.fail_next(status=400)
    call_command("connectly_deliver", once=True, stdout=io.StringIO())

    assert "1 replayed" in _act(_may(operator, "replay"), "replay", event)

    call_command("connectly_deliver", once=True, stdout=io.StringIO())
    sandbox.assert_reported(str(event.order_id))


def test_the_health_check_says_what_is_wrong(tracking: TrackingParams, sandbox: Sandbox) -> None:
    shop = Client()
    assert shop.get("/health").status_code == 200
    event = _order(tracking)
    OutboxEvent.objects.filter(pk=event.pk).update(due_at=1)

    overdue = shop.get("/health")

    assert overdue.status_code == 503
    assert overdue.json()["outboxes"][0]["problems"] == ["overdue"]
    outbox().pause()
    assert shop.get("/health").status_code == 200
    outbox().resume()

    sandbox.fail_next(status=401)
    call_command("connectly_deliver", once=True, stdout=io.StringIO())
    refused = shop.get("/health").json()["outboxes"][0]
    assert "refused" in refused["problems"]
    assert refused["refused_code"] == "unauthenticated"


def test_a_front_end_on_another_host_posts_its_landing(connectly: Any) -> None:
    connectly(COOKIE_DOMAIN="shop.example")
    api = Client(HTTP_HOST="api.shop.example", HTTP_ORIGIN=FRONT)
    url = f"{FRONT}/phones?{urlencode(VISIT)}"

    asked = api.options("/landing", HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST")
    landed = api.post("/landing", {"url": url}, content_type="application/json")

    assert asked["Access-Control-Allow-Origin"] == FRONT
    assert asked["Access-Control-Allow-Credentials"] == "true"
    assert landed.json() == {"count": "captured"}
    assert landed["Access-Control-Allow-Origin"] == FRONT
    (cookie,) = [morsel for morsel in landed.cookies.values() if morsel.key == COOKIE_NAME]
    assert (cookie["domain"], cookie["secure"]) == ("shop.example", True)
    known = api.get("/").json()["params"]
    assert known["cnct_tracking_id"] == VISIT["cnct_tracking_id"]
    again = api.post("/landing", {"url": url})  # as a form
    assert again.json() == {"count": "kept"}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"url": 7}', '{"link": "/"}'])
def test_what_is_no_landing_breaks_nothing(body: str) -> None:
    answer = Client().post("/landing", body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"count": "none"})


def test_another_host_may_not_post() -> None:
    answer = Client().post("/landing", {"url": "/"}, HTTP_ORIGIN="https://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in answer
