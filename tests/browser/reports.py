"""Reports as they go over the wire, valid or not."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from running import BUSINESS, KEY, urlopen
from shopper import AD


def purchase(order_id: str, value: float, currency: str = "USD", **payload: Any) -> str:
    """The body of a purchase of five minutes ago."""
    meta_ctwa = {"ctwa_clid": AD.ctwa_clid, "ad_id": AD.ad_id}
    order = {"order_id": order_id, "event_time": int(time.time()) - 300, **payload}
    return json.dumps(
        {
            "cnct_tracking_id": AD.cnct_tracking_id,
            "event_name": "Purchase",
            "sendout_id": AD.sendout_id,
            "attribution": {"meta_ctwa": meta_ctwa},
            "payload": {"currency": currency, "value": value, **order},
        }
    )


def report(url: str, body: str) -> int | None:
    """The status of the answer; ``None`` where a fault gave none."""
    address = f"{url}/external/v1/businesses/{BUSINESS}/conversion_events"
    headers = {"Content-Type": "application/json", "X-API-KEY": KEY}
    try:
        with urlopen(Request(address, body.encode(), headers), timeout=60) as answer:
            return answer.status
    except HTTPError as refused:
        with refused:
            return refused.code
    except OSError:
        return None
