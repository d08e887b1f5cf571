"""A Flask shop whose orders are finished by Celery tasks: `flask --app shop run`."""

from __future__ import annotations

from uuid import uuid4

from connectly_conversions.wsgi import ConnectlyMiddleware, tracking_for
from flask import Flask, request

from tasks import finish_order

app = Flask(__name__)
app.wsgi_app = ConnectlyMiddleware(app.wsgi_app)


@app.get("/")
def home():
    return "Welcome!"


@app.post("/checkout")
def checkout():
    """The task has no visitor: the params go with the order."""
    tracking = tracking_for(request)
    order = {
        "id": f"ORD-{uuid4()}",
        "total": "99.97",
        "lines": [
            {"id": "data-pass-30d", "quantity": 1, "item_price": "49.99"},
            {"id": "phone-case-blk", "quantity": 1, "item_price": "49.98"},
        ],
        "tracking": tracking and tracking.to_dict(),
    }
    finish_order.delay(order)
    return {"order_id": order["id"]}
