"""What the shop sells."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Product:
    """A thing to buy. Prices are decimals from here to the report, never floats."""

    sku: str
    name: str
    price: Decimal


PRODUCTS = {
    product.sku: product
    for product in (
        Product("data-pass-30d", "Data pass, 30 days", Decimal("49.99")),
        Product("phone-case-blk", "Phone case, black", Decimal("49.98")),
    )
}
