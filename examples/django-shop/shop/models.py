"""Carts and orders."""

import secrets
from decimal import Decimal

from django.db import models
from django.utils import timezone

from shop.catalogue import PRODUCTS, Product


def new_token() -> str:
    """Nobody guesses it: whoever has it may see and buy the cart."""
    return secrets.token_urlsafe(24)


def new_number() -> str:
    """An order's id, which is shown to the customer and never changes."""
    return f"ORD-{secrets.token_hex(8).upper()}"


class Cart(models.Model):
    """What a visitor has chosen. A visitor from an ad has one at once, for the params' sake."""

    token = models.CharField(primary_key=True, max_length=32, default=new_token, editable=False)
    skus = models.JSONField(default=list)

    @property
    def products(self) -> list[Product]:
        """Its lines, in the catalogue's order."""
        return [product for sku, product in PRODUCTS.items() if sku in self.skus]

    @property
    def total(self) -> Decimal:
        """What it costs."""
        return sum((product.price for product in self.products), Decimal(0))


class Order(models.Model):
    """A cart that was bought."""

    class Method(models.TextChoices):
        """How it is paid."""

        CARD = "card", "by card"
        COD = "cod", "cash on delivery"

    number = models.CharField(primary_key=True, max_length=24, default=new_number, editable=False)
    # One cart, one order: a second click finds the first one's.
    cart = models.OneToOneField(Cart, on_delete=models.PROTECT, related_name="order")
    method = models.CharField(max_length=4, choices=Method)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    placed_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """A line of an order, with the price of its day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=12, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"
