"""Starts a sandbox and the shop; prints where both are. Ctrl-C ends them."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

import uvicorn
from connectly_conversions import Sandbox

PORT = int(os.environ.get("PORT", "8000"))
LINK = "?cnct_tracking_id=trk-7f9c&sendout_id=so-4815&ctwa_clid=ARAk&ad_id=120215559412340678"
CART = '{"currency":"USD","lines":[{"sku":"data-pass-30d","quantity":1,"price":"49.99"}]}'


def main() -> None:
    with Sandbox() as sandbox, TemporaryDirectory() as folder:
        os.environ["CONNECTLY_BASE_URL"] = sandbox.url
        os.environ.setdefault("CONNECTLY_OUTBOX_URL", f"sqlite://{folder}/connectly.db")
        os.environ.setdefault("CONNECTLY_API_KEY", "sandbox-key")
        os.environ.setdefault("CONNECTLY_BUSINESS_ID", "00000000-0000-4000-8000-000000000000")
        shop = f"http://127.0.0.1:{PORT}"
        print(f"What Connectly gets: {sandbox.url}/")
        print("A shopper comes by a link and orders:")
        print(f"  curl -c jar '{shop}/{LINK}'")
        print(f"  curl -b jar {shop}/checkout -H 'Content-Type: application/json' -d '{CART}'")
        uvicorn.run("shop:app", port=PORT, log_level="warning")


if __name__ == "__main__":
    main()
