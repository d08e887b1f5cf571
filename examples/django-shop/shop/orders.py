"""What happens to orders, and what Connectly is told of it. Each call is in a transaction."""

from connectly_conversions import Item
from connectly_conversions.django import Report, bind, outbox, report_purchase
from django.http import HttpRequest
from django.utils import timezone

from shop.models import Cart, Line, Order


def place(cart: Cart, method: str, request: HttpRequest) -> Order:
    """Makes the order of a cart. The params go with it: a webhook has no session."""
    order = Order.objects.create(cart=cart, method=method, total=cart.total)
    Line.objects.bulk_create(
        Line(order=order, sku=product.sku, quantity=1, price=product.price)
        for product in cart.products
    )
    bind(order, cart)  # what the visitor landed with, also where the browser keeps no cookies
    bind(order, request)  # what it has brought since, where it does
    return order


def pay(order: Order) -> None:
    """The money is there: by the bank's word, or at the door."""
    order.paid_at = order.paid_at or timezone.now()
    order.save()
    report(order)


def report(order: Order) -> Report:
    """Reports an order, or has the ledger say why not. As often as one likes: it counts once."""
    return report_purchase(
        order,  # its primary key is the order id
        currency="USD",
        value=order.total,
        items=[Item(line.sku, line.quantity, line.price) for line in order.lines.all()],
        paid=order.paid_at is not None,
        paid_at=order.paid_at,
        # Cash on delivery waits for the cash: `paid` ends the hold.
        hold_until="release" if order.method == Order.Method.COD else None,
    )


def take_back(order: Order) -> None:
    """It was not accepted at the door. What was not sent never is."""
    order.returned_at = order.returned_at or timezone.now()
    order.save()
    outbox().cancel(order.pk, "returned at the door")
