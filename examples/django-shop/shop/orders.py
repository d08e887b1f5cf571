"""What happens to orders, and what Connectly is told of it. Each call is in a transaction."""

from connectly_conversions import Item
from connectly_conversions.django import bind, outbox, report_purchase
from django.http import HttpRequest
from django.utils import timezone

from shop.models import Cart, Line, Order


def place(cart: Cart, method: str, request: HttpRequest) -> Order:
    """Makes the order of a cart. The params go with it: the payment's webhook has no session."""
    order = Order.objects.create(cart=cart, method=method, total=cart.total)
    for product in cart.products:
        Line.objects.create(order=order, sku=product.sku, quantity=1, price=product.price)
    bind(order, cart)  # what the visitor landed with, also where a browser keeps no cookies
    bind(order, request)  # what the visitor has brought since
    return order


def report(order: Order) -> None:
    """Reports an order, or writes down why not. Call it as often as you like: it counts once."""
    waits_for_cash = order.method == Order.Method.COD and order.paid_at is None
    report_purchase(
        order,  # its primary key is the order id
        currency="USD",
        value=order.total,  # as it was charged
        items=[Item(line.sku, line.quantity, line.price) for line in order.lines.all()],
        paid=order.paid_at is not None,
        paid_at=order.paid_at,
        hold_until="release" if waits_for_cash else None,
    )


def pay(order: Order) -> None:
    """The money is there: by the bank's word, or at the door."""
    order.paid_at = order.paid_at or timezone.now()
    order.save()
    report(order)


def take_back(order: Order) -> None:
    """Cash on delivery was refused at the door. What was not sent never is."""
    order.returned_at = order.returned_at or timezone.now()
    order.save()
    outbox().cancel(order.pk, "returned at the door")
