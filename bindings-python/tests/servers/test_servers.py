"""The servers that shops run under, with their real programs.

In each every order is reported once, nothing hangs, and the server ends when told to.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectly_conversions import Sandbox

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))
ORDERS = 40
APP = "tests.servers.app"
# Far longer than anything here takes: what lasts longer hangs.
HANG = 60

GUNICORN = ["gunicorn", "--preload", "--bind=fd://{fd}", "--workers=3", "--log-level=warning"]
UWSGI = [
    "uwsgi",
    "--http-socket=fd://{fd}",
    f"--module={APP}:wsgi",
    "--master",
    "--processes=3",
    "--need-app",
    "--die-on-term",
    "--disable-logging",
    "--virtualenv=" + sys.prefix,
]
SERVERS = {
    "gunicorn sync": [*GUNICORN, f"{APP}:wsgi"],
    "gunicorn gthread": [*GUNICORN, "--threads=4", f"{APP}:wsgi"],
    "gunicorn uvicorn": [*GUNICORN, "--worker-class=uvicorn_worker.UvicornWorker", f"{APP}:asgi"],
    "gunicorn gevent": [*GUNICORN, "--worker-class=gevent", f"{APP}:wsgi"],
    "gunicorn with recycled workers": [*GUNICORN, "--max-requests=5", f"{APP}:wsgi"],
    "uwsgi": UWSGI,
    "uwsgi lazy-apps": [*UWSGI, "--lazy-apps"],
    "uwsgi threads": [*UWSGI, "--enable-threads", "--threads=4"],
    "uvicorn": ["uvicorn", "--fd={fd}", "--log-level=warning", f"{APP}:asgi"],
}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these servers fork")


@contextmanager
def running(command: list[str], **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a program and tells it to end; it must."""
    program = SCRIPTS / command[0]
    if not shutil.which(program):
        pytest.fail(f"{command[0]} is not installed: see tests/servers/requirements.txt")
    process = subprocess.Popen(
        [str(program), *command[1:]],
        cwd=ROOT,
        start_new_session=True,
        **options,  # type: ignore[call-overload]
    )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(HANG)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


class Shop:
    """A server of the shop; its socket listens before the server has started."""

    def __init__(self, port: int) -> None:
        self.port = port

    def order(self, order_id: object) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANG)
        try:
            connection.request("GET", f"/{order_id}")
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        assert answer.status == 200, body
        return body


@contextmanager
def shop(command: list[str], **environ: str) -> Iterator[Shop]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        fd = listener.fileno()
        arguments = [part.format(fd=fd) for part in command]
        environment = {**os.environ, **environ}
        with running(arguments, pass_fds=[fd], env=environment):
            yield Shop(listener.getsockname()[1])


@pytest.mark.parametrize("name", SERVERS)
def test_every_order_arrives_once(name: str, connectly_sandbox: Sandbox) -> None:
    uses_asyncio = {"SHOP_USES_ASYNCIO": "1"} if name == "gunicorn uvicorn" else {}
    with shop(SERVERS[name], **uses_asyncio) as server, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(server.order, range(ORDERS)))
    assert all(answer.endswith(" 1") for answer in answers)
    orders = [event.order_id or "" for event in connectly_sandbox.received]
    assert sorted(int(order) for order in orders if order.isdigit()) == list(range(ORDERS))
    boots = [order for order in orders if order.startswith("boot")]
    if "lazy" not in name:
        assert len(boots) == 1, "the application was to be loaded once, before the fork"


def test_under_gevent_a_hung_api_holds_no_other_greenlet(connectly_sandbox: Sandbox) -> None:
    connectly_sandbox.fail_next(kind="hang", order_id="hung", times=0)
    command = [part for part in SERVERS["gunicorn gevent"] if not part.startswith("--workers")]
    with shop([*command[:1], "--workers=1", *command[1:]]) as server:
        hung = threading.Thread(target=lambda: pytest.raises(Exception, server.order, "hung"))
        hung.start()
        while not any('"hung"' in request.body for request in connectly_sandbox.requests):
            assert hung.is_alive()
        for order in range(10):
            server.order(order)
        assert hung.is_alive()
        connectly_sandbox.stop()
        hung.join()


def test_celery(
    connectly_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "control").mkdir()
    monkeypatch.setenv("SHOP_BROKER", str(tmp_path))
    monkeypatch.syspath_prepend(ROOT)
    worker = [
        "celery",
        "--app=tests.servers.tasks",
        "worker",
        "--pool=prefork",
        "--concurrency=3",
        "--max-tasks-per-child=5",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "--loglevel=WARNING",
    ]
    send = (
        "from tests.servers.tasks import report\n"
        f"for order in range({ORDERS}): report.delay(str(order))\n"
    )
    subprocess.run([sys.executable, "-c", send], cwd=ROOT, check=True, timeout=HANG)
    with running(worker):
        # One more for the import of each of the two programs.
        connectly_sandbox.wait_for(ORDERS + 2, HANG)
    orders = [event.order_id or "" for event in connectly_sandbox.received]
    assert sorted(int(order) for order in orders if order.isdigit()) == list(range(ORDERS))
