"""The command that the wheel brings."""

from __future__ import annotations

import re
import signal
import subprocess
import sysconfig
from pathlib import Path

import connectly_conversions
from connectly_conversions import Client, ConversionEvent, Sandbox

from .conftest import BUSINESS, KEY

CONNECTLY = Path(sysconfig.get_path("scripts")) / "connectly"


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CONNECTLY, *arguments], input=text, capture_output=True, text=True, timeout=60, check=False
    )


def test_help_and_version() -> None:
    assert run("--help").returncode == 0
    assert connectly_conversions.__version__ in run("--version").stdout
    assert run("nonsense").returncode == 2


def test_validate_and_send(connectly_sandbox: Sandbox, event: ConversionEvent) -> None:
    document = event.to_wire().decode()
    assert run("validate", "-", text=document).returncode == 0
    assert run("validate", "-", text="{}").returncode == 1
    done = run("send", "-", text=document)
    assert done.returncode == 0, done.stderr
    connectly_sandbox.assert_reported("ORD-7821")


def test_the_sandbox_ends_with_ctrl_c(event: ConversionEvent) -> None:
    with subprocess.Popen(
        [CONNECTLY, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = None
        while url is None:
            line = process.stdout.readline()
            assert line
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            url = found and found[0]
        Client(KEY, BUSINESS, base_url=url).send(event)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
