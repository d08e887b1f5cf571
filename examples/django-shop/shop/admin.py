"""The shop's orders in the admin, beside Connectly's own page of what became of their reports."""

from typing import Any

from django.contrib import admin

from shop.models import Line, Order


class Lines(admin.TabularInline):
    """What was bought."""

    model = Line
    extra = 0
    can_delete = False
    readonly_fields = ("sku", "quantity", "price")


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Orders are looked at here; they change by payment, delivery and return."""

    list_display = ("number", "total", "method", "placed_at", "paid_at", "returned_at")
    list_filter = ("method",)
    search_fields = ("number",)
    ordering = ("-placed_at",)
    inlines = (Lines,)

    def has_add_permission(self, _request: Any) -> bool:
        """Carts become orders."""
        return False

    def has_change_permission(self, _request: Any, _order: Any = None) -> bool:
        """Not by hand."""
        return False

    def has_delete_permission(self, _request: Any, _order: Any = None) -> bool:
        """Nor that."""
        return False
