"""A shop that runs, and what is asked of it beside the shopper."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from tests.servers.running import PATIENCE, Process

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from connectly_conversions import Sandbox
    from typing_extensions import Self

    from shops import Description

KEY = "key-of-the-shop"
BUSINESS = "3f1c9a52-6f0d-4b8e-9a57-2d1f0c4e8b6a"
SECRET = "secret-of-the-bank"


# Whatever the shell says of proxies, a shop is on this machine.
urlopen = build_opener(ProxyHandler({})).open


class Shop:
    """The shop's processes. They have the contract's environment and nothing of the test's."""

    def __init__(
        self, description: Description, sandbox: Sandbox, data: Path, database_url: str | None
    ) -> None:
        self._description = description
        self._running = ExitStack()
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(data),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "CONNECTLY_BASE_URL": sandbox.url,
            "CONNECTLY_API_KEY": KEY,
            "CONNECTLY_BUSINESS_ID": BUSINESS,
            "SHOP_DATA": str(data),
            "SHOP_WEBHOOK_SECRET": SECRET,
            **({"DATABASE_URL": database_url} if database_url else {}),
            **description.environment,
        }

    def __enter__(self) -> Self:
        if self._description.prepare:
            subprocess.run(
                self._description.prepare,
                cwd=self._description.folder,
                env=self._environment,
                check=True,
            )
        self.web = self._start(self._description.web)
        self.start_worker()
        (found,) = self.web.wait_for(r"^The shop: (http://127\.0\.0\.1:\d+)/$")
        self.url = found[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._running:
            if error is None:
                self.web.stop()
            else:
                print(*self.web.lines, *self.worker.lines, sep="\n")

    def _start(self, command: tuple[str, ...]) -> Process:
        folder = self._description.folder
        process = Process(*command, cwd=folder, environment=self._environment)
        return self._running.enter_context(process)

    def start_worker(self) -> None:
        """A worker; the one before is gone."""
        self.worker = self._start(self._description.worker)

    def pays(self, order: str) -> None:
        """The bank's word that an order is paid."""
        self._post("/webhook/payment", {"order": order, "status": "paid"})

    def delivers(self, order: str) -> None:
        """The customer has paid at the door."""
        self._post(f"/orders/{order}/delivered")

    def takes_back(self, order: str) -> None:
        """The customer has not."""
        self._post(f"/orders/{order}/returned")

    def says_of(self, order: str) -> dict[str, str | None] | None:
        """The ledger's word on an order."""
        answer: dict[str, Any] = json.loads(self._call(f"/orders/{order}"))
        assert answer["order"] == order
        report: dict[str, str | None] | None = answer["report"]
        return report

    def state_of(self, order: str) -> str | None:
        """The state of its report."""
        report = self.says_of(order)
        return report and report["state"]

    def will_report(self, order: str) -> None:
        """Asserts that the ledger has it for delivery, or has delivered it."""
        report = self.says_of(order)
        assert report is not None, f"the ledger knows nothing of {order}"
        assert report["state"] in ("pending", "leased", "accepted"), report

    def refuses(self, method: str, path: str) -> bool:
        """Whether it forbids a call without the secret."""
        request = Request(self.url + path, method=method, data=b"{}" if method == "POST" else None)
        try:
            with urlopen(request, timeout=PATIENCE):
                return False
        except HTTPError as error:
            with error:
                return error.code == HTTPStatus.FORBIDDEN

    def _post(self, path: str, document: dict[str, str] | None = None) -> None:
        self._call(path, json.dumps(document or {}).encode())

    def _call(self, path: str, body: bytes | None = None) -> bytes:
        headers = {"Content-Type": "application/json", "X-Webhook-Secret": SECRET}
        request = Request(self.url + path, data=body, headers=headers)
        with urlopen(request, timeout=PATIENCE) as answer:
            found: bytes = answer.read()
            return found
