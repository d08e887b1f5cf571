"""Starts a sandbox, the shop and its worker, and says where they are. Ctrl-C ends them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from connectly_conversions import Sandbox

HERE = Path(__file__).resolve().parent
MANAGE = (sys.executable, "manage.py")
LINK = (
    "?cnct_tracking_id=trk-7f9c&sendout_id=so-4815&ctwa_clid=ARAkLkA8rmlF&ad_id=120215559412340678"
)
"""What the link of an ad carries."""


@contextmanager
def running(port: int) -> Iterator[tuple[str, Sandbox]]:
    """The shop's address, and the sandbox that it reports to."""
    with Sandbox() as sandbox, TemporaryDirectory() as data, ExitStack() as processes:
        environment = {
            "SHOP_DATA": data,
            "SHOP_DEBUG": "1",
            "PORT": str(port),
            "CONNECTLY_BASE_URL": sandbox.url,
            "CONNECTLY_API_KEY": "key-of-the-sandbox",  # the sandbox takes any
            "DJANGO_SUPERUSER_PASSWORD": "admin",
        }
        subprocess.run([*MANAGE, "migrate", "-v0"], cwd=HERE, env=_with(environment), check=True)
        admin = ("createsuperuser", "--noinput", "-v0", "--username=admin", "--email=")
        subprocess.run([*MANAGE, *admin], cwd=HERE, env=_with(environment), check=True)
        processes.enter_context(_process(*MANAGE, "connectly_deliver", environment=environment))
        web = processes.enter_context(
            _process(sys.executable, "-m", "gunicorn", environment=environment)
        )
        assert web.stdout is not None
        told = web.stdout.readline()
        if not told:
            raise SystemExit("the shop did not start")
        yield told.split()[-1], sandbox


@contextmanager
def _process(*command: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command, cwd=HERE, env=_with(environment), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate()


def _with(environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **environment}


def main() -> None:
    """Runs until Ctrl-C."""
    with running(int(os.environ.get("PORT", "8000"))) as (url, sandbox):
        print(f"The shop, by the link of an ad: {url}{LINK}")
        print(f"What Connectly gets:            {sandbox.url}/")
        print(f"The back office:                {url}admin/ (user admin, password admin)")
        print("Buy something; Ctrl-C ends it.", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("Done.")


if __name__ == "__main__":
    main()
