"""Starts a sandbox, a worker whose broker is a folder, and the shop. Ctrl-C ends them."""

from __future__ import annotations

import os
import subprocess
import sys
from tempfile import TemporaryDirectory

from connectly_conversions import Sandbox

PORT = os.environ.get("PORT", "5000")
LINK = "?cnct_tracking_id=trk-7f9c&sendout_id=so-4815&ctwa_clid=ARAk&ad_id=120215559412340678"


def main() -> None:
    with Sandbox() as sandbox, TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "CONNECTLY_BASE_URL": sandbox.url,
            "CONNECTLY_OUTBOX_URL": f"sqlite://{folder}/connectly.db",
            "CONNECTLY_API_KEY": "sandbox-key",
            "CONNECTLY_BUSINESS_ID": "00000000-0000-4000-8000-000000000000",
            "CELERY_BROKER_URL": "filesystem://",
            "CELERY_BROKER_FOLDER": folder,
        }
        shop = f"http://127.0.0.1:{PORT}"
        print(f"What Connectly gets: {sandbox.url}/")
        print("A shopper comes by a link and orders:")
        print(f"  curl -c jar '{shop}/{LINK}'")
        print(f"  curl -b jar -X POST {shop}/checkout", flush=True)
        python = [sys.executable, "-m"]
        worker = [*python, "celery", "--app=tasks", "worker", "--concurrency=2"]
        with subprocess.Popen(worker, env=environment) as celery:
            try:
                flask = [*python, "flask", "--app=shop", "run", f"--port={PORT}"]
                subprocess.run(flask, env=environment, check=False)
            finally:
                celery.terminate()


if __name__ == "__main__":
    main()
