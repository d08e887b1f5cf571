"""The pages of a shopper. They work without script and without cookies."""

import json
from http import HTTPStatus
from urllib.request import ProxyHandler, Request, build_opener

from connectly_conversions.django import bind, tracking_for
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop import orders
from shop.catalogue import PRODUCTS
from shop.models import Cart, Order

# Django's CSRF check compares a form with a cookie, so a browser without cookies could not buy.
# These forms carry the cart's token, or the order's number, in place of it. It is the same proof:
# another site cannot know it; and it lets nobody do more than buy this very cart. The admin has
# Django's own check.
_guarded_by_the_token = csrf_exempt


@never_cache  # the page has a token
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The catalogue. Any page of a shop may be the one where a visitor lands."""
    cart = None
    if tracking_for(request) is not None:
        cart = _cart_of(request)
        # At once, and not only at the checkout: a browser may forget, or have kept nothing.
        bind(cart, request)
    return render(request, "shop/landing.html", {"products": PRODUCTS.values(), "cart": cart})


def _cart_of(request: HttpRequest) -> Cart:
    """The visitor's cart, unless it has become an order."""
    known = Cart.objects.filter(pk=request.session.get("cart"), order=None).first()
    cart = known or Cart.objects.create()
    request.session["cart"] = cart.pk
    return cart


@_guarded_by_the_token
@require_POST
def add_to_cart(request: HttpRequest) -> HttpResponse:
    """Puts the chosen products into the cart of the form, or into a new one."""
    token = request.POST.get("cart")
    cart = get_object_or_404(Cart, pk=token) if token else _cart_of(request)
    chosen = [sku for sku in request.POST.getlist("sku") if sku in PRODUCTS]
    cart.skus = sorted({*cart.skus, *chosen})
    cart.save()
    return _see("cart", cart.pk)


@never_cache
@require_safe
def cart(request: HttpRequest, token: str) -> HttpResponse:
    """What is in the cart, and how it can be paid."""
    found = get_object_or_404(Cart, pk=token)
    return render(request, "shop/cart.html", {"cart": found, "methods": Order.Method})


@_guarded_by_the_token
@require_POST
def checkout(request: HttpRequest) -> HttpResponse:
    """Makes the cart an order, and its report in the same transaction."""
    method = request.POST.get("method")
    if method not in Order.Method.values:
        return HttpResponse("This cannot be paid like that.", status=HTTPStatus.BAD_REQUEST)
    with transaction.atomic():
        # Locked, so that a second click waits and finds the order of the first.
        found = get_object_or_404(Cart.objects.select_for_update(), pk=request.POST.get("cart"))
        if not found.products:
            return _see("cart", found.pk)
        order = Order.objects.filter(cart=found).first() or orders.place(found, method, request)
        if order.method == Order.Method.COD:
            orders.report(order)  # held until it is paid at the door
    return _see("bank" if order.method == Order.Method.CARD else "thanks", order.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@_guarded_by_the_token
def bank(request: HttpRequest, number: str) -> HttpResponse:
    """Plays the bank, which would be another site: its page, and its call to the shop's webhook."""
    order = get_object_or_404(Order, pk=number)
    if request.method != "POST":
        return render(request, "shop/bank.html", {"order": order})
    webhook = Request(
        request.build_absolute_uri(reverse("payment")),
        data=json.dumps({"order": order.pk, "status": "paid"}).encode(),
        headers={
            "Content-Type": "application/json",
            "X-Webhook-Secret": settings.WEBHOOK_SECRET,
        },
    )
    # This bank is on the same machine, where no proxy leads.
    with build_opener(ProxyHandler({})).open(webhook, timeout=60):
        return _see("thanks", order.pk)


@never_cache
@require_safe
def thanks(request: HttpRequest, number: str) -> HttpResponse:
    """Where the buyer returns to. It reports as well, whichever of page and webhook comes first."""
    order = get_object_or_404(Order, pk=number)
    orders.report(order)
    return render(request, "shop/thanks.html", {"order": order})


def _see(page: str, which: str) -> HttpResponse:
    """303: the browser gets the next page, and a reload posts nothing again."""
    response = redirect(page, which)
    response.status_code = HTTPStatus.SEE_OTHER
    return response
